using System.Text;
using System.Xml;

namespace Millrace.Knowledge.Documents.Formats;

/// <summary>What a paragraph says of itself.</summary>
internal sealed class ParagraphMarks
{
    public string? Style { get; set; }

    public int? OutlineLevel { get; set; }

    public bool IsListItem { get; set; }

    /// <summary>In a slide: what the shape around it is for, such as <c>title</c>.</summary>
    public string? Placeholder { get; set; }
}

/// <summary>
/// Paragraphs and tables of a part of a text document or a slide: the two languages name them alike. Deleted text,
/// field codes and second copies for old programs are left out.
/// </summary>
internal sealed class OfficeText(BoundedXml xml, Func<ParagraphMarks, string, Piece> place)
{
    private static readonly HashSet<string> Skipped = ["Fallback", "del", "moveFrom", "instrText"];

    // Text boxes stand inside the paragraph that they are anchored in.
    private readonly Stack<(ParagraphMarks Marks, StringBuilder Text)> _paragraphs = [];
    private readonly List<string> _cells = [];
    private readonly StringBuilder _cell = new();
    private readonly List<Piece> _ready = [];
    private string? _placeholder;
    private int _tables;
    private bool _isFirstRow;
    private bool _isHeader;
    private bool _isInText;

    public IEnumerable<Piece> Read()
    {
        while (xml.Read())
        {
            if (xml.Xml.NodeType == XmlNodeType.Element)
                Begin();
            else if (xml.Xml.NodeType == XmlNodeType.EndElement)
                End(xml.Name);
            else if (_isInText && xml.IsText && _paragraphs.Count > 0)
                xml.AppendText(_paragraphs.Peek().Text);
            foreach (var piece in _ready)
                yield return piece;
            _ready.Clear();
        }
    }

    private void Begin()
    {
        var name = xml.Name;
        if (Skipped.Contains(name))
        {
            Skip();
            return;
        }
        var (marks, text) = _paragraphs.Count > 0 ? _paragraphs.Peek() : default;
        switch (name)
        {
            case "p" when !xml.Xml.IsEmptyElement:
                _paragraphs.Push((new ParagraphMarks { Placeholder = _placeholder }, new()));
                break;
            case "t":
                _isInText = !xml.Xml.IsEmptyElement;
                break;
            case "br" or "cr":
                text?.Append('\n');
                break;
            case "tabs":
                Skip();
                break;
            case "tab":
                text?.Append('\t');
                break;
            case "noBreakHyphen":
                text?.Append('-');
                break;
            case "pStyle" when marks is not null:
                marks.Style = xml.Attribute("val");
                break;
            case "outlineLvl" when marks is not null:
                marks.OutlineLevel = int.TryParse(xml.Attribute("val"), out var level)
                    ? level
                    : null;
                break;
            case "numPr" or "buChar" or "buAutoNum" when marks is not null:
                marks.IsListItem = true;
                break;
            case "sp":
                _placeholder = null;
                break;
            case "ph":
                _placeholder = xml.Attribute("type") ?? "body";
                break;
            case "tbl" when _tables++ == 0:
                _isFirstRow = true;
                break;
            case "tblHeader":
                _isHeader = true;
                break;
        }
    }

    /// <summary>To the end of the element; its text and its elements are as if they weren't there.</summary>
    private void Skip()
    {
        if (xml.Xml.IsEmptyElement)
            return;
        var depth = xml.Xml.Depth;
        while (xml.Read() && xml.Xml.Depth > depth) { }
    }

    private void End(string name)
    {
        switch (name)
        {
            case "t":
                _isInText = false;
                break;
            case "p" when _paragraphs.TryPop(out var paragraph):
                EndParagraph(paragraph.Marks, paragraph.Text.ToString());
                break;
            case "tc" when _tables == 1:
                _cells.Add(_cell.ToString());
                _cell.Clear();
                break;
            case "tr" when _tables == 1:
                EndRow();
                break;
            case "tbl":
                _tables--;
                break;
        }
    }

    private void EndParagraph(ParagraphMarks marks, string text)
    {
        if (_tables == 0)
            _ready.Add(place(marks, text));
        else if (text.Length > 0)
        {
            _cell.Append(_cell.Length > 0 ? " " : "").Append(text);
            xml.CheckLength(_cell.Length);
        }
    }

    private void EndRow()
    {
        if (_cells.Count == 1)
            _ready.Add(Piece.Paragraph(_cells[0]));
        else if (_cells.Exists(cell => cell.Length > 0))
            _ready.Add(
                Piece.Row(_cells, _isHeader || (_isFirstRow && DelimitedText.IsHeader(_cells)))
            );
        _cells.Clear();
        (_isFirstRow, _isHeader) = (false, false);
    }
}
