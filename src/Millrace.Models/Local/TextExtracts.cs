using System.Text.RegularExpressions;

namespace Millrace.Models.Local;

/// <summary>Lists the addresses, dates, numbers, names or key words of a text.</summary>
internal static partial class TextExtracts
{
    public static Reply? Answer(string order, string text)
    {
        if (!Extraction().IsMatch(order))
        {
            return null;
        }
        var (kind, found) = order switch
        {
            _ when Mails().IsMatch(order) => ("e-mail addresses", Findings.Emails(text)),
            _ when Links().IsMatch(order) => ("links", Findings.Urls(text)),
            _ when Phones().IsMatch(order) => ("phone numbers", Findings.Phones(text)),
            _ when Dates().IsMatch(order) => (
                "dates",
                DatePhrases.Find(text, default).Select(date => text.Substring(date.At, date.Length))
            ),
            _ when Numbers().IsMatch(order) => (
                "numbers",
                Findings.Numbers(text).Select(number => number.Text)
            ),
            _ when NamesOf().IsMatch(order) => (
                "names",
                Names.Of(text).Select(name => name.Text).Distinct()
            ),
            _ when Terms().IsMatch(order) => ("key words", Summaries.KeyTerms(text, 8)),
            _ => ("", []),
        };
        if (kind.Length == 0)
        {
            return null;
        }
        var list = string.Join(", ", found.Take(500));
        return list.Length == 0
            ? new Reply($"I found no {kind} in the text.", "")
            : new Reply(list, list);
    }

    [GeneratedRegex(
        @"\b(?:extract|find|list|get|pull out|which|what|show|give me|identify|pick out|key ?words?|collect)\b",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex Extraction();

    [GeneratedRegex(
        @"\be-?mails?(?: address(?:es)?)?\b(?! (?:say|about|mean))",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex Mails();

    [GeneratedRegex(@"\b(?:urls?|links?|web addresses)\b", RegexOptions.IgnoreCase, 1000)]
    private static partial Regex Links();

    [GeneratedRegex(
        @"\bphones?(?: numbers?)?\b|\btelephone numbers?\b",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex Phones();

    [GeneratedRegex(
        @"\b(?:dates|all the dates|every date|the date)\b",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex Dates();

    [GeneratedRegex(@"\b(?:numbers|figures|amounts)\b", RegexOptions.IgnoreCase, 1000)]
    private static partial Regex Numbers();

    [GeneratedRegex(@"\b(?:names|people|persons|proper nouns)\b", RegexOptions.IgnoreCase, 1000)]
    private static partial Regex NamesOf();

    [GeneratedRegex(@"\b(?:key ?words?|key ?terms?|tags|topics)\b", RegexOptions.IgnoreCase, 1000)]
    private static partial Regex Terms();
}
