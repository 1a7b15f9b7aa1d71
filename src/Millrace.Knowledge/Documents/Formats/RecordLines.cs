using System.Text;
using Millrace.Core.Text;

namespace Millrace.Knowledge.Documents.Formats;

/// <summary>
/// Named values in nested records, as JSON and XML hold them, turned into paragraphs: one per record, its path in front
/// and then a line per value, such as <c>orders[3]</c> and <c>customer: Ada</c>.
/// </summary>
internal sealed class RecordLines
{
    private const int LongestName = 1_000;
    private const int FullParagraph = 2_000;

    private readonly List<Piece> _ready = [];
    private readonly List<string> _path = [];
    private readonly StringBuilder _lines = new();
    private string? _lastName;

    public int Ready => _ready.Count;

    public void Enter(string step)
    {
        Flush();
        _path.Add(step.CutTo(LongestName));
    }

    public void Leave()
    {
        Flush();
        _path.RemoveAt(_path.Count - 1);
    }

    /// <param name="name">None for a text that stands among records. The values of one name stand in one line.</param>
    public void Value(string? name, string value)
    {
        if (string.IsNullOrWhiteSpace(value))
            return;
        name = name?.CutTo(LongestName);
        if (_lines.Length > 0 && name is not null && name == _lastName)
            _lines.Append(", ");
        else
            _lines.Append(_lines.Length > 0 ? "\n" : "").Append(name is null ? "" : $"{name}: ");
        _lines.Append(value.Trim());
        _lastName = name;
        if (_lines.Length >= FullParagraph)
            Flush();
    }

    public List<Piece> Take()
    {
        List<Piece> ready = [.. _ready];
        _ready.Clear();
        return ready;
    }

    public void Flush()
    {
        if (_lines.Length == 0)
            return;
        var path = string.Concat(_path).TrimStart('.').CutTo(LongestName);
        _ready.Add(Piece.Paragraph(path.Length > 0 ? $"{path}\n{_lines}" : _lines.ToString()));
        _lines.Clear();
        _lastName = null;
    }
}
