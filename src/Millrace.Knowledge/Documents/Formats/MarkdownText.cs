using System.Text;

namespace Millrace.Knowledge.Documents.Formats;

/// <summary>
/// Markdown, section by section: a long document is never parsed as one, so that neither its memory nor its time grow
/// faster than its length.
/// </summary>
internal static class MarkdownText
{
    public static async IAsyncEnumerable<Piece> ReadAsync(Source source, Reading reading)
    {
        var encoding = await TextEncoding.DetectAsync(source.Content, reading.Cancellation);
        source.Content.Position = 0;
        using var lines = new LineReader(source.Content, encoding ?? Encoding.UTF8, reading);
        var section = new MarkdownStretch();
        while (await lines.NextAsync() is { } line)
        {
            if (section.EndsBefore(line))
            {
                reading.Check();
                foreach (var piece in section.Take(line.Text, reading))
                    yield return piece;
            }
            section.Add(line);
        }
        foreach (var piece in section.Take("", reading))
            yield return piece;
    }
}

/// <summary>Lines up to a place where Markdown can be cut: a heading, an empty line, a row of a long table.</summary>
internal sealed class MarkdownStretch
{
    private const int Full = 4_000;
    private const int Longest = 8_000;

    private readonly StringBuilder _text = new();
    private char _fence;
    private string _lastLine = "";

    // Of the table that the last line belongs to: its header and the rule under it.
    private string? _tableHead;
    private bool _repeatsHead;

    public bool EndsBefore(Line next)
    {
        var line = next.Text;
        if (_text.Length >= Longest)
            return true;
        if (next.Continues || _fence != '\0' || _text.Length == 0)
            return false;
        return line.StartsWith('#')
            || (
                _text.Length >= Full && (string.IsNullOrWhiteSpace(line) || _tableHead is not null)
            );
    }

    public void Add(Line line)
    {
        if (!line.Continues && _text.Length > 0)
            _text.Append('\n');
        _text.Append(line.Text);
        if (line.Continues)
            return;
        Follow(line.Text);
        _lastLine = line.Text;
    }

    /// <summary>The pieces so far. When the next line goes on with a table, the next stretch begins with the table's head.</summary>
    public List<Piece> Take(string next, Reading reading)
    {
        var pieces = MarkdownSection.Read(_text.ToString(), reading);
        if (_repeatsHead && pieces.Count > 0 && pieces[0].Kind == BlockKind.TableHeader)
            pieces.RemoveAt(0);
        _text.Clear();
        _repeatsHead = _tableHead is not null && next.Contains('|', StringComparison.Ordinal);
        if (_repeatsHead)
            _text.Append(_tableHead);
        return pieces;
    }

    private void Follow(string line)
    {
        var text = line.AsSpan().Trim();
        var mark =
            text.StartsWith("```") ? '`'
            : text.StartsWith("~~~") ? '~'
            : '\0';
        if (mark != '\0')
            _fence =
                _fence == '\0' ? mark
                : _fence == mark ? '\0'
                : _fence;
        if (!text.Contains('|'))
            _tableHead = null;
        else if (text.Contains('-') && !text.ContainsAnyExcept("|-: "))
            _tableHead = $"{_lastLine}\n{line}";
    }
}
