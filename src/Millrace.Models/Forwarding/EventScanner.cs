using System.Buffers;
using System.Text.Json;

namespace Millrace.Models.Forwarding;

/// <summary>
/// Watches a stream of events go by, in pieces cut anywhere, and notes usage, how much text it is, and whether the
/// provider said that it is whole. Parses only events that speak of usage.
/// </summary>
internal sealed class EventScanner : IDisposable
{
    /// <summary>A longer line than this holds no usage.</summary>
    private const int LongestLine = 64 * 1024;

    private byte[] _rest = [];
    private int _restLength;
    private bool _skipping;

    public ReportedUsage Usage { get; private set; }

    /// <summary>Bytes of text, thought and calls' arguments, as they stand in JSON.</summary>
    public long TextBytes { get; private set; }
    public bool Finished { get; private set; }

    public void Add(ReadOnlySpan<byte> piece)
    {
        while (piece.IndexOf((byte)'\n') is var end and >= 0)
        {
            if (_restLength > 0 || _skipping)
            {
                Keep(piece[..end]);
                if (!_skipping)
                    Line(_rest.AsSpan(0, _restLength));
                _restLength = 0;
                _skipping = false;
            }
            else
            {
                Line(piece[..end]);
            }
            piece = piece[(end + 1)..];
        }
        if (piece.Length > 0)
            Keep(piece);
    }

    public void Dispose()
    {
        if (_rest.Length > 0)
            ArrayPool<byte>.Shared.Return(_rest);
        _rest = [];
    }

    private void Line(ReadOnlySpan<byte> line)
    {
        if (!line.StartsWith("data:"u8))
        {
            Finished |= line.TrimEnd((byte)'\r').SequenceEqual("event: message_stop"u8);
            return;
        }
        var data = line["data:"u8.Length..].Trim(" \r"u8);
        if (data.SequenceEqual("[DONE]"u8))
            Finished = true;
        else if (data.IndexOf("\"usage\""u8) >= 0)
            Usage = Read(data).Or(Usage);
        else
            TextBytes += MeasureText(data);
    }

    /// <summary>Of the fields that hold what a model makes, in either form; found without reading the JSON.</summary>
    private static long MeasureText(ReadOnlySpan<byte> data) =>
        Measure(data, "content\""u8)
        + Measure(data, "text\""u8)
        + Measure(data, "thinking\""u8)
        + Measure(data, "arguments\""u8)
        + Measure(data, "partial_json\""u8);

    private static long Measure(ReadOnlySpan<byte> data, ReadOnlySpan<byte> name)
    {
        long bytes = 0;
        while (data.IndexOf(name) is var at and >= 0)
        {
            data = data[(at + name.Length)..].TrimStart(": "u8);
            if (!data.StartsWith("\""u8))
                continue;
            var length = LengthOfText(data[1..]);
            bytes += length;
            data = data[(1 + length)..];
        }
        return bytes;
    }

    private static int LengthOfText(ReadOnlySpan<byte> text)
    {
        var at = 0;
        while (at < text.Length)
        {
            var next = text[at..].IndexOfAny((byte)'"', (byte)'\\');
            if (next < 0)
                return text.Length;
            if (text[at + next] == '"')
                return at + next;
            at += next + 2;
        }
        return text.Length;
    }

    private static ReportedUsage Read(ReadOnlySpan<byte> data)
    {
        try
        {
            return UsageReader.Read(data);
        }
        catch (JsonException)
        {
            return default;
        }
    }

    private void Keep(ReadOnlySpan<byte> part)
    {
        if (_skipping || _restLength + part.Length > LongestLine)
        {
            _skipping = true;
            return;
        }
        if (_rest.Length < _restLength + part.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(_restLength + part.Length);
            _rest.AsSpan(0, _restLength).CopyTo(larger);
            if (_rest.Length > 0)
                ArrayPool<byte>.Shared.Return(_rest);
            _rest = larger;
        }
        part.CopyTo(_rest.AsSpan(_restLength));
        _restLength += part.Length;
    }
}
