namespace Millrace.Models.Local;

/// <summary>Chooses among the values that a shape allows.</summary>
internal static class ShapeChoices
{
    public static string? Find(ToolSlot slot, ShapeSource source)
    {
        var pair = source.Pair(slot);
        var all = slot.Values;
        return (pair is null ? null : Mentioned(all, pair))
            ?? Mentioned(all, source.Text)
            ?? (source.Fact(slot) is { } fact ? Mentioned(all, fact) : null);
    }

    /// <summary>Those of the values that a text mentions, in the order of the values.</summary>
    public static IEnumerable<string> Mentions(IReadOnlyList<string> values, string text)
    {
        var words = Spaced(text);
        return values.Where(value =>
            words.Contains(Spaced(ToolSchema.Spaced(value)), StringComparison.Ordinal)
        );
    }

    private static string? Mentioned(IReadOnlyList<string> values, string text)
    {
        var words = Spaced(text);
        return values
            .Select(value =>
                (
                    Value: value,
                    At: words.IndexOf(Spaced(ToolSchema.Spaced(value)), StringComparison.Ordinal)
                )
            )
            .Where(each => each.At >= 0)
            .OrderBy(each => each.At)
            .Select(each => each.Value)
            .FirstOrDefault();
    }

    private static string Spaced(string text) => $" {string.Join(' ', Words.Of(text))} ";
}
