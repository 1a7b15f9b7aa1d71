using System.Buffers;
using System.Text;
using Millrace.Models.Routing;

namespace Millrace.Agents.Sessions;

/// <summary>Text cut to what there is room for: its head and its tail stay, and a mark stands between them.</summary>
internal static class Shortened
{
    private const string Mark = "\n[… shortened: the middle is left out …]\n";
    private const int BytesPerToken = 4;

    // Less than this tells nobody anything.
    private const int FewestBytes = 80;

    private static readonly int MarkBytes = Encoding.UTF8.GetByteCount(Mark);

    /// <summary>The text itself when it fits; empty when there is no room worth using.</summary>
    public static string To(long tokens, string text)
    {
        if (TokenEstimate.Of(text) <= tokens)
            return text;
        var bytes = tokens * BytesPerToken - MarkBytes;
        if (bytes < FewestBytes)
            return "";
        var tail = bytes / 3;
        return string.Concat(Head(text, bytes - tail), Mark, Tail(text, tail));
    }

    private static ReadOnlySpan<char> Head(ReadOnlySpan<char> text, long bytes)
    {
        var at = 0;
        while (
            Rune.DecodeFromUtf16(text[at..], out var rune, out var length) is OperationStatus.Done
            && (bytes -= rune.Utf8SequenceLength) >= 0
        )
            at += length;
        return text[..at];
    }

    private static ReadOnlySpan<char> Tail(ReadOnlySpan<char> text, long bytes)
    {
        var at = text.Length;
        while (
            Rune.DecodeLastFromUtf16(text[..at], out var rune, out var length)
                is OperationStatus.Done
            && (bytes -= rune.Utf8SequenceLength) >= 0
        )
            at -= length;
        return text[at..];
    }
}
