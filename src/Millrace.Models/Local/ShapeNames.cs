using System.Text.RegularExpressions;

namespace Millrace.Models.Local;

/// <summary>Tells whom, where and what a text names, by the words around the name.</summary>
internal static partial class ShapeNames
{
    public static string? Find(ToolSlot slot, string text)
    {
        if (slot.IsNamed("city", "location", "place", "country", "destination", "town"))
        {
            return Places(text).FirstOrDefault();
        }
        if (slot.IsNamed("company", "organization", "organisation", "employer"))
        {
            return Company().Match(text) is { Success: true } company
                ? company.Groups["v"].Value
                : null;
        }
        if (slot.IsNamed("item", "product", "task", "action", "thing"))
        {
            return Object().Match(text) is { Success: true } thing ? thing.Groups["v"].Value : null;
        }
        return slot.IsNamed(
            "name",
            "person",
            "author",
            "customer",
            "who",
            "recipient",
            "sender",
            "speaker",
            "user",
            "contact",
            "assignee",
            "buyer",
            "winner"
        )
            ? People(text).Select(name => name.Text).FirstOrDefault()
            : null;
    }

    public static IEnumerable<string> Places(string text) =>
        Names.Of(text).Where(name => IsPlaceAt(text, name.At)).Select(name => name.Text);

    /// <summary>Names that stand where no place would.</summary>
    public static IEnumerable<(string Text, int At)> People(string text) =>
        Names.Of(text).Where(name => !IsPlaceAt(text, name.At));

    private static bool IsPlaceAt(string text, int at) =>
        PlaceBefore().IsMatch(text[Math.Max(0, at - 8)..at]);

    [GeneratedRegex(
        @"\b(?:at|for|by|with|from) (?<v>\p{Lu}[\w&'-]*(?: (?:\p{Lu}[\w&'.-]*|&))*)|\b(?<v>\p{Lu}[\w&'-]*(?: \p{Lu}[\w&'-]*)* (?:Inc|Ltd|GmbH|LLC|Corp|AG|d\.o\.o)\.?)",
        RegexOptions.None,
        1000
    )]
    private static partial Regex Company();

    [GeneratedRegex(
        @"\b(?:buy|bought|order|ordered|get|need|sold|sell|\d+ x?|x)\s+(?:\d+\s+|an? |the |some )?(?<v>[\p{L}][\p{L}-]+(?: [\p{L}-]+)?)",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex Object();

    [GeneratedRegex(@"\b(?:in|at|from|to|near|of|on)\s$", RegexOptions.IgnoreCase, 1000)]
    private static partial Regex PlaceBefore();
}
