namespace Millrace.Knowledge.Documents;

public enum BlockKind
{
    Heading,
    Paragraph,
    ListItem,

    /// <summary>The row that names a table's columns; it opens a table.</summary>
    TableHeader,
    TableRow,
    Code,

    /// <summary>A new page begins. Without text.</summary>
    PageBreak,
}

/// <summary>
/// One piece of a document's structure. The document's text is the text of all its blocks in order, with a line feed
/// between two blocks, but none before one that continues the last.
/// </summary>
/// <param name="Text">Without a line feed at its end; cells of a row are separated by <c> | </c>.</param>
public sealed record Block(BlockKind Kind, string Text)
{
    /// <summary>Of a heading: 1 for the highest. 0 for anything else.</summary>
    public int Level { get; init; }

    /// <summary>Where the text begins in the document's text, in UTF-16 code units.</summary>
    public int Start { get; init; }

    public int End => Start + Text.Length;

    /// <summary>From 1, where the document has pages or slides.</summary>
    public int? Page { get; init; }

    /// <summary>The headings that it stands under, highest first; a heading's own text is the last of its path.</summary>
    public IReadOnlyList<string> HeadingPath { get; init; } = [];

    /// <summary>A piece of a paragraph that was too long for one block.</summary>
    public bool Continues { get; init; }
}
