using System.Globalization;
using System.Text.RegularExpressions;

namespace Millrace.Models.Local;

/// <summary>Answers questions about dates and times, by the clock and the system's time zones.</summary>
internal sealed partial class Calendar(TimeProvider clock)
{
    public DateOnly Today => DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);

    public Reply? Answer(Clause clause)
    {
        if (Places().Match(clause.Plain) is { Success: true, Groups: var two })
        {
            var asked = two["asked"].Value;
            var first = Answer(new Clause($"{asked} {two["a"].Value}?"));
            var second = Answer(new Clause($"{asked} {two["b"].Value}?"));
            return first is null || second is null
                ? null
                : new Reply($"{first.Text} {second.Text}", $"{first.Value}, {second.Value}");
        }
        var text = clause.Plain;
        if (
            text.Length > 300
            || !MayAsk().IsMatch(text)
            || !(clause.IsQuestion || Order().IsMatch(text))
        )
        {
            return null;
        }
        var (today, zone, unknown) = Here(text);
        if (unknown is not null)
        {
            return new Reply(
                $"I don't know the time zone of “{unknown}”. Name one of the time zone database, such as Europe/Paris."
            );
        }
        if (DatePhrases.Ambiguous(text) is { } ambiguous)
        {
            return new Reply(
                $"{ambiguous} can be read in two ways. Write the date as year-month-day, please."
            );
        }
        return Between(text, today)
            ?? Shifted(text, today)
            ?? Until(text, today)
            ?? Weekday(text, today)
            ?? YearOrMonth(text, today)
            ?? Now(text, zone);
    }

    /// <summary>"How many days until my birthday?", from the date that the user told.</summary>
    public Reply? UntilOwn(Clause clause, Request request)
    {
        var text = clause.Plain;
        if (
            text.Length > 300
            || !AsksUntil().IsMatch(text)
            || Own().Match(text) is not { Success: true } own
            || DatePhrases.Find(text, Today).Any()
        )
        {
            return null;
        }
        var thing = Words.Topic(own.Groups["thing"].Value);
        var told = request
            .Facts.LastOrDefault(fact =>
                thing.Count > 0
                && (thing.IsSubsetOf(fact.Words) || thing.Contains(Words.Stem(fact.Topic)))
                && DatePhrases.Find(fact.Told, Today).Any()
            )
            ?.Told;
        if (told is null || DatePhrases.Ambiguous(told) is not null)
        {
            return null;
        }
        var date = DatePhrases.Find(told, Today).First();
        var when =
            thing.Contains(Words.Stem("birthday")) && date.Date < Today
                ? date.Date.ToString("d MMMM", CultureInfo.InvariantCulture) // its next return
                : told.Substring(date.At, date.Length);
        return Until($"{text} {when}", Today);
    }

    private (DateOnly Today, TimeZoneInfo Zone, string? Unknown) Here(string text)
    {
        var zone = TimeZoneInfo.Utc;
        if (
            !Shift().IsMatch(text)
            && AsksNow().IsMatch(text)
            && Place().Match(text) is { Success: true } place
        )
        {
            var name = place.Groups["place"].Value;
            if (
                DatePhrases.Find(name, Today).Any()
                || name.StartsWith("the ", StringComparison.OrdinalIgnoreCase)
            )
            {
                return (Today, zone, null);
            }
            if (TimeZones.Find(name) is not { } found)
            {
                return (Today, zone, name);
            }
            zone = found;
        }
        var local = TimeZoneInfo.ConvertTime(clock.GetUtcNow(), zone);
        return (DateOnly.FromDateTime(local.DateTime), zone, null);
    }

    private Reply? Now(string text, TimeZoneInfo zone)
    {
        if (!AsksNow().IsMatch(text))
        {
            return null;
        }
        var local = TimeZoneInfo.ConvertTime(clock.GetUtcNow(), zone);
        var date = DateOnly.FromDateTime(local.DateTime);
        var where = Equals(zone, TimeZoneInfo.Utc) || zone.Id == "Etc/UTC" ? "UTC" : zone.Id;
        var time = local.ToString("HH:mm", CultureInfo.InvariantCulture);
        if (AsksYear().IsMatch(text))
        {
            return new Reply(
                $"It is the year {date.Year} ({where}).",
                date.Year.ToString(CultureInfo.InvariantCulture)
            );
        }
        if (AsksMonth().IsMatch(text))
        {
            var month = date.ToString("MMMM", CultureInfo.InvariantCulture);
            return new Reply($"It is {month} {date.Year} ({where}).", month);
        }
        if (AsksWeek().IsMatch(text))
        {
            var week = ISOWeek.GetWeekOfYear(local.DateTime);
            return new Reply(
                $"It is week {week} of {ISOWeek.GetYear(local.DateTime)} (ISO, {where}).",
                $"{week}"
            );
        }
        return AsksTime().IsMatch(text)
            ? new Reply($"It is {time} on {Named(date)} ({where}).", time)
            : new Reply(
                $"Today is {Named(date)} ({where}).",
                AsksDay().IsMatch(text) ? DayOf(date) : Iso(date)
            );
    }

    private static Reply? Between(string text, DateOnly today)
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

    private static Reply? Until(string text, DateOnly today)
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

    private static Reply? Shifted(string text, DateOnly today)
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

    private static Reply? Weekday(string text, DateOnly today)
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

    private static Reply? YearOrMonth(string text, DateOnly today)
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

    private static string Named(DateOnly date) =>
        date.ToString("dddd, d MMMM yyyy", CultureInfo.InvariantCulture);

    private static string Short(DateOnly date) =>
        date.ToString("d MMMM yyyy", CultureInfo.InvariantCulture);

    private static string Iso(DateOnly date) =>
        date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string DayOf(DateOnly date) =>
        date.ToString("dddd", CultureInfo.InvariantCulture);

    private static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];

    [GeneratedRegex(
        @"\b(?:time|dates?|days?|today|tomorrow|yesterday|weeks?|weekday|months?|years?|clock|until|till|since|long|leap|(?:mon|tues|wednes|thurs|fri|satur|sun)day)\b",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex MayAsk();

    [GeneratedRegex(
        @"^(?:(?:the )?(?:current|today's) (?:date|time)|add \d|subtract \d|\d+ \w+ (?:from|after|before)|days (?:until|between|since)|time in |today|now)",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex Order();

    [GeneratedRegex(
        @"\bwhat(?:'s| is)? (?:the )?(?:current |exact |local )?(?:time|date)\b(?! (?:do|did|does|should|will|can|was|were|is (?:the|my|our)))|\b(?:current|local|today's) (?:date|time|day)\b|\btime is it\b|\bdate is it\b|\bdate is today\b|\bday is (?:it|today)\b|\bwhat(?:'s| is) today\b|\bis it today\b|\b(?:what|which) (?:year|month|week(?: number)?) (?:is it|is this|are we)\b|\bwhat(?:'s| is) the (?:current )?(?:year|month|week(?: number)?|day(?: of the week)?)(?: today| now)?$|\bday of the week is (?:it|today)\b|\bweekday is (?:it|today)\b|^(?:today|now|time in )|^is (?:it|today) (?:mon|tues|wednes|thurs|fri|satur|sun)day(?: today)?$|\bthe time\b(?: now| in .*)?$",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex AsksNow();

    [GeneratedRegex(
        @"\b(?:in|at|for) (?<place>(?:utc|gmt)?[+-]\d{1,2}(?::?\d{2})?|[a-z][a-z_/-]*(?: (?!right|now|today|please|at|currently)[a-z_-]+){0,2})(?: time)?(?: (?:right )?now| today| please| at the moment| currently)*$",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex Place();

    // "What time is it in New York and in London?"
    [GeneratedRegex(
        @"^(?<asked>.*\btime\b.* in) (?<a>[a-z][a-z_/ -]{1,30}?) and (?:in )?(?<b>[a-z][a-z_/ -]{1,30})$",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex Places();

    [GeneratedRegex(@"\btime\b", RegexOptions.IgnoreCase, 1000)]
    private static partial Regex AsksTime();

    [GeneratedRegex(
        @"\b(?:what|which|the current) year\b|\bthe year\b",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex AsksYear();

    [GeneratedRegex(@"\b(?:what|which|the|current) month\b", RegexOptions.IgnoreCase, 1000)]
    private static partial Regex AsksMonth();

    [GeneratedRegex(
        @"\b(?:what|which|the|current) week\b|\bweek number\b",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex AsksWeek();

    [GeneratedRegex(
        @"\b(?:day of the week|weekday|(?:what|which) day\b|day is\b|day was\b|day will\b|day does\b)",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex AsksDay();

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
    private static partial Regex AsksUntil();

    [GeneratedRegex(
        @"(?<!how many )(?:\b(?<back>minus|subtract)\s+)?\b(?<n>\d{1,7}(?:\.\d+)?|a|an|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty|sixty|ninety|(?:a|one) hundred) (?<unit>days?|weeks?|months?|years?)\b(?:\s+(?:(?<back>ago|before|earlier|prior)|from|after|later|hence|to|in|since)\b)"
            + @"|\b(?:in|plus|add|\+|(?<back>minus|subtract|-)) (?<n>\d{1,7}|a|an|one|two|three|four|five|six|seven|eight|nine|ten|twelve|twenty|thirty|ninety) (?<unit>days?|weeks?|months?|years?)\b",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex Shift();

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

    [GeneratedRegex(@"\b(?:my|our|the) (?<thing>[\w' -]{2,60})$", RegexOptions.IgnoreCase, 1000)]
    private static partial Regex Own();

    [GeneratedRegex(@"\bweeks\b", RegexOptions.IgnoreCase, 1000)]
    private static partial Regex InWeeks();
}
