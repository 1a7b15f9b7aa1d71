using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Millrace.Models.Local;

/// <summary>Fills a tool's arguments from a request by their types, names and forms, and checks them against the schema.</summary>
internal static partial class Slots
{
    /// <summary>The arguments found, and the required ones that were not.</summary>
    public sealed record Filled(Dictionary<string, object?> Arguments, List<ToolSlot> Missing);

    public static Filled Fill(ToolSchema tool, Clause clause, Request request, DateOnly today)
    {
        var text = clause.Plain;
        var arguments = new Dictionary<string, object?>(StringComparer.Ordinal);
        var numbers = Findings.Numbers(text).ToList();
        var taken = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var slot in tool.Slots.OrderByDescending(slot => slot.IsRequired))
        {
            var value = Value(slot, tool, clause, request, today, numbers, taken);
            if (value is not null && Fits(slot, value))
            {
                arguments[slot.Name] = value;
                taken.Add(Convert.ToString(value, CultureInfo.InvariantCulture)!);
            }
        }
        return new Filled(
            arguments,
            [.. tool.Slots.Where(slot => slot.IsRequired && !arguments.ContainsKey(slot.Name))]
        );
    }

    private static object? Value(
        ToolSlot slot,
        ToolSchema tool,
        Clause clause,
        Request request,
        DateOnly today,
        List<(string Text, decimal Value, int At)> numbers,
        HashSet<string> taken
    )
    {
        var text = clause.Plain;
        return slot.Type switch
        {
            _ when slot.Values.Count > 0 => Mentioned(slot.Values, text),
            "number" or "integer" => SlotNumbers.Find(slot, tool, text, numbers),
            "boolean" => Flag(slot, clause),
            "string" => SlotForms.TryFind(slot, tool, clause, today, taken, out var found)
                ? found
                : FreeText.Find(slot, tool, clause, request, taken),
            "array" => List(slot, text),
            _ => null,
        };
    }

    public static string? Mentioned(IReadOnlyList<string> values, string text)
    {
        var words = $" {string.Join(' ', Words.Of(text))} ";
        var stems = Words.Topic(text);
        return values
                .OrderByDescending(value => value.Length)
                .FirstOrDefault(value =>
                    words.Contains(
                        $" {string.Join(' ', Words.Of(ToolSchema.Spaced(value)))} ",
                        StringComparison.Ordinal
                    )
                )
            ?? values.FirstOrDefault(value =>
                Words.Topic(ToolSchema.Spaced(value)) is { Count: > 0 } wanted
                && wanted.IsSubsetOf(stems)
            );
    }

    private static object? Flag(ToolSlot slot, Clause clause) =>
        Words.Topic(ToolSchema.Spaced(slot.Name)) is { Count: > 0 } names
        && names.IsSubsetOf(clause.Topic)
            ? !Negation().IsMatch(clause.Plain)
            : null;

    private static JsonArray? List(ToolSlot slot, string text)
    {
        IEnumerable<string> items =
            slot.IsNamed("emails", "recipients", "to", "attendees") && Findings.Emails(text).Any()
                ? Findings.Emails(text)
                : Findings.Quotations(text);
        var found = items.ToList();
        if (found.Count == 0)
        {
            found = [.. Names.Of(text).Select(name => name.Text)];
        }
        return found.Count == 0
            ? null
            : new JsonArray([.. found.Select(item => JsonValue.Create(item))]);
    }

    public static bool Fits(ToolSlot slot, object value)
    {
        if (value is string text)
        {
            return !slot.Schema.TryGetInt("minLength", out var shortest) || text.Length >= shortest;
        }
        if (value is not (long or double))
        {
            return true;
        }
        var number = Convert.ToDouble(value, CultureInfo.InvariantCulture);
        return (!slot.Schema.TryGetNumber("minimum", out var least) || number >= least)
            && (!slot.Schema.TryGetNumber("maximum", out var most) || number <= most);
    }

    [GeneratedRegex(@"\b(?:not|no|without|don't|never)\b", RegexOptions.IgnoreCase, 1000)]
    private static partial Regex Negation();
}
