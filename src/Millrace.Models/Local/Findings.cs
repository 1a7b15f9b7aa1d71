using System.Globalization;
using System.Text.RegularExpressions;

namespace Millrace.Models.Local;

/// <summary>Things that can be recognised in text by their form: addresses, numbers, dates, names, quotations.</summary>
internal static partial class Findings
{
    public static IEnumerable<string> Emails(string text) => Values(Email(), text);

    public static IEnumerable<string> Urls(string text) =>
        Values(Url(), text)
            .Select(url => url.TrimEnd('.', ',', ';', ':', '!', '?', ')', '"', '\''));

    public static IEnumerable<string> Phones(string text) =>
        Values(Phone(), text).Where(phone => phone.Count(char.IsAsciiDigit) is >= 7 and <= 15);

    /// <summary>Numbers as written, without those that are part of dates, times, addresses or words.</summary>
    public static IEnumerable<(string Text, decimal Value, int At)> Numbers(string text)
    {
        var taken = DatePhrases
            .Spans(text)
            .Concat(Url().Matches(text).Select(match => (match.Index, match.Length)))
            .Concat(Email().Matches(text).Select(match => (match.Index, match.Length)))
            .OrderBy(span => span.Item1)
            .ToList();
        var next = 0;
        foreach (var match in Number().Matches(text).Cast<Match>())
        {
            while (next < taken.Count && taken[next].Item1 + taken[next].Item2 <= match.Index)
            {
                next++;
            }
            if (next < taken.Count && taken[next].Item1 <= match.Index)
            {
                continue;
            }
            var plain = match.Value.Replace(",", "", StringComparison.Ordinal);
            if (
                decimal.TryParse(
                    plain,
                    NumberStyles.Float,
                    CultureInfo.InvariantCulture,
                    out var value
                )
            )
            {
                yield return (match.Value, value, match.Index);
            }
        }
    }

    public static IEnumerable<string> Quotations(string text) =>
        Quoted().Matches(text).Select(match => match.Groups["text"].Value.Trim());

    /// <summary>A text without the names, numbers, dates, addresses and quotations in it.</summary>
    public static string Without(string text)
    {
        IEnumerable<string> found =
        [
            .. Quotations(text),
            .. Emails(text),
            .. Urls(text),
            .. Phones(text),
            .. DatePhrases.Spans(text).Select(span => text.Substring(span.At, span.Length)),
            .. Numbers(text).Select(number => number.Text),
            .. Local.Names.Of(text).Select(name => name.Text),
        ];
        var bare = found
            .Where(value => value.Length > 0)
            .Aggregate(text, (rest, value) => rest.Replace(value, " ", StringComparison.Ordinal));
        bare = string.Join(' ', bare.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        return bare.Any(char.IsLetter) ? bare : text;
    }

    private static IEnumerable<string> Values(Regex pattern, string text) =>
        pattern
            .Matches(text)
            .Select(match => match.Value)
            .Distinct(StringComparer.OrdinalIgnoreCase);

    [GeneratedRegex(
        @"[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}",
        RegexOptions.None,
        1000
    )]
    private static partial Regex Email();

    [GeneratedRegex(
        @"\bhttps?://[^\s<>""'`]{1,2000}|\bwww\.[^\s<>""'`]{3,2000}",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex Url();

    [GeneratedRegex(@"(?<![\w.+-])\+?\d[\d ()./-]{5,20}\d(?![\w])", RegexOptions.None, 1000)]
    private static partial Regex Phone();

    [GeneratedRegex(
        @"(?<![\w.])[-−]?(?:\d{1,3}(?:,\d{3})+|\d{1,28})(?:\.\d{1,28})?(?![\w]|\.\d)",
        RegexOptions.None,
        1000
    )]
    private static partial Regex Number();

    [GeneratedRegex(
        @"""(?<text>[^""\n]{1,4000})""|“(?<text>[^”\n]{1,4000})”|«(?<text>[^»\n]{1,4000})»|(?<!\w)'(?<text>[^'\n]{1,4000})'(?!\w)|`(?<text>[^`\n]{1,4000})`",
        RegexOptions.None,
        1000
    )]
    private static partial Regex Quoted();
}
