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
        return DateSums.Between(text, today)
            ?? DateSums.Shifted(text, today)
            ?? DateSums.Until(text, today)
            ?? DateSums.Weekday(text, today)
            ?? DateSums.YearOrMonth(text, today)
            ?? Now(text, zone);
    }

    /// <summary>"How many days until my birthday?", from the date that the user told.</summary>
    public Reply? UntilOwn(Clause clause, Request request)
    {
        var text = clause.Plain;
        if (
            text.Length > 300
            || !DateSums.AsksUntil().IsMatch(text)
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
        return DateSums.Until($"{text} {when}", Today);
    }

    private (DateOnly Today, TimeZoneInfo Zone, string? Unknown) Here(string text)
    {
        var zone = TimeZoneInfo.Utc;
        if (
            !DateSums.Shift().IsMatch(text)
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
            ? new Reply($"It is {time} on {DateSums.Named(date)} ({where}).", time)
            : new Reply(
                $"Today is {DateSums.Named(date)} ({where}).",
                DateSums.AsksDay().IsMatch(text) ? DateSums.DayOf(date) : DateSums.Iso(date)
            );
    }

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

    [GeneratedRegex(@"\b(?:my|our|the) (?<thing>[\w' -]{2,60})$", RegexOptions.IgnoreCase, 1000)]
    private static partial Regex Own();
}
