using System.Globalization;
using System.Text.RegularExpressions;

namespace Millrace.Models.Local;

/// <summary>Finds the number that a property means: by name, by form, or the only one there is.</summary>
internal static partial class ShapeNumbers
{
    public static decimal? Find(ToolSlot slot, ShapeSource source, bool isInteger)
    {
        var found = Find(slot, source);
        if (
            found is not { } number
            || (isInteger && number != decimal.Truncate(number))
            || Math.Abs(number) > 9e18m
        )
        {
            return null;
        }
        return number;
    }

    public static decimal? Find(ToolSlot slot, ShapeSource source)
    {
        if (source.Pair(slot) is { } pair && Findings.Numbers(pair).ToList() is [var only, ..])
        {
            return only.Value;
        }
        if (
            slot.IsNamed(
                "result",
                "answer",
                "value",
                "count",
                "sum",
                "product",
                "total",
                "words",
                "characters",
                "days"
            ) && Said(source) is { } said
        )
        {
            return said;
        }
        if (
            slot.IsNamed("age")
            && (
                AgeOf().Match(source.Text) is { Success: true } age
                || (age = IsNumber().Match(source.Text)).Success
            )
        )
        {
            return decimal.Parse(age.Groups["n"].ValueSpan, CultureInfo.InvariantCulture);
        }
        if (
            slot.IsNamed("price", "cost", "amount", "total", "fee", "budget", "salary")
            && Money().Match(source.Text) is { Success: true } money
        )
        {
            return source.Take(
                decimal.Parse(
                    money.Groups["n"].Value.Replace(",", "", StringComparison.Ordinal),
                    CultureInfo.InvariantCulture
                ),
                money.Index
            );
        }
        if (slot.IsNamed("year") && Year().Match(source.Text) is { Success: true } year)
        {
            return decimal.Parse(year.ValueSpan, CultureInfo.InvariantCulture);
        }
        if (source.Fact(slot) is { } fact && Findings.Numbers(fact).ToList() is [var told, ..])
        {
            return told.Value;
        }
        var numbers = Findings
            .Numbers(source.Text)
            .Where(number => !source.IsTaken(number.At))
            .ToList();
        var names = slot.Words;
        var beside = numbers
            .Where(number => Words.Topic(Around(source.Text, number)).Overlaps(names))
            .Select(number => ((decimal Value, int At)?)(number.Value, number.At))
            .FirstOrDefault();
        if (beside is { } near)
        {
            return source.Take(near.Value, near.At);
        }
        return
            numbers.Count == 1 && !slot.IsNamed("age", "year", "score", "confidence", "probability")
            ? source.Take(numbers[0].Value, numbers[0].At)
            : null;
    }

    private static decimal? Said(ShapeSource source) =>
        source
            .Said.Select(value =>
                decimal.TryParse(
                    value,
                    NumberStyles.Float,
                    CultureInfo.InvariantCulture,
                    out var number
                )
                    ? number
                    : (decimal?)null
            )
            .FirstOrDefault(number => number is not null);

    private static string Around(string text, (string Text, decimal Value, int At) number) =>
        text[
            Math.Max(0, number.At - 18)..Math.Min(text.Length, number.At + number.Text.Length + 18)
        ];

    [GeneratedRegex(
        @"\b(?<n>\d{1,3})[ -]?(?:years?[ -]old|yrs? old|y/?o\b)|\baged? (?:is |of )?(?<n>\d{1,3})\b|\((?<n>\d{1,3})\)|, (?<n>\d{1,3}),",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex AgeOf();

    [GeneratedRegex(
        @"\b(?:is|am|turned|i'm) (?:now )?(?<n>\d{1,3})\b(?!\s*(?:%|\w))|\b(?:is|am|turned|i'm) (?:now )?(?<n>\d{1,3}) (?=and\b|but\b)",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex IsNumber();

    [GeneratedRegex(
        @"[$€£¥]\s?(?<n>\d[\d,]{0,20}(?:\.\d{1,4})?)|\b(?<n>\d[\d,]{0,20}(?:\.\d{1,4})?)\s?(?:[$€£¥]|(?:USD|EUR|GBP|dollars?|euros?|pounds?)\b)",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex Money();

    [GeneratedRegex(@"\b(?:1[5-9]|20)\d{2}\b", RegexOptions.None, 1000)]
    private static partial Regex Year();
}
