using System.Text;

namespace Millrace.Knowledge.Documents.Formats;

/// <summary>Text without marks: an empty line ends a paragraph, a form feed a page.</summary>
internal static class PlainText
{
    // A text without empty lines, such as a log, still comes in pieces.
    private const int LongParagraph = 4_000;

    public static async IAsyncEnumerable<Piece> ReadAsync(Source source, Reading reading)
    {
        var encoding = await TextEncoding.DetectAsync(source.Content, reading.Cancellation);
        source.Content.Position = 0;
        using var lines = new LineReader(source.Content, encoding ?? Encoding.UTF8, reading);
        var paragraph = new StringBuilder();
        var continues = false;
        var page = 1;
        while (await lines.NextAsync() is { } line)
        {
            var isFull = paragraph.Length + line.Text.Length > LongParagraph;
            var isBlank = string.IsNullOrWhiteSpace(line.Text);
            if (paragraph.Length > 0 && (line.Continues || line.BeginsPage || isBlank || isFull))
            {
                yield return Take(paragraph, continues);
                continues = line.Continues;
            }
            if (line.BeginsPage)
                yield return Piece.PageBreak(++page);
            if (isBlank)
                continue;
            if (paragraph.Length > 0)
                paragraph.Append('\n');
            paragraph.Append(line.Continues ? line.Text : line.Text.TrimEnd());
        }
        if (paragraph.Length > 0)
            yield return Take(paragraph, continues);
    }

    private static Piece Take(StringBuilder paragraph, bool continues)
    {
        var text = paragraph.ToString();
        paragraph.Clear();
        return Piece.Paragraph(text) with { Continues = continues };
    }
}
