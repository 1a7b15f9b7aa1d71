using System.Globalization;
using System.Text.RegularExpressions;

namespace Millrace.Models.Local;

/// <summary>Answers what can be reckoned from the dates in a question: spans, shifts, days of the week, leap years.</summary>
internal static partial class DateSums
{
    public static Reply? Between(string text, DateOnly today)
    {
        if (!AsksBetween().IsMatch(text))
        {
            return null;
        }
        var dates = DatePhrases.Find(text, today).Take(3).ToList();
        if (dates.Count != 2)
        {
            return null;
        }
        var (first, second) = (dates[0].Date, dates[1].Date);
        if (!dates[1].HasYear && second < first)
        {
            second = second.AddYears(1);
        }
        var days = Math.Abs(second.DayNumber - first.DayNumber);
        var (count, value) = Measured(text, days);
        return new Reply($"From {Short(first)} to {Short(second)} it is {count}.", value);
    }

    public static Reply? Until(string text, DateOnly today)
    {
        var match = AsksUntil().Match(text);
        if (!match.Success || DatePhrases.Find(text, today).FirstOrDefault() is not { } found)
        {
            return null;
        }
        var isSince = match.Groups["since"].Success;
        var date = found.Date;
        if (!found.HasYear)
        {
            date =
                isSince && date > today ? date.AddYears(-1)
                : !isSince && date < today ? date.AddYears(1)
                : date;
        }
        var days = date.DayNumber - today.DayNumber;
        var (count, value) = Measured(text, Math.Abs(days));
        return new Reply(
            days switch
            {
                0 => $"{Named(date)} is today.",
                > 0 => $"It is {count} until {Named(date)}.",
                _ => $"It is {count} since {Named(date)}.",
            },
            value
        );
    }

    public static Reply? Shifted(string text, DateOnly today)
    {
        var match = Shift().Match(text);
        if (!match.Success)
        {
            return null;
        }
        var count = Count(match.Groups["n"].Value);
        var unit = match.Groups["unit"].Value;
        var isBack = match.Groups["back"].Success;
        var date = DatePhrases
            .Find(text, today)
            .FirstOrDefault(found =>
                found.At + found.Length <= match.Index || found.At >= match.Groups["unit"].Index
            );
        var start = date?.Date ?? today;
        if (DatePhrases.Add(start, isBack ? -count : count, unit) is not { } end)
        {
            return new Reply("That date is outside the years 1 to 9999, or not a whole count.");
        }
        var units = count == 1 ? unit.TrimEnd('s', 'S') : unit;
        var from =
            start == today
                ? (isBack ? " ago" : " from today")
                : (isBack ? " before " : " after ") + Short(start);
        return new Reply(
            $"{Capital($"{count:0.##} {units.ToLowerInvariant()}{from}")} {(end < today ? "was" : "is")} {Named(end)}.",
            Iso(end)
        );
    }

    public static Reply? Weekday(string text, DateOnly today)
    {
        if (!AsksDay().IsMatch(text) && !AsksDate().IsMatch(text))
        {
            return null;
        }
        if (
            DatePhrases.Find(text, today).FirstOrDefault(date => !IsToday(text, date))
            is not { } found
        )
        {
            return null;
        }
        var verb = found.Date < today ? "was" : "is";
        return AsksDay().IsMatch(text)
            ? new Reply($"{Short(found.Date)} {verb} a {DayOf(found.Date)}.", DayOf(found.Date))
            : new Reply($"That {verb} {Named(found.Date)}.", Iso(found.Date));
    }

    private static bool IsToday(string text, DatePhrases.Found date) =>
        text.AsSpan(date.At, date.Length).Equals("today", StringComparison.OrdinalIgnoreCase);

    public static Reply? YearOrMonth(string text, DateOnly today)
    {
        if (LeapYear().Match(text) is { Success: true } leap)
        {
            var year = leap.Groups["year"].Success
                ? int.Parse(leap.Groups["year"].ValueSpan, CultureInfo.InvariantCulture)
                : today.Year;
            if (year is < 1 or > 9999)
            {
                return null;
            }
            var isLeap = DateTime.IsLeapYear(year);
            return new Reply(
                $"{(isLeap ? "Yes" : "No")}, {year} is {(isLeap ? "" : "not ")}a leap year.",
                isLeap ? "true" : "false"
            );
        }
        if (
            DaysIn().IsMatch(text)
            && DatePhrases.Find(text + " 1", today).FirstOrDefault() is { } month
        )
        {
            var days = DateTime.DaysInMonth(month.Date.Year, month.Date.Month);
            return new Reply(
                $"{month.Date.ToString("MMMM yyyy", CultureInfo.InvariantCulture)} has {days} days.",
                $"{days}"
            );
        }
        return null;
    }

    private static (string Count, string Value) Measured(string text, int days)
    {
        if (!InWeeks().IsMatch(text))
        {
            return (
                days == 1 ? "1 day" : $"{days} days",
                days.ToString(CultureInfo.InvariantCulture)
            );
        }
        var (weeks, rest) = Math.DivRem(days, 7);
        var counted = weeks == 1 ? "1 week" : $"{weeks} weeks";
        counted += rest switch
        {
            0 => "",
            1 => " and 1 day",
            _ => $" and {rest} days",
        };
        return (counted, weeks.ToString(CultureInfo.InvariantCulture));
    }

    private static decimal Count(string written) =>
        written.ToLowerInvariant() is "a" or "an" ? 1
        : Calculator.TryEvaluate(written, out var value, out _) ? value
        : 1;

    public static string Named(DateOnly date) =>
        date.ToString("dddd, d MMMM yyyy", CultureInfo.InvariantCulture);

    private static string Short(DateOnly date) =>
        date.ToString("d MMMM yyyy", CultureInfo.InvariantCulture);

    public static string Iso(DateOnly date) =>
        date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    public static string DayOf(DateOnly date) =>
        date.ToString("dddd", CultureInfo.InvariantCulture);

    private static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];

