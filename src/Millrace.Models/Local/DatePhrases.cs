using System.Globalization;
using System.Text.RegularExpressions;

namespace Millrace.Models.Local;

/// <summary>Reads dates as people write them, relative to a day.</summary>
internal static partial class DatePhrases
{
    private static readonly string[] Months =
    [
        "jan",
        "feb",
        "mar",
        "apr",
        "may",
        "jun",
        "jul",
        "aug",
        "sep",
        "oct",
        "nov",
        "dec",
    ];

    private static readonly string[] Weekdays = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

    private static readonly (string Name, int Month, int Day)[] Feasts =
    [
        ("christmas eve", 12, 24),
        ("christmas", 12, 25),
        ("boxing day", 12, 26),
        ("new year's eve", 12, 31),
        ("new year", 1, 1),
        ("valentine", 2, 14),
        ("halloween", 10, 31),
    ];

    /// <summary>A date in a text. <see cref="HasYear"/> is false where the writer left it out.</summary>
    public sealed record Found(DateOnly Date, bool HasYear, int At, int Length);

    /// <summary>The dates of a text in order. A date without a year is in the year of <paramref name="today"/>.</summary>
    public static IEnumerable<Found> Find(string text, DateOnly today)
    {
        foreach (var match in Phrase().Matches(text).Cast<Match>())
        {
            if (Read(match, today) is { } date)
            {
                yield return new Found(date, HasYear(match), match.Index, match.Length);
            }
        }
    }

    /// <summary>Dates and times of day, with or without a meaning: digits in them are not numbers.</summary>
    public static IEnumerable<(int At, int Length)> Spans(string text) =>
        Phrase()
            .Matches(text)
            .Concat(Clock().Matches(text))
            .Select(match => (match.Index, match.Length));

    /// <summary>A slashed date that can be read in two ways, such as 3/4/2026.</summary>
    public static string? Ambiguous(string text)
    {
        var match = Slashed().Match(text);
        return
            match.Success
            && Part(match, "a") is >= 1 and <= 12
            && Part(match, "b") is >= 1 and <= 12
            && Part(match, "a") != Part(match, "b")
            ? match.Value
            : null;
    }

    /// <summary>The time of day in a text, such as 5pm or 17:30.</summary>
    public static TimeOnly? TimeOfDay(string text)
    {
        foreach (var match in Clock().Matches(text).Cast<Match>())
        {
            var hour = Part(match, "h");
            var half = match.Groups["half"].Value.ToLowerInvariant();
            hour = half switch
            {
                "pm" when hour < 12 => hour + 12,
                "am" when hour == 12 => 0,
                _ => hour,
            };
            var minute = match.Groups["min"].Success ? Part(match, "min") : 0;
            if (hour < 24 && minute < 60)
            {
                return new TimeOnly(hour, minute);
            }
        }
        return text.Contains("noon", StringComparison.OrdinalIgnoreCase)
            ? new TimeOnly(12, 0)
            : null;
    }

    public static DateOnly? Add(DateOnly date, decimal count, string unit)
    {
        if (count != decimal.Truncate(count) || Math.Abs(count) > 4_000_000)
        {
            return null;
        }
        try
        {
            return char.ToLowerInvariant(unit[0]) switch
            {
                'd' => date.AddDays((int)count),
                'w' => date.AddDays((int)count * 7),
                'm' => date.AddMonths((int)count),
                'y' => date.AddYears((int)count),
                _ => throw new ArgumentOutOfRangeException(
                    nameof(unit),
                    unit,
                    "day, week, month or year"
                ),
            };
        }
        catch (ArgumentOutOfRangeException)
        {
            return null; // beyond the years 1 to 9999
        }
    }

    private static bool HasYear(Match match) =>
        match.Groups["year"].Success
        || match.Groups["relative"].Success
        || match.Groups["weekday"].Success;

