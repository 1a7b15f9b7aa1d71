namespace Millrace.Core.Telemetry;

/// <summary>Labels as Prometheus writes them, into a buffer of the caller's: no allocation for a set seen before.</summary>
internal static class MetricLabels
{
    /// <summary>False when the buffer is too short.</summary>
    public static bool TryFormat(
        ReadOnlySpan<KeyValuePair<string, object?>> tags,
        Span<char> buffer,
        out int length
    )
    {
        length = 0;
        foreach (var (key, value) in tags)
        {
            var written = TryWrite(buffer[length..], key, value, isFirst: length == 0);
            if (written < 0)
                return false;
            length += written;
        }
        return true;
    }

    /// <summary>A name of letters, digits and underscores that does not begin with a digit.</summary>
    public static string Name(string name) =>
        string.Create(
            name.Length,
            name,
            static (span, text) =>
            {
                for (var i = 0; i < text.Length; i++)
                    span[i] = NameLetter(text[i], i == 0);
            }
        );

    private static char NameLetter(char letter, bool isFirst) =>
        char.IsAsciiLetter(letter) || (char.IsAsciiDigit(letter) && !isFirst) ? letter : '_';

    /// <summary>How many characters were written, or -1.</summary>
    private static int TryWrite(Span<char> buffer, string key, object? value, bool isFirst)
    {
        Span<char> number = stackalloc char[64];
        ReadOnlySpan<char> text = value switch
        {
            null => "",
            string word => word,
            bool flag => flag ? "true" : "false",
            ISpanFormattable formattable
                when formattable.TryFormat(number, out var count, "", null) => number[..count],
            _ => value.ToString(),
        };
        // At worst every character of the value is escaped.
        if (buffer.Length < key.Length + text.Length * 2 + 4)
            return -1;
        var at = 0;
        if (!isFirst)
            buffer[at++] = ',';
        for (var i = 0; i < key.Length; i++)
            buffer[at++] = NameLetter(key[i], i == 0);
        buffer[at++] = '=';
        buffer[at++] = '"';
        foreach (var letter in text)
        {
            if (letter is '\\' or '"' or '\n')
                buffer[at++] = '\\';
            buffer[at++] = letter == '\n' ? 'n' : letter;
        }
        buffer[at++] = '"';
        return at;
    }
}
