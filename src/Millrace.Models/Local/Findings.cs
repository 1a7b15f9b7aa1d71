using System.Globalization;
using System.Text.RegularExpressions;

namespace Millrace.Models.Local;

/// <summary>Things that can be recognised in text by their form: addresses, numbers, dates, names, quotations.</summary>
internal static partial class Findings
{
    private static readonly HashSet<string> NotNames = new(StringComparer.Ordinal)
    {
        "I",
        "The",
        "A",
        "An",
        "This",
        "That",
        "These",
        "Those",
        "It",
        "He",
        "She",
        "They",
        "We",
        "You",
        "My",
        "Our",
        "Your",
        "His",
        "Her",
        "Their",
        "Its",
        "In",
        "On",
        "At",
        "By",
        "For",
        "From",
        "To",
        "And",
        "But",
        "Or",
        "If",
        "When",
        "Where",
        "What",
        "Who",
        "How",
        "Why",
        "Which",
        "Is",
        "Are",
        "Was",
        "Were",
        "Do",
        "Does",
        "Did",
        "Can",
        "Could",
        "Will",
        "Would",
        "Please",
        "Hello",
        "Hi",
        "Hey",
        "Dear",
        "Thanks",
        "Thank",
        "Yes",
        "No",
        "Not",
        "There",
        "Here",
        "Then",
        "Also",
        "After",
        "Before",
        "As",
        "With",
        "About",
        "Extract",
        "Summarise",
        "Summarize",
        "Return",
        "Give",
        "List",
        "Find",
        "Get",
        "Show",
        "Send",
        "Tell",
        "Convert",
        "Translate",
        "Remind",
        "Monday",
        "Tuesday",
        "Wednesday",
        "Thursday",
        "Friday",
        "Saturday",
        "Sunday",
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
        "Today",
        "Tomorrow",
        "JSON",
        "I'm",
        "I've",
        "Mr",
        "Mrs",
        "Ms",
        "Dr",
        "Today's",
        "Name",
        "Email",
        "Date",
        "Call",
        "Phone",
        "Order",
        "Invoice",
        "Total",
        "Subject",
        "Regards",
        "Best",
        "Let",
        "Set",
        "Add",
        "Create",
        "Book",
        "Schedule",
        "Write",
        "Read",
        "Play",
        "Search",
        "Look",
        "Use",
        "Using",
        "Classify",
        "Fill",
        "What's",
        "Who's",
        "OK",
        "Next",
        "Last",
        "Every",
        "All",
        "Some",
        "Any",
        "Both",
        "Each",
        "Good",
        "Great",
        "Sorry",
        "So",
        "Well",
        "Our",
        "Meeting",
    };

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

    /// <summary>Capitalised names ("Ada Lovelace", "New York"), by rule and so with some misses.</summary>
    public static IEnumerable<(string Text, int At)> Names(string text)
    {
        foreach (var match in Capitalised().Matches(text).Cast<Match>())
        {
            var words = match.Value.Split(' ');
            var skip = words.TakeWhile(NotNames.Contains).Count();
            var rest = words.Skip(skip).TakeWhile(word => !NotNames.Contains(word)).ToArray();
            if (rest.Length > 0 && !IsOnlySentenceStart(text, match, skip, rest))
            {
                var name = string.Join(' ', rest);
                name = name.EndsWith("'s", StringComparison.Ordinal) ? name[..^2] : name;
                yield return (name, match.Index + words.Take(skip).Sum(word => word.Length + 1));
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
            .. Names(text).Select(name => name.Text),
        ];
        var bare = found
            .Where(value => value.Length > 0)
            .Aggregate(text, (rest, value) => rest.Replace(value, " ", StringComparison.Ordinal));
        bare = string.Join(' ', bare.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        return bare.Any(char.IsLetter) ? bare : text;
    }

    // A single capitalised word that opens a sentence is a name only when it stands before a verb of a person.
    private static bool IsOnlySentenceStart(string text, Match match, int skip, string[] rest)
    {
        if (skip > 0 || rest.Length > 1)
        {
            return false;
        }
        var before = match.Index - 1;
        while (before >= 0 && text[before] is ' ' or '"' or '\'' or '“')
        {
            before--;
        }
        var opens = before < 0 || text[before] is '.' or '!' or '?' or '\n';
        return opens && !PersonalVerb().IsMatch(text.AsSpan(match.Index + match.Length));
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
        @"\b\p{Lu}[\p{L}\p{Nd}&'’-]*(?: (?:\p{Lu}[\p{L}\p{Nd}&'’-]*|\p{Lu}\.))*",
        RegexOptions.None,
        1000
    )]
    private static partial Regex Capitalised();

    [GeneratedRegex(
        @"""(?<text>[^""\n]{1,4000})""|“(?<text>[^”\n]{1,4000})”|«(?<text>[^»\n]{1,4000})»|(?<!\w)'(?<text>[^'\n]{1,4000})'(?!\w)|`(?<text>[^`\n]{1,4000})`",
        RegexOptions.None,
        1000
    )]
    private static partial Regex Quoted();

    [GeneratedRegex(
        @"^(?:'s)?(?:,| and \p{Lu}| or \p{Lu}| is\b| was\b| has\b| lives\b| works\b| said\b| says\b| wrote\b| will\b| owes\b| paid\b| bought\b| ordered\b| lost\b| won\b| met\b| called\b| asked\b| joined\b| likes\b| owns\b| \(| (?:is )?aged\b)",
        RegexOptions.None,
        1000
    )]
    private static partial Regex PersonalVerb();
}
