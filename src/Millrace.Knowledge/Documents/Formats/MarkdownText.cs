using System.Text;

namespace Millrace.Knowledge.Documents.Formats;

/// <summary>
/// Markdown, section by section: a long document is never parsed as one, so that neither its memory nor its time grow
/// faster than its length.
/// </summary>
internal static class MarkdownText
{
    private const int FullSection = 8_000;
    private const int LongestSection = 32_000;

    public static async IAsyncEnumerable<Piece> ReadAsync(Source source, Reading reading)
    {
        var encoding = await TextEncoding.DetectAsync(source.Content, reading.Cancellation);
        source.Content.Position = 0;
        using var lines = new LineReader(source.Content, encoding ?? Encoding.UTF8, reading);
        var section = new StringBuilder();
        var fence = '\0';
        while (await lines.NextAsync() is { } line)
        {
            if (!line.Continues && IsBoundary(line.Text, section.Length, fence))
            {
                foreach (var piece in Take(section, reading))
                    yield return piece;
            }
            fence = line.Continues ? fence : FenceAfter(line.Text, fence);
            if (!line.Continues && section.Length > 0)
                section.Append('\n');
            section.Append(line.Text);
        }
        foreach (var piece in Take(section, reading))
            yield return piece;
    }

    private static bool IsBoundary(string line, int length, char fence) =>
        length >= LongestSection
        || (
            fence == '\0'
            && length > 0
            && (line.StartsWith('#') || (length >= FullSection && string.IsNullOrWhiteSpace(line)))
        );

    private static char FenceAfter(string line, char fence)
    {
        var text = line.AsSpan().TrimStart();
        var mark =
            text.StartsWith("```") ? '`'
            : text.StartsWith("~~~") ? '~'
            : '\0';
        return mark == '\0' ? fence
            : fence == '\0' ? mark
            : fence == mark ? '\0'
            : fence;
    }

    private static List<Piece> Take(StringBuilder section, Reading reading)
    {
        reading.Check();
        var pieces = MarkdownSection.Read(section.ToString(), reading);
        section.Clear();
        return pieces;
    }
}
