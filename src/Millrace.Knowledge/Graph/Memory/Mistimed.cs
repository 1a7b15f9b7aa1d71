using System.Text.RegularExpressions;

namespace Millrace.Knowledge.Graph.Memory;

/// <summary>Reads that something was so, but not when it was said to be: "no, it was March, not April".</summary>
internal static partial class Mistimed
{
    private const int Timeout = 5_000;
    private const string Month =
        "(?:January|February|March|April|May|June|July|August|September|October|November|December)";

    /// <summary>The words of the right time, as they would stand in a sentence; null when nothing is put right.</summary>
    public static string? Read(string sentence)
    {
        if (WrongDay().Match(sentence) is { Success: true } wrong)
            return sentence[(wrong.Index + wrong.Length)..];
        if (ItWas().Match(sentence) is not { Success: true } right)
            return null;
        var when = right.Groups["when"].Value;
        return right.Groups["day"].Success ? $"on {when}" : $"in {when}";
    }

    [GeneratedRegex(
        @"\b(?:wrong|mixed\s+up\s+the)\s+(?:day|date|week|month|year)s?\b",
        RegexOptions.IgnoreCase,
        matchTimeoutMilliseconds: Timeout
    )]
    private static partial Regex WrongDay();

    [GeneratedRegex(
        $@"^(?:(?:no|sorry|wait|actually|oops|er|correction)\b[,:]?\s+)?(?:it|that|this)\s+(?:was|happened|started|began|is)\s+(?:only\s+|already\s+)?(?:(?:in|on|at|since|from)\s+)?(?:the\s+)?(?<when>(?:\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?)?{Month}(?:\s+\d{{1,2}}(?:st|nd|rd|th)?)?(?:,?\s+\d{{4}})?|(?:1[89]|20)\d\d|(?<day>(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day))\b(?:,\s+not\b|\s*[.!]?$)",
        RegexOptions.IgnoreCase,
        matchTimeoutMilliseconds: Timeout
    )]
    private static partial Regex ItWas();
}