    [GeneratedRegex(
        @"^(?:what(?:'s| is| was)? (?:the )?date|when (?:is|was)|which date|what date)\b",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex AsksDate();

    [GeneratedRegex(
        @"\b(?:between\b.*\band|from\b.*\b(?:to|until|till))\b",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex AsksBetween();

    [GeneratedRegex(
        @"\b(?:how (?:many|long)|days|weeks|time left)\b.*?\b(?:(?<since>since|ago|passed)|until|till?|to|before|left)\b|\bhow (?:far|long) (?:away )?is\b",
        RegexOptions.IgnoreCase,
        1000
    )]
    public static partial Regex AsksUntil();

    [GeneratedRegex(
        @"(?<!how many )(?:\b(?<back>minus|subtract)\s+)?\b(?<n>\d{1,7}(?:\.\d+)?|a|an|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty|sixty|ninety|(?:a|one) hundred) (?<unit>days?|weeks?|months?|years?)\b(?:\s+(?:(?<back>ago|before|earlier|prior)|from|after|later|hence|to|in|since)\b)"
            + @"|\b(?:in|plus|add|\+|(?<back>minus|subtract|-)) (?<n>\d{1,7}|a|an|one|two|three|four|five|six|seven|eight|nine|ten|twelve|twenty|thirty|ninety) (?<unit>days?|weeks?|months?|years?)\b",
        RegexOptions.IgnoreCase,
        1000
    )]
    public static partial Regex Shift();

    [GeneratedRegex(
        @"\b(?:(?:is|was|will) (?:the year )?(?<year>\d{1,4})(?: be)?|this year|is it) a leap year\b",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex LeapYear();

    [GeneratedRegex(
        @"\bhow many days (?:are (?:there )?in|does|has|in)\b",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex DaysIn();

    [GeneratedRegex(@"\bweeks\b", RegexOptions.IgnoreCase, 1000)]
    private static partial Regex InWeeks();

    [GeneratedRegex(
        @"\b(?:day of the week|weekday|(?:what|which) day\b|day is\b|day was\b|day will\b|day does\b)",
        RegexOptions.IgnoreCase,
        1000
    )]
    public static partial Regex AsksDay();
}
