namespace Millrace.Models.Local;

/// <summary>A piece of a document that a search found, as its caller hands it to a model.</summary>
/// <param name="Id">The caller's own id of it, which a citation gives back.</param>
/// <param name="Source">The name that an answer cites, such as a file's name.</param>
/// <param name="Page">Where it stands in a source that has pages, from 1.</param>
public sealed record Passage(string Id, string Source, int? Page, string Text);

/// <summary>A sentence that can be quoted, and where it stands.</summary>
internal sealed record Quotable(RecalledPart Part, string Text)
{
    /// <summary>What stands above it; empty when nothing does.</summary>
    public string Heading { get; init; } = "";

    /// <summary>The sentence as it is compared with a question.</summary>
    public string InContext => Heading.Length > 0 ? $"{Heading}: {Text}" : Text;

    /// <summary>"handbook.pdf, page 3".</summary>
    public string Where => Part.Page is { } page ? $"{Part.Source}, page {page}" : Part.Source;
}
