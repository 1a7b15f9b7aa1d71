using System.Text.RegularExpressions;

namespace Millrace.Models.Local;

/// <summary>Says yes or no to a property that is one or the other.</summary>
internal static partial class ShapeFlags
{
    public static bool? Find(ToolSlot slot, ShapeSource source)
    {
        if (source.Pair(slot) is { } pair)
        {
            return Yes().IsMatch(pair) ? true
                : No().IsMatch(pair) ? false
                : null;
        }
        if (source.Said.FirstOrDefault(value => value is "true" or "false") is { } said)
        {
            return said == "true";
        }
        var asked = Words.Topic(ToolSchema.Spaced(slot.Name));
        foreach (var sentence in asked.Count == 0 ? [] : Sentences.Of(source.Text))
        {
            if (asked.IsSubsetOf(Words.Topic(sentence)))
            {
                return !Negation().IsMatch(sentence);
            }
        }
        return null;
    }

    [GeneratedRegex(@"^(?:yes|true|y|1|on)\b", RegexOptions.IgnoreCase, 1000)]
    private static partial Regex Yes();

    [GeneratedRegex(@"^(?:no|false|n|0|off)\b", RegexOptions.IgnoreCase, 1000)]
    private static partial Regex No();

    [GeneratedRegex(
        @"\b(?:not|no|never|isn't|aren't|wasn't|don't|doesn't|didn't|without|cannot|can't)\b",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex Negation();
}
