using System.Globalization;
using System.Text.RegularExpressions;

namespace Millrace.Models.Local;

/// <summary>Finds the text that a property means: by name, by form, or from what was answered.</summary>
internal static partial class ShapeStrings
{
    public static string? Find(ToolSlot slot, ShapeSource source)
    {
        if (source.Pair(slot) is { } pair)
        {
            return ShapeDates.IsMeantBy(slot) ? ShapeDates.Find(slot, pair) ?? pair : pair;
        }
        return slot switch
        {
            _ when slot.Format == "email" || slot.IsNamed("email", "mail") => Findings
                .Emails(source.Text)
                .FirstOrDefault(),
            _ when slot.Format is "uri" or "url" || slot.IsNamed("url", "link", "website") =>
                Findings.Urls(source.Text).FirstOrDefault(),
            _ when slot.IsNamed("phone", "telephone", "mobile") => Findings
                .Phones(source.Text)
                .FirstOrDefault(),
            _ when ShapeDates.IsMeantBy(slot) => ShapeDates.Find(slot, source.Text)
                ?? source.Said.FirstOrDefault(value => DatePhrases.Find(value, default).Any())
                ?? source.Fact(slot),
            _ when slot.IsNamed("time") => DatePhrases
                .TimeOfDay(source.Text)
                ?.ToString("HH:mm", CultureInfo.InvariantCulture),
            _ when slot.IsNamed("summary", "abstract", "tldr", "gist") => source.Summary,
            _ when slot.IsNamed("result", "value", "output") => source.Said.FirstOrDefault()
                ?? source.Answer,
            _ when slot.IsNamed("answer", "reply", "response", "explanation", "message")
                    || slot.Name.Length == 0 => source.Answer,
            _ when slot.IsNamed("title", "headline", "subject") => Findings
                .Quotations(source.Text)
                .FirstOrDefault()
                ?? Sentences
                    .Of(source.Text)
                    .FirstOrDefault(line => line.Length <= 100)
                    ?.TrimEnd('.'),
            _ when slot.IsNamed("currency") => Currency().Match(source.Text)
                is { Success: true } currency
                ? currency.Value.ToUpperInvariant()
                : null,
            _ => source.Fact(slot) ?? source.Beside(slot) ?? ShapeNames.Find(slot, source.Text),
        };
    }

    [GeneratedRegex(
        @"\b(?:USD|EUR|GBP|JPY|CHF|CAD|AUD|INR|PLN|HRK|ADA|BTC|ETH)\b",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex Currency();
}
