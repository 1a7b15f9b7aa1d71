using System.Globalization;
using System.Text.RegularExpressions;

namespace Millrace.Knowledge.Graph.Extraction;

/// <summary>
/// Reads times that a text states: "since 2019", "until March 2024", "from 2010 to 2015", "in May 2024", "on 5 May
/// 2024", "(2020)", "2024-05-31". A month or year stands for its first day. What is relative or vague is left alone.
/// </summary>
internal static partial class DatePhrases
{
    // Milliseconds; long, so that a busy machine reads what an idle one does.
    private const int Timeout = 5_000;

    private const string Day =
        @"(?:\d{4}-\d{2}-\d{2}|\d{1,2}(?:st|nd|rd|th)?\s+(?:of\s+)?(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.?,?\s+\d{4}|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.?\s+\d{1,2}(?:st|nd|rd|th)?,?\s+\d{4})";
    private const string Month =
        @"(?:(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.?,?\s+(?:of\s+)?\d{4}|\d{4}-\d{2})";
    private const string Date = $@"(?:{Day}|{Month}|(?:1[0-9]|2[01])\d{{2}})(?![\d-])";

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

    /// <summary>The first time stated in a text.</summary>
    public static StatedTime Read(string text)
    {
        var span = SpanPhrase().Match(text);
        if (span.Success)
            return new StatedTime(Parse(span.Groups["a"].Value), Parse(span.Groups["b"].Value));
        var end = EndPhrase().Match(text);
        var start = StartPhrase().Match(text);
        return new StatedTime(
            start.Success ? Parse(start.Groups["a"].Value) : null,
            end.Success ? Parse(end.Groups["a"].Value) : null
        );
    }

    /// <summary>The text without the times in it, so that they are not taken for names.</summary>
    public static string Without(string text) =>
        StartPhrase()
            .Replace(EndPhrase().Replace(SpanPhrase().Replace(text, ""), ""), "")
            .Trim(' ', ',');

    private static DateTimeOffset? Parse(string text)
    {
        var numbers = Number().Matches(text).Select(match => match.Value).ToList();
        var year = numbers.FirstOrDefault(number => number.Length == 4);
        if (year is null)
            return null;
        var word = MonthWord().Match(text);
        var rest = numbers.Where(number => number.Length < 4).Select(Value).ToList();
        var month = word.Success
            ? Array.IndexOf(Months, word.Value.ToLowerInvariant()) + 1
            : rest.FirstOrDefault(1);
        var day = (word.Success ? rest : rest.Skip(1)).FirstOrDefault(1);
        if (month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(Value(year), month))
            return null;
        return new DateTimeOffset(Value(year), month, day, 0, 0, 0, TimeSpan.Zero);
    }

    private static int Value(string digits) => int.Parse(digits, CultureInfo.InvariantCulture);

    [GeneratedRegex(
        $@"\s*\(?\b(?:from|between)\s+(?<a>{Date})\s+(?:to|and|until|till|through)\s+(?<b>{Date})\)?|\s*\(?(?<a>\b(?:1[89]|20)\d{{2}})\s*[-–]\s*(?<b>(?:1[89]|20)\d{{2}}\b)(?![\d-])\)?",
        RegexOptions.IgnoreCase,
        matchTimeoutMilliseconds: Timeout
    )]
    private static partial Regex SpanPhrase();

    [GeneratedRegex(
        $@"\s*\(?\b(?:until|till|up to)\s+(?<a>{Date})\)?",
        RegexOptions.IgnoreCase,
        matchTimeoutMilliseconds: Timeout
    )]
    private static partial Regex EndPhrase();

    [GeneratedRegex(
        $@"\s*(?:\(\s*(?<a>{Date})\s*\)|\(?\b(?:since|from|in|on|as of|starting|starting in)\s+(?<a>{Date})\)?)",
        RegexOptions.IgnoreCase,
        matchTimeoutMilliseconds: Timeout
    )]
    private static partial Regex StartPhrase();

    [GeneratedRegex(@"\d+", RegexOptions.None, matchTimeoutMilliseconds: Timeout)]
    private static partial Regex Number();

    [GeneratedRegex(
        "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec",
        RegexOptions.IgnoreCase,
        matchTimeoutMilliseconds: Timeout
    )]
    private static partial Regex MonthWord();
}
