namespace Millrace.Knowledge.Documents.Chunks;

/// <summary>A stretch of a document that is searched and quoted as one.</summary>
/// <param name="Index">From 0, in the document's order.</param>
/// <param name="Text">
/// The document's text from <see cref="Start"/> to <see cref="End"/>; in a table's later chunks its header row stands
/// in front once more.
/// </param>
public sealed record Chunk(int Index, string Text)
{
    /// <summary>In the document's text, in UTF-16 code units. A chunk may begin with the last sentences of the one before.</summary>
    public required int Start { get; init; }

    public required int End { get; init; }

    /// <summary>From 1: where its own text begins, and where it ends.</summary>
    public int? Page { get; init; }

    public int? LastPage { get; init; }

    /// <summary>The headings above its own text, highest first.</summary>
    public IReadOnlyList<string> HeadingPath { get; init; } = [];
}
