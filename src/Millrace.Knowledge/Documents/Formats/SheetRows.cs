using System.Globalization;
using System.Text;
using System.Xml;

namespace Millrace.Knowledge.Documents.Formats;

/// <summary>The rows of a sheet that have values.</summary>
internal sealed class SheetRows(BoundedXml xml, List<string> texts, CellDates dates)
{
    // A cell far to the right of the last one does not make thousands of empty ones.
    private const int WidestGap = 64;
    private const int MostCells = 20_000;

    private readonly List<string> _cells = [];
    private readonly StringBuilder _value = new();
    private bool _isInValue;
    private string? _type;
    private string? _style;
    private int _column;
    private int _lastColumn;
    private long _characters;

    public IEnumerable<List<string>> Read()
    {
        while (xml.Read())
        {
            if (xml.Xml.NodeType == XmlNodeType.Element)
                Begin();
            else if (_isInValue && xml.IsText)
                xml.AppendText(_value);
            else if (xml.Xml.NodeType == XmlNodeType.EndElement && End() is { } row)
                yield return row;
        }
    }

    private void Begin()
    {
        switch (xml.Name)
        {
            case "row":
                _cells.Clear();
                (_lastColumn, _characters) = (0, 0);
                break;
            case "c":
                _type = xml.Attribute("t");
                _style = xml.Attribute("s");
                _column = Column(xml.Attribute("r")) ?? _lastColumn + 1;
                _value.Clear();
                break;
            case "v" or "t":
                _isInValue = !xml.Xml.IsEmptyElement;
                break;
        }
    }

    private List<string>? End()
    {
        switch (xml.Name)
        {
            case "v" or "t":
                _isInValue = false;
                break;
            case "c" when _value.Length > 0:
                AddCell(Text(_value.ToString()));
                break;
            case "row" when _cells.Exists(cell => cell.Length > 0):
                return [.. _cells];
        }
        return null;
    }

    private void AddCell(string text)
    {
        if (_cells.Count >= MostCells)
            throw new UnreadableDocument(
                DocumentFault.TooManyParts,
                $"A row of the table has more than {MostCells} cells."
            );
        // Many cells may name one long shared text.
        xml.CheckLength(_characters += text.Length);
        var gap = Math.Min(_column - _lastColumn - 1, WidestGap);
        for (var i = 0; i < gap; i++)
            _cells.Add("");
        _cells.Add(text);
        _lastColumn = _column;
    }

    private string Text(string value) =>
        _type switch
        {
            "s" => int.TryParse(value, CultureInfo.InvariantCulture, out var index)
            && index >= 0
            && index < texts.Count
                ? texts[index]
                : "",
            "b" => value == "1" ? "TRUE" : "FALSE",
            null or "n" => dates.Text(value, _style),
            _ => value,
        };

    /// <summary>1 for A, 27 for AA.</summary>
    private static int? Column(string? reference)
    {
        var column = 0;
        foreach (var letter in reference ?? "")
        {
            if (!char.IsAsciiLetterUpper(letter) || column > 20_000)
                break;
            column = column * 26 + letter - 'A' + 1;
        }
        return column > 0 ? column : null;
    }
}
