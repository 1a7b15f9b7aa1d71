using System.Text;
using AngleSharp.Dom;
using AngleSharp.Html.Parser;

namespace Millrace.Knowledge.Documents.Formats;

/// <summary>An HTML page: its main content in its structure, without what surrounds it on every page of a site.</summary>
internal static class HtmlPage
{
    public static async IAsyncEnumerable<Piece> ReadAsync(Source source, Reading reading)
    {
        var bytes = await source.ReadAllAsync(reading.Cancellation);
        var encoding = await TextEncoding.DetectAsync(source.Content, reading.Cancellation);
        foreach (var piece in Read((encoding ?? Encoding.UTF8).GetString(bytes), reading))
            yield return piece;
    }

    /// <summary>A whole page.</summary>
    public static List<Piece> Read(string html, Reading reading)
    {
        using var page = Parse(html, reading);
        var content = MainContent.Of(page, reading);
        var pieces = new HtmlPieces(content, reading).Read();
        var title = page.Title;
        if (!string.IsNullOrWhiteSpace(title) && !pieces.Exists(IsTitle))
            pieces.Insert(0, Piece.Heading(title, 1));
        return pieces;
    }

    /// <summary>A stretch of HTML that stands in another text: all of it is content.</summary>
    public static List<Piece> Fragment(string html, Reading reading)
    {
        using var page = Parse(html, reading);
        return new HtmlPieces(MainContent.Everything(page, reading), reading).Read();
    }

    private static bool IsTitle(Piece piece) => piece is { Kind: BlockKind.Heading, Level: 1 };

    /// <summary>Elements are counted as they are made: some pages of a few bytes make millions.</summary>
    private static AngleSharp.Html.Dom.IHtmlDocument Parse(string html, Reading reading)
    {
        var elements = 0;
        var parser = new HtmlParser(
            new HtmlParserOptions
            {
                IsScripting = false,
                // Deep enough to be noticed, not so deep that the parser slows down.
                MaximumDepth = reading.Options.MaxNesting + 16,
                OnCreated = (_, _) =>
                {
                    reading.Check();
                    if (++elements > reading.Options.MaxElements)
                        throw new UnreadableDocument(
                            DocumentFault.TooManyParts,
                            $"The page has more than {reading.Options.MaxElements} elements."
                        );
                },
            }
        );
        return parser.ParseDocument(html);
    }
}
