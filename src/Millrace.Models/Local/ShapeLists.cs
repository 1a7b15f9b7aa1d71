using System.Text.RegularExpressions;

namespace Millrace.Models.Local;

/// <summary>Finds the items that a property lists: by form, by bullets, or between commas.</summary>
internal static partial class ShapeLists
{
    public static IEnumerable<string> Find(
        ToolSlot slot,
        ShapeSource source,
        string itemType,
        IReadOnlyList<string> values
    )
    {
        var text = source.Text;
        if (values.Count > 0)
        {
            return ShapeChoices.Mentions(values, text);
        }
        if (itemType is "number" or "integer")
        {
            return Findings
                .Numbers(text)
                .Where(number =>
                    itemType == "number" || number.Value == decimal.Truncate(number.Value)
                )
                .Select(number => number.Text);
        }
        if (slot.IsNamed("emails", "email", "addresses"))
        {
            return Findings.Emails(text);
        }
        if (slot.IsNamed("urls", "links", "websites"))
        {
            return Findings.Urls(text);
        }
        if (slot.IsNamed("phones", "phone", "telephones"))
        {
            return Findings.Phones(text);
        }
        if (slot.IsNamed("dates"))
        {
            return ShapeDates.Whole(text);
        }
        if (slot.IsNamed("keywords", "tags", "topics", "terms"))
        {
            return Summaries.KeyTerms(text, 6);
        }
        if (
            slot.IsNamed(
                "names",
                "people",
                "persons",
                "attendees",
                "participants",
                "members",
                "authors",
                "characters",
                "entities"
            )
        )
        {
            return ShapeNames.People(text).Select(name => name.Text).Distinct();
        }
        if (slot.IsNamed("cities", "places", "locations", "countries"))
        {
            return ShapeNames.Places(text).Distinct();
        }
        if (slot.IsNamed("sentences"))
        {
            return Sentences.Of(text);
        }
        var bullets = Bullet()
            .Matches(text)
            .Select(bullet => bullet.Groups["v"].Value.Trim())
            .ToList();
        if (bullets.Count > 0)
        {
            return bullets;
        }
        if (
            slot.IsNamed("points", "lines", "steps", "tasks", "todos", "actions", "facts")
            && Sentences.Of(text) is { Count: > 1 } lines
        )
        {
            return lines;
        }
        var listed =
            source.Pair(slot)
            ?? source.Beside(slot)
            ?? Enumeration().Matches(text).MaxBy(match => match.Length)?.Value;
        return listed is null
            ? []
            : ListSeparator()
                .Split(listed)
                .Select(item => item.Trim().TrimEnd('.'))
                .Where(item => item.Length > 0);
    }

    [GeneratedRegex(
        @"^[ \t]*(?:[-*•]|\d{1,3}[.)])[ \t]+(?<v>[^\n]+)",
        RegexOptions.Multiline,
        1000
    )]
    private static partial Regex Bullet();

    [GeneratedRegex(
        @"[^,.;:\n]{2,40}(?:,\s*(?!and\b)[^,.;:\n]{2,40})+(?:,?\s+and\s+[^,.;:\n]{2,40})?",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex Enumeration();

    [GeneratedRegex(@",\s*(?:and\s+)?|\s+and\s+", RegexOptions.IgnoreCase, 1000)]
    private static partial Regex ListSeparator();
}
