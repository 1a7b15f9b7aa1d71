using System.Text;
using AngleSharp.Dom;

namespace Millrace.Knowledge.Documents.Formats;

/// <summary>Walks the content of a page and gives its headings, paragraphs, items, tables and code.</summary>
internal sealed class HtmlPieces(MainContent content, Reading reading)
{
    private static readonly HashSet<string> Blocks =
    [
        .. "address article aside blockquote body center dd details dir div dl dt fieldset figcaption".Split(
            ' '
        ),
        .. "figure form header hgroup html legend main menu ol p section summary tbody tr ul".Split(
            ' '
        ),
    ];

    private readonly List<Piece> _pieces = [];
    private readonly StringBuilder _text = new();
    private readonly Dictionary<IElement, int> _numbers = [];
    private string _marker = "";

    public List<Piece> Read()
    {
        Walk(content.Root, 0);
        Flush();
        return _pieces;
    }

    private void Walk(INode parent, int depth)
    {
        reading.CheckNesting(depth);
        reading.Check();
        // By number: a node looks for its neighbours among all children.
        for (var i = 0; i < parent.ChildNodes.Length; i++)
        {
            if (parent.ChildNodes[i] is IText text)
                AppendText(text.Data);
            else if (parent.ChildNodes[i] is IElement element && !content.Drops(element))
                Element(element, depth + 1);
        }
    }

    private void Element(IElement element, int depth)
    {
        switch (element.LocalName)
        {
            case "h1" or "h2" or "h3" or "h4" or "h5" or "h6":
                Flush();
                Walk(element, depth);
                FlushAs(BlockKind.Heading, element.LocalName[1] - '0');
                break;
            case "li":
                Flush();
                _marker = Marker(element);
                Walk(element, depth);
                Flush();
                _marker = "";
                break;
            case "pre":
                Flush();
                _pieces.Add(new Piece(BlockKind.Code, element.TextContent.Trim('\n')));
                break;
            case "table":
                Flush();
                Table(element, depth);
                break;
            case "br":
                _text.Append('\n');
                break;
            case "hr":
                Flush();
                break;
            case "img" when element.GetAttribute("alt") is { Length: > 3 } alt:
                AppendText($" {alt} ");
                break;
            case var name when Blocks.Contains(name):
                Flush();
                Walk(element, depth);
                Flush();
                break;
            default:
                Walk(element, depth);
                break;
        }
    }

    private string Marker(IElement item)
    {
        if (item.ParentElement is not { LocalName: "ol" } list)
            return "- ";
        _numbers[list] = _numbers.GetValueOrDefault(list) + 1;
        return $"{_numbers[list]}. ";
    }

    /// <summary>A table of data gives rows; one that only places things on the page is walked like anything else.</summary>
    private void Table(IElement table, int depth)
    {
        List<IElement> rows = [.. Rows(table)];
        var isLayout =
            table.GetAttribute("role") == "presentation"
            || table.QuerySelector("table, h1, h2, h3, ul, pre") is not null
            || rows.TrueForAll(row => row.ChildElementCount < 2);
        if (isLayout)
        {
            foreach (var cell in rows.SelectMany(row => row.Children))
            {
                Walk(cell, depth);
                Flush();
            }
            return;
        }
        for (var i = 0; i < rows.Count; i++)
        {
            reading.Check();
            List<string> cells = [.. rows[i].Children.Select(cell => CellText(cell, depth))];
            var isHeader =
                i == 0
                && (
                    rows[i].ParentElement?.LocalName == "thead"
                    || rows[i].Children.All(cell => cell.LocalName == "th")
                );
            if (cells.Exists(cell => cell.Length > 0))
                _pieces.Add(Piece.Row(cells, isHeader));
        }
    }

    private static IEnumerable<IElement> Rows(IElement table) =>
        table.Children.SelectMany(part =>
            part.LocalName == "tr" ? [part] : part.Children.Where(row => row.LocalName == "tr")
        );

    private string CellText(IElement cell, int depth)
    {
        var before = _pieces.Count;
        Walk(cell, depth + 1);
        Flush();
        var text = string.Join(' ', _pieces.Skip(before).Select(piece => piece.Text));
        _pieces.RemoveRange(before, _pieces.Count - before);
        return text;
    }

    /// <summary>White space of the source is one space; only <c>br</c> breaks a line.</summary>
    private void AppendText(string data)
    {
        foreach (var letter in data)
        {
            if (!char.IsWhiteSpace(letter))
                _text.Append(letter);
            else if (_text.Length > 0 && _text[^1] is not (' ' or '\n'))
                _text.Append(letter == '\u00a0' ? letter : ' ');
        }
    }

    private void Flush() =>
        FlushAs(_marker.Length > 0 ? BlockKind.ListItem : BlockKind.Paragraph, 0);

    private void FlushAs(BlockKind kind, int level)
    {
        var text = _text.ToString().Trim();
        _text.Clear();
        if (text.Length == 0)
            return;
        _pieces.Add(new Piece(kind, kind == BlockKind.ListItem ? _marker + text : text, level));
        _marker = "";
    }
}
