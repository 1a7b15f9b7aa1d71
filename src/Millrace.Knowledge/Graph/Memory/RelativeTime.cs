using System.Globalization;
using System.Text.RegularExpressions;
using Millrace.Knowledge.Graph.Extraction;

namespace Millrace.Knowledge.Graph.Memory;

/// <summary>Reads when something began, as somebody says it who speaks at a known time: "yesterday", "last March", "on Friday".</summary>
internal static partial class RelativeTime
{
    private const int Timeout = 5_000;
    private const string Months =
        "January|February|March|April|May|June|July|August|September|October|November|December";
    private const string Days = "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday";

    private static readonly string[] MonthNames = Months.Split('|');
    private static readonly string[] Numbers =
    [
        "a",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
    ];

    /// <summary>The start of the day that the words mean; null when they say none, or say it whole.</summary>
    public static DateTimeOffset? Read(string sentence, DateTimeOffset saidAt)
    {
        var today = new DateTimeOffset(saidAt.UtcDateTime.Date, TimeSpan.Zero);
        if (DatePhrases.Read(sentence).IsStated)
            return null;
        if (Ago().Match(sentence) is { Success: true } ago)
            return Back(today, Count(ago.Groups["n"].Value), ago.Groups["unit"].Value);
        if (InMonth().Match(sentence) is { Success: true } month)
            return OfMonth(month, today);
        if (Past().Match(sentence) is { Success: true } past)
            return past.Value.ToLowerInvariant() switch
            {
                "yesterday" or "last night" => today.AddDays(-1),
                "last week" => today.AddDays(-7),
                "last month" => FirstOfMonth(today).AddMonths(-1),
                "last year" => new DateTimeOffset(today.Year - 1, 1, 1, 0, 0, 0, TimeSpan.Zero),
                "this week" => today.AddDays(-DaysSince(today, DayOfWeek.Monday)),
                "new year" => new DateTimeOffset(today.Year, 1, 1, 0, 0, 0, TimeSpan.Zero),
                "weekend" => today.AddDays(-Math.Max(1, DaysSince(today, DayOfWeek.Saturday))),
                _ => FirstOfMonth(today),
            };
        if (OnDay().Match(sentence) is { Success: true } day)
        {
            var named = Enum.Parse<DayOfWeek>(day.Groups["day"].Value, ignoreCase: true);
            var since = DaysSince(today, named);
            return today.AddDays(since == 0 ? -7 : -since);
        }
        return null;
    }

    private static DateTimeOffset OfMonth(Match match, DateTimeOffset today)
    {
        var month =
            Array.FindIndex(
                MonthNames,
                name => name.Equals(match.Groups["m"].Value, StringComparison.OrdinalIgnoreCase)
            ) + 1;
        var digits = match.Groups["d"].Value + match.Groups["d2"].Value;
        var day = digits.Length == 0 ? 1 : int.Parse(digits, CultureInfo.InvariantCulture);
        var year = today.Year;
        day = Math.Clamp(day, 1, DateTime.DaysInMonth(year, month));
        var start = new DateTimeOffset(year, month, day, 0, 0, 0, TimeSpan.Zero);
        start = match.Groups["part"].Value.ToLowerInvariant() switch
        {
            "end of " => start.AddMonths(1).AddDays(-1),
            "mid-" or "middle of " => start.AddDays(14),
            _ => start,
        };
        // "Last March" and "in October" are past unless something "will" be.
        return start > today && !match.Groups["next"].Success ? start.AddYears(-1) : start;
    }

    private static DateTimeOffset Back(DateTimeOffset today, int count, string unit) =>
        unit.ToLowerInvariant() switch
        {
            "day" => today.AddDays(-count),
            "week" => today.AddDays(-7 * count),
            "month" => today.AddMonths(-count),
            _ => today.AddYears(-count),
        };

    private static int Count(string word) =>
        int.TryParse(word, CultureInfo.InvariantCulture, out var number)
            ? number
            : Math.Max(1, Array.IndexOf(Numbers, word.ToLowerInvariant()) + 1);

    private static DateTimeOffset FirstOfMonth(DateTimeOffset day) =>
        new(day.Year, day.Month, 1, 0, 0, 0, TimeSpan.Zero);

    private static int DaysSince(DateTimeOffset today, DayOfWeek day) =>
        (today.DayOfWeek - day + 7) % 7;

    [GeneratedRegex(
        @"\b(?<n>an?|two|three|four|five|six|seven|eight|nine|ten|\d{1,3})\s+(?<unit>day|week|month|year)s?\s+ago\b",
        RegexOptions.IgnoreCase,
        matchTimeoutMilliseconds: Timeout
    )]
    private static partial Regex Ago();

    [GeneratedRegex(
        $@"\b(?<next>from|will\b.{{0,40}}\bon|takes office on)?\s*(?:(?:on|in|since|from|as of|last)\s+)(?:the\s+)?(?<part>end of |start of |beginning of |middle of |mid-)?(?:(?:(?<d>\d{{1,2}})(?:st|nd|rd|th)?|first)\s+(?:of\s+)?)?(?<m>{Months})\b(?:\s+(?<d2>\d{{1,2}})(?:st|nd|rd|th)?\b)?|(?<!\buntil\s)\bthe (?<part>end of |start of |beginning of )(?<m>{Months})\b",
        RegexOptions.IgnoreCase,
        matchTimeoutMilliseconds: Timeout
    )]
    private static partial Regex InMonth();

    [GeneratedRegex(
        @"\byesterday\b|\blast (?:night|week|month|year)\b|\bthis week\b|(?<=\bthe )weekend\b|(?<=\bat )new year\b|\b(?:start|beginning|first) of (?:this|the) month\b",
        RegexOptions.IgnoreCase,
        matchTimeoutMilliseconds: Timeout
    )]
    private static partial Regex Past();

    [GeneratedRegex(
        $@"\b(?:on|since|last)\s+(?<day>{Days})\b",
        RegexOptions.IgnoreCase,
        matchTimeoutMilliseconds: Timeout
    )]
    private static partial Regex OnDay();
}
