using AngleSharp.Dom;

namespace Millrace.Knowledge.Documents.Formats;

/// <summary>
/// Finds what a page is about. Never content: scripts, navigation, footers, hidden elements. Content is the
/// <c>main</c> or the only <c>article</c> when it has enough text, else the body; inside it, short groups that are
/// mostly links are navigation too.
/// </summary>
internal sealed class MainContent
{
    private const int EnoughText = 200;
    private const int ShortGroup = 2_000;
    private const int FewLinks = 3;

    private static readonly HashSet<string> Never =
    [
        .. "script style noscript template iframe object embed svg canvas math audio video map head".Split(
            ' '
        ),
        .. "nav footer dialog input button select textarea option datalist progress meter".Split(
            ' '
        ),
    ];
    private static readonly HashSet<string> Groups =
    [
        "header",
        "aside",
        "ul",
        "ol",
        "div",
        "section",
        "table",
        "p",
    ];
    private static readonly HashSet<string> Roles =
    [
        "navigation",
        "banner",
        "contentinfo",
        "search",
        "complementary",
        "dialog",
        "menu",
        "menubar",
    ];

    private readonly Dictionary<INode, (int Text, int LinkText, int Links)> _measures = [];
    private readonly bool _dropsLinks;

    private MainContent(INode root, bool dropsLinks) => (Root, _dropsLinks) = (root, dropsLinks);

    public INode Root { get; private init; }

    public static MainContent Everything(IDocument page, Reading reading)
    {
        var content = new MainContent(page.Body ?? (INode)page, dropsLinks: false);
        content.Measure(reading);
        return content;
    }

    public static MainContent Of(IDocument page, Reading reading)
    {
        var body = page.Body ?? (INode)page;
        var whole = new MainContent(body, dropsLinks: true);
        whole.Measure(reading);
        var root = Main(page, whole._measures) ?? body;
        var kept = 0;
        whole.CountKept(root, ref kept);
        // A page that is nothing but links is about its links.
        return new MainContent(root, dropsLinks: kept >= EnoughText / 4, whole._measures);
    }

    private MainContent(INode root, bool dropsLinks, Dictionary<INode, (int, int, int)> measures)
        : this(root, dropsLinks) => _measures = measures;

    /// <summary>Whether an element has no part in the content.</summary>
    public bool Drops(IElement element) =>
        IsNever(element)
        || (_dropsLinks && Groups.Contains(element.LocalName) && IsNavigation(element));

    private static INode? Main(IDocument page, Dictionary<INode, (int Text, int, int)> measures)
    {
        var articles = page.GetElementsByTagName("article");
        IElement?[] candidates =
        [
            page.QuerySelector("main"),
            page.QuerySelector("[role=main]"),
            articles.Length == 1 ? articles[0] : null,
        ];
        return Array.Find(
            candidates,
            candidate =>
                candidate is not null
                && measures.TryGetValue(candidate, out var measure)
                && measure.Text >= EnoughText
        );
    }

    private static bool IsNever(IElement element) =>
        Never.Contains(element.LocalName)
        || element.HasAttribute("hidden")
        || element.GetAttribute("aria-hidden") == "true"
        || Roles.Contains(element.GetAttribute("role") ?? "")
        || element
            .GetAttribute("style")
            ?.Replace(" ", "", StringComparison.Ordinal)
            .Contains("display:none", StringComparison.OrdinalIgnoreCase) == true;

    private bool IsNavigation(IElement element) =>
        _measures.TryGetValue(element, out var measure)
        && measure.Links >= FewLinks
        && measure.Text < ShortGroup
        && measure.LinkText * 2 > measure.Text
        && element.QuerySelector("h1") is null;

    /// <summary>
    /// Text and link text of every element, from the leaves upwards, and without recursion: depth is not yet known.
    /// Children are taken by their number, since a node looks for its neighbours among all of them.
    /// </summary>
    private void Measure(Reading reading)
    {
        var open = new Stack<(INode Node, int Next)>();
        open.Push((Root, 0));
        var links = 0;
        while (open.TryPop(out var at))
        {
            if (at.Next == 0)
                links += IsLink(at.Node) ? 1 : 0;
            if (at.Next == at.Node.ChildNodes.Length)
            {
                links -= IsLink(at.Node) ? 1 : 0;
                if (open.TryPeek(out var parent))
                    AddTo(parent.Node, at.Node);
                continue;
            }
            open.Push((at.Node, at.Next + 1));
            var child = at.Node.ChildNodes[at.Next];
            if (child is IText text)
                Add(at.Node, Length(text), links > 0 ? Length(text) : 0, 0);
            else if (child is IElement element && !IsNever(element))
                open.Push((child, 0));
            reading.Check();
            reading.CheckNesting(open.Count);
        }
    }

    private static int Length(IText text) => text.Data.AsSpan().Trim().Length;

    private void AddTo(INode parent, INode child)
    {
        var (text, linkText, links) = _measures.GetValueOrDefault(child);
        Add(parent, text, linkText, links + (IsLink(child) ? 1 : 0));
    }

    private void Add(INode node, int text, int linkText, int links)
    {
        _measures.TryGetValue(node, out var measure);
        _measures[node] = (measure.Text + text, measure.LinkText + linkText, measure.Links + links);
    }

    private static bool IsLink(INode node) => node is IElement { LocalName: "a" };

    /// <summary>How much text is left once navigation is dropped.</summary>
    private void CountKept(INode node, ref int kept)
    {
        foreach (var child in node.ChildNodes)
        {
            if (child is IText text)
                kept += Length(text);
            else if (child is IElement element && !Drops(element))
                CountKept(element, ref kept);
            if (kept >= EnoughText)
                return;
        }
    }
}
