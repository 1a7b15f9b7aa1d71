using System.Text;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;
using AngleSharp.Html.Parser.Tokens;

namespace Millrace.Knowledge.Documents.Formats;

/// <summary>An HTML page: its main content in its structure, without what surrounds it on every page of a site.</summary>
internal static class HtmlPage
{
    // No end tag is needed, or none exists.
    private static readonly HashSet<string> EndsByItself =
    [
        .. "area base br col embed hr img input link meta param source track wbr".Split(' '),
        .. "html head body p li dt dd tr td th thead tbody tfoot colgroup option optgroup".Split(
            ' '
        ),
    ];

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

    /// <summary>
    /// Elements are counted as they are made: some pages of a few bytes make millions. Depth is counted before the
    /// parser sees it, since what is deep, or never closed, slows it down for every element that follows.
    /// </summary>
    private static IHtmlDocument Parse(string html, Reading reading)
    {
        var (elements, depth) = (0, 0);
        var parser = new HtmlParser(
            new HtmlParserOptions
            {
                IsScripting = false,
                OnToken = (token, _) =>
                {
                    if (
                        token.Type is not (HtmlTokenType.StartTag or HtmlTokenType.EndTag)
                        || EndsByItself.Contains(token.Name)
                    )
                        return;
                    depth = Math.Max(0, depth + (token.Type == HtmlTokenType.StartTag ? 1 : -1));
                    reading.CheckNesting(depth);
                },
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
