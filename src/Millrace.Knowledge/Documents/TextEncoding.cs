using System.Text;

namespace Millrace.Knowledge.Documents;

/// <summary>Finds how a text is encoded, and whether a file is a text at all.</summary>
internal static class TextEncoding
{
    private const int BufferBytes = 64 * 1024;

    /// <summary>What most Western texts are that are not UTF-8.</summary>
    private static readonly Encoding Windows1252 = CodePagesEncodingProvider.Instance.GetEncoding(
        1252
    )!;

    /// <summary>
    /// By its mark, by NULs at every other place, else UTF-8 when more of what isn't ASCII is well-formed than not, else
    /// what the text says of itself, else Windows-1252. None when it has more control characters than a text.
    /// </summary>
    public static async Task<Encoding?> DetectAsync(Stream content, CancellationToken cancellation)
    {
        content.Position = 0;
        var buffer = new byte[BufferBytes];
        var census = new Census();
        var kept = 0;
        Encoding? declared = null;
        while (true)
        {
            var isFirst = content.Position == 0;
            var count = await content.ReadAtLeastAsync(
                buffer.AsMemory(kept),
                buffer.Length - kept,
                throwOnEndOfStream: false,
                cancellation
            );
            var bytes = buffer.AsSpan(0, kept + count);
            if (isFirst)
            {
                if (ByMark(bytes) is { } marked)
                    return marked;
                if (ByNuls(bytes) is { } wide)
                    return wide;
                declared = Declared(bytes);
            }
            var isLast = bytes.Length < buffer.Length;
            var used = census.Take(bytes, isLast);
            if (isLast)
                break;
            bytes[used..].CopyTo(buffer);
            kept = bytes.Length - used;
        }
        if (census.IsBinary)
            return null;
        return census.IsUtf8 ? Encoding.UTF8 : declared ?? Windows1252;
    }

    private static Encoding? ByMark(ReadOnlySpan<byte> head) =>
        head.StartsWith((ReadOnlySpan<byte>)[0xef, 0xbb, 0xbf]) ? Encoding.UTF8
        : head.StartsWith((ReadOnlySpan<byte>)[0xff, 0xfe, 0, 0]) ? Encoding.UTF32
        : head.StartsWith((ReadOnlySpan<byte>)[0, 0, 0xfe, 0xff]) ? new UTF32Encoding(true, true)
        : head.StartsWith((ReadOnlySpan<byte>)[0xff, 0xfe]) ? Encoding.Unicode
        : head.StartsWith((ReadOnlySpan<byte>)[0xfe, 0xff]) ? Encoding.BigEndianUnicode
        : null;

    /// <summary>UTF-16 without a mark: of Latin text every other byte is NUL.</summary>
    private static Encoding? ByNuls(ReadOnlySpan<byte> head)
    {
        var (even, odd) = (0, 0);
        for (var i = 0; i + 1 < head.Length; i += 2)
        {
            even += head[i] == 0 ? 1 : 0;
            odd += head[i + 1] == 0 ? 1 : 0;
        }
        var pairs = head.Length / 2;
        return pairs < 4 ? null
            : odd > pairs * 0.7 && even < pairs * 0.05 ? Encoding.Unicode
            : even > pairs * 0.7 && odd < pairs * 0.05 ? Encoding.BigEndianUnicode
            : null;
    }

    /// <summary>What an HTML page or an XML file says of itself.</summary>
    private static Encoding? Declared(ReadOnlySpan<byte> head)
    {
        var text = Encoding.Latin1.GetString(head[..Math.Min(head.Length, 2048)]);
        foreach (var mark in (ReadOnlySpan<string>)["charset=", "encoding="])
        {
            var at = text.IndexOf(mark, StringComparison.OrdinalIgnoreCase);
            if (at < 0)
                continue;
            var rest = text.AsSpan(at + mark.Length).TrimStart("\"' ");
            var end = rest.IndexOfAnyExcept(Names);
            var name = (end < 0 ? rest : rest[..end]).ToString();
            if (
                name.StartsWith("iso-8859-1", StringComparison.OrdinalIgnoreCase)
                && name.Length == 10
            )
                return Windows1252;
            if (CodePagesEncodingProvider.Instance.GetEncoding(name) is { } encoding)
                return encoding;
        }
        return null;
    }

    private static readonly System.Buffers.SearchValues<char> Names =
        System.Buffers.SearchValues.Create(
            "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"
        );

    /// <summary>Counts what speaks for a text in UTF-8 and what speaks against it.</summary>
    private sealed class Census
    {
        private const double ControlsOfText = 0.02;
        private const int AlwaysAllowed = 2;

        private long _bytes;
        private long _controls;
        private long _wellFormed;
        private long _illFormed;

        public bool IsBinary =>
            _controls
            > Math.Max(AlwaysAllowed, _bytes * (IsUtf8 ? ControlsOfText : ControlsOfText / 4));

        public bool IsUtf8 => _illFormed == 0 || _wellFormed > _illFormed;

        /// <summary>How many bytes were counted: all but a character that the end cuts in two.</summary>
        public int Take(ReadOnlySpan<byte> bytes, bool isLast)
        {
            var at = 0;
            while (at < bytes.Length)
            {
                var next = bytes[at..].IndexOfAnyExceptInRange((byte)32, (byte)126);
                if (next < 0)
                {
                    at = bytes.Length;
                    break;
                }
                at += next;
                if (bytes[at] < 128)
                {
                    _controls += bytes[at] is 9 or 10 or 12 or 13 or 27 ? 0 : 1;
                    at++;
                    continue;
                }
                var status = Rune.DecodeFromUtf8(bytes[at..], out _, out var consumed);
                if (status == System.Buffers.OperationStatus.NeedMoreData && !isLast)
                    break;
                if (status == System.Buffers.OperationStatus.Done)
                    _wellFormed++;
                else
                    _illFormed++;
                at += consumed;
            }
            _bytes += at;
            return at;
        }
    }
}
