using Millrace.Core.Text;

namespace Millrace.Knowledge.Documents;

/// <summary>What a format reads, before it has a place.</summary>
internal readonly record struct Piece(BlockKind Kind, string Text, int Level = 0)
{
    public bool Continues { get; init; }

    /// <summary>Of a page break: the page that begins, from 1; 0 ends the counting of pages.</summary>
    public int Page { get; init; }

    public static Piece Heading(string text, int level) => new(BlockKind.Heading, text, level);

    public static Piece Paragraph(string text) => new(BlockKind.Paragraph, text);

    public static Piece PageBreak(int page) => new(BlockKind.PageBreak, "") { Page = page };

    /// <summary>A table's row; inside a cell there is neither a line feed nor a bar.</summary>
    public static Piece Row(IEnumerable<string> cells, bool isHeader) =>
        new(
            isHeader ? BlockKind.TableHeader : BlockKind.TableRow,
            string.Join(" | ", cells.Select(cell => cell.ReplaceLineEndings(" ").Trim()))
        );
}

/// <summary>Gives each piece its place: the offset, the page, the headings above it.</summary>
internal sealed class Outline(Reading reading)
{
    private const int LongestHeading = 300;

    private readonly List<(int Level, string Text)> _headings = [];
    private IReadOnlyList<string> _path = [];
    private int? _page;
    private int _end;
    private bool _isFirst = true;

    /// <summary>Whether no text has come by so far.</summary>
    public bool IsEmpty => _isFirst;

    /// <summary>The block, or none for a piece without text.</summary>
    public Block? Place(Piece piece)
    {
        if (piece.Kind == BlockKind.PageBreak)
        {
            _page = piece.Page > 0 ? piece.Page : null;
            return new Block(BlockKind.PageBreak, "")
            {
                Start = _end,
                Page = _page,
                HeadingPath = _path,
            };
        }
        var text = Clean(piece);
        if (text.Length == 0)
            return null;
        if (piece.Kind == BlockKind.Heading)
            Enter(piece.Level, text);
        var separator = _isFirst || piece.Continues ? 0 : 1;
        reading.CountCharacters(text.Length + separator);
        var block = new Block(piece.Kind, text)
        {
            Level = piece.Level,
            Start = _end + separator,
            Page = _page,
            HeadingPath = _path,
            Continues = piece.Continues && !_isFirst,
        };
        _end = block.End;
        _isFirst = false;
        return block;
    }

    private void Enter(int level, string text)
    {
        _headings.RemoveAll(heading => heading.Level >= level);
        _headings.Add((level, text.CutTo(LongestHeading)));
        _path = [.. _headings.Select(heading => heading.Text)];
    }

    /// <summary>No database keeps a NUL, and a heading is one line.</summary>
    private static string Clean(Piece piece)
    {
        var text = piece.Text.Contains('\0', StringComparison.Ordinal)
            ? piece.Text.Replace("\0", "", StringComparison.Ordinal)
            : piece.Text;
        if (piece.Continues)
            return text;
        if (piece.Kind == BlockKind.Heading)
            return text.ReplaceLineEndings(" ").Trim();
        return piece.Kind == BlockKind.Code ? text.TrimEnd() : text.Trim();
    }
}