    private static DateOnly? Read(Match match, DateOnly today)
    {
        var phrase = match.Value.ToLowerInvariant();
        if (match.Groups["relative"].Success)
        {
            return phrase switch
            {
                "today" => today,
                "tomorrow" => today.AddDays(1),
                "yesterday" => today.AddDays(-1),
                "the day after tomorrow" => today.AddDays(2),
                _ => today.AddDays(-2),
            };
        }
        if (match.Groups["weekday"].Success)
        {
            var weekday = Array.IndexOf(
                Weekdays,
                match.Groups["weekday"].Value[..3].ToLowerInvariant()
            );
            var isPast = phrase.StartsWith("last", StringComparison.Ordinal);
            var ahead = (weekday - (int)today.DayOfWeek + 7) % 7;
            return today.AddDays(
                isPast ? ahead - 7
                : ahead == 0 ? 7
                : ahead
            );
        }
        if (match.Groups["feast"].Success)
        {
            var (_, feastMonth, feastDay) = Feasts.First(feast =>
                phrase.StartsWith(feast.Name, StringComparison.Ordinal)
            );
            var feastYear = match.Groups["year"].Success ? Part(match, "year") : today.Year;
            return Make(feastYear, feastMonth, feastDay);
        }
        var year = match.Groups["year"].Success ? Part(match, "year") : today.Year;
        year = year < 100 && match.Groups["year"].Length == 2 ? 2000 + year : year;
        if (match.Groups["month"].Success)
        {
            var month =
                Array.IndexOf(Months, match.Groups["month"].Value[..3].ToLowerInvariant()) + 1;
            return Make(year, month, match.Groups["day"].Success ? Part(match, "day") : 1);
        }
        if (match.Groups["m"].Success)
        {
            return Make(year, Part(match, "m"), Part(match, "day"));
        }
        var (a, b) = (Part(match, "a"), Part(match, "b"));
        return a > 12 || phrase.Contains('.', StringComparison.Ordinal)
            ? Make(year, b, a)
            : Make(year, a, b);
    }

    private static DateOnly? Make(int year, int month, int day) =>
        year is >= 1 and <= 9999
        && month is >= 1 and <= 12
        && day >= 1
        && day <= DateTime.DaysInMonth(year, month)
            ? new DateOnly(year, month, day)
            : null;

    private static int Part(Match match, string group) =>
        int.Parse(match.Groups[group].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture);

    [GeneratedRegex(
        @"\b(?:(?<year>\d{4})-(?<m>\d{1,2})-(?<day>\d{1,2})(?!\d)"
            + @"|(?<day>\d{1,2})(?:st|nd|rd|th)?(?: of)?[ -](?<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sep(?:t(?:ember)?)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b\.?(?:,?[ -](?<year>\d{4})\b)?"
            + @"|(?<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sep(?:t(?:ember)?)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.? (?:the )?(?<day>\d{1,2})(?:st|nd|rd|th)?\b(?!:)(?:,? (?<year>\d{4})\b)?"
            + @"|(?<month>january|february|march|april|may|june|july|august|september|october|november|december),? (?<year>\d{4})\b"
            + @"|(?<a>\d{1,2})[./](?<b>\d{1,2})[./](?<year>\d{4}|\d{2})(?!\d)"
            + @"|(?<relative>the day after tomorrow|the day before yesterday|today|tomorrow|yesterday)\b"
            + @"|(?:(?:next|this|last|coming|on) )?(?<weekday>monday|tuesday|wednesday|thursday|friday|saturday|sunday)\b"
            + @"|(?<feast>christmas eve|christmas(?: day)?|boxing day|new year's eve|new year(?:'s)?(?: day)?|valentine(?:'s)?(?: day)?|halloween)\b(?:,? (?<year>\d{4})\b)?)",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex Phrase();

    [GeneratedRegex(
        @"\b(?<h>\d{1,2})(?::(?<min>\d{2})(?::\d{2})?\s?(?<half>am|pm)?|\s?(?<half>am|pm))\b",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex Clock();

    [GeneratedRegex(@"\b(?<a>\d{1,2})/(?<b>\d{1,2})/\d{2,4}\b", RegexOptions.None, 1000)]
    private static partial Regex Slashed();
}
