using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Millrace.Models.Local;

/// <summary>Reads the answer to a question about one argument.</summary>
internal static partial class SlotAnswers
{
    /// <summary>The value that a short answer gives, or null when it fits no such argument.</summary>
    public static object? Read(ToolSlot slot, string answer, DateOnly today)
    {
        var text = AnswerLead()
            .Replace(answer.Trim().TrimEnd('.', '!'), "")
            .Trim('"', '\'', '“', '”');
        object? value = slot switch
        {
            { Values.Count: > 0 } => Slots.Mentioned(slot.Values, text),
            { IsNumber: true } => Findings
                .Numbers(text)
                .Select(number => SlotNumbers.Of(slot, number.Value))
                .FirstOrDefault(),
            { Type: "boolean" } => text.StartsWith("y", StringComparison.OrdinalIgnoreCase),
            { Type: "array" } => new JsonArray([
                .. SlotForms.ListSeparator().Split(text).Select(item => JsonValue.Create(item)),
            ]),
            _ when slot.IsDate => SlotForms.Date(text, today) ?? text,
            { Type: "string" } => text.Length > 0 ? text : null,
            _ => null,
        };
        return value is not null && Slots.Fits(slot, value) ? value : null;
    }

    [GeneratedRegex(
        @"^(?:it's|it is|in|to|for|use|the|on|at|make it|please)\s+",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex AnswerLead();
}
