using System.Text.Json;
using Millrace.Core.Text;

namespace Millrace.Models.Local;

/// <summary>
/// For every enum of a schema, the value nearest in meaning to the source. A value that the source names comes first;
/// then the nearest one above the threshold; then one that says "unknown", "other" or "none". A required enum without any
/// of these takes the nearest, because the answer must match the schema: such a value is a guess, and nothing else in the
/// answer builds on it.
/// </summary>
internal sealed class EnumChoices
{
    private const int MostEnums = 32;
    private const int LongestText = 500;

    public static readonly EnumChoices None = new();

    private readonly Dictionary<string, (string Value, float Nearness)> _nearest = new(
        StringComparer.Ordinal
    );

    public static async ValueTask<EnumChoices> ReadAsync(
        JsonElement schema,
        string text,
        Meaning meaning,
        CancellationToken cancellationToken
    )
    {
        var choices = new EnumChoices();
        foreach (var values in Enums(schema).Take(MostEnums))
        {
            var nearness = await meaning.NearnessToKnownAsync(
                text.CutTo(LongestText),
                [.. values.Select(ToolSchema.Spaced)],
                cancellationToken
            );
            var best = Array.IndexOf(nearness, nearness.Max());
            choices._nearest[Key(values)] = (values[best], nearness[best]);
        }
        return choices;
    }

    public string? Nearest(IReadOnlyList<string> values, double atLeast) =>
        _nearest.TryGetValue(Key(values), out var best) && best.Nearness >= atLeast
            ? best.Value
            : null;

    private static string Key(IEnumerable<string> values) => string.Join('\n', values);

    private static IEnumerable<List<string>> Enums(JsonElement element)
    {
        if (element.ValueKind == JsonValueKind.Array)
        {
            return element.EnumerateArray().SelectMany(Enums);
        }
        if (element.ValueKind != JsonValueKind.Object)
        {
            return [];
        }
        var own = ToolSchema.ValuesOf(element);
        var inner = element.EnumerateObject().SelectMany(member => Enums(member.Value));
        return own.Count > 0 ? inner.Prepend(own) : inner;
    }
}
