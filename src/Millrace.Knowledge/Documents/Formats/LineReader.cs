using System.Text;

namespace Millrace.Knowledge.Documents.Formats;

/// <summary>One line of a text, or a piece of one that is very long.</summary>
/// <param name="Continues">It goes on where the last one was cut.</param>
/// <param name="BeginsPage">A form feed stands in front of it.</param>
internal readonly record struct Line(string Text, bool Continues, bool BeginsPage);

/// <summary>Reads lines as a stream, and never holds more than a piece of one, however long it is.</summary>
internal sealed class LineReader(Stream content, Encoding encoding, Reading reading) : IDisposable
{
    public const int LongestPiece = 8_000;

    private readonly StreamReader _reader = new(
        content,
        encoding,
        true,
        32 * 1024,
        leaveOpen: true
    );
    private readonly char[] _buffer = new char[64 * 1024];
    private int _at;
    private int _end;
    private bool _isAtEnd;
    private bool _continues;
    private bool _beginsPage;

    public async ValueTask<Line?> NextAsync()
    {
        while (true)
        {
            var ahead = _buffer.AsMemory(_at, _end - _at);
            var stop = ahead.Span.IndexOfAny('\n', '\r', '\f');
            // A carriage return at the buffer's end may have its line feed outside.
            var isWhole =
                stop >= 0 && (ahead.Span[stop] != '\r' || stop + 1 < ahead.Length || _isAtEnd);
            if (isWhole && stop <= LongestPiece)
                return End(ahead.Span, stop);
            if (ahead.Length > LongestPiece)
                return Cut(ahead.Span);
            if (_isAtEnd)
                return ahead.Length == 0 ? null : End(ahead.Span, ahead.Length);
            await FillAsync();
        }
    }

    private Line End(ReadOnlySpan<char> ahead, int stop)
    {
        var line = new Line(ahead[..stop].ToString(), _continues, _beginsPage);
        (_continues, _beginsPage) = (false, false);
        _at += stop;
        if (stop < ahead.Length)
        {
            _beginsPage = ahead[stop] == '\f';
            _at += ahead[stop..].StartsWith("\r\n") ? 2 : 1;
        }
        return line;
    }

    /// <summary>Between two words when there are any: the white space stays with the rest.</summary>
    private Line Cut(ReadOnlySpan<char> ahead)
    {
        var cut = ahead[1..LongestPiece].LastIndexOfAny(' ', '\t') + 1;
        if (cut == 0)
            cut = char.IsHighSurrogate(ahead[LongestPiece - 1]) ? LongestPiece - 1 : LongestPiece;
        var line = new Line(ahead[..cut].ToString(), _continues, _beginsPage);
        (_continues, _beginsPage) = (true, false);
        _at += cut;
        return line;
    }

    private async ValueTask FillAsync()
    {
        reading.Check();
        _buffer.AsSpan(_at, _end - _at).CopyTo(_buffer);
        _end -= _at;
        _at = 0;
        var count = await _reader.ReadAsync(_buffer.AsMemory(_end), reading.Cancellation);
        _end += count;
        _isAtEnd = count == 0;
    }

    public void Dispose() => _reader.Dispose();
}
