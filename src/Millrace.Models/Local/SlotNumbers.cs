using System.Text.RegularExpressions;

namespace Millrace.Models.Local;

/// <summary>Chooses the number of a request that a number argument means.</summary>
internal static partial class SlotNumbers
{
    public static object? Find(
        ToolSlot slot,
        ToolSchema tool,
        string text,
        List<(string Text, decimal Value, int At)> numbers
    )
    {
        if (numbers.Count == 0)
        {
            return
                WrittenNumber().Match(text) is { Success: true } written
                && Calculator.TryEvaluate(written.Value, out var worth, out _)
                ? Of(slot, worth)
                : null;
        }
        // The number beside a word of the argument's name, else the numbers in order.
        var slots = tool.Slots.Where(other => other.IsNumber).ToList();
        var names = Words.Topic(ToolSchema.Spaced(slot.Name));
        var beside = numbers.FindIndex(number => Words.Topic(Around(text, number)).Overlaps(names));
        var at =
            beside >= 0 && slots.Count > 1
                ? beside
                : slots
                    .Where(other => other.IsRequired == slot.IsRequired || other.IsRequired)
                    .TakeWhile(other => other != slot)
                    .Count();
        if (!slot.IsRequired && beside < 0 && slots.Exists(other => other.IsRequired))
        {
            return null;
        }
        return at < numbers.Count ? Of(slot, numbers[at].Value) : null;
    }

    private static string Around(string text, (string Text, decimal Value, int At) number)
    {
        var start = Math.Max(0, number.At - 14);
        var end = Math.Min(text.Length, number.At + number.Text.Length + 14);
        return text[start..end];
    }

    public static object? Of(ToolSlot slot, decimal value)
    {
        var isWhole = value == decimal.Truncate(value) && Math.Abs(value) < 9e18m;
        object? whole = isWhole ? (long)value : null;
        return slot.Type == "integer" ? whole : whole ?? (double)value;
    }

    [GeneratedRegex(
        @"\b(?:a |one |two |three |four |five |six |seven |eight |nine |ten |eleven |twelve |fifteen |twenty |thirty |forty |fifty |sixty |hundred |dozen )+(?<!\ba )(?=\w)",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex WrittenNumber();
}
