using System.Text.RegularExpressions;

namespace Millrace.Models.Local;

/// <summary>Answers questions by quoting the facts that were kept from before; they come in the order of how well they fit.</summary>
internal static partial class KnownFacts
{
    private const double Least = 0.6;

    public static Reply? Answer(Clause question, Request request)
    {
        if (!question.IsQuestion || question.Text.Length > 300)
            return null;
        var asked = Words.Topic(Time().Replace(question.Plain, ""));
        if (asked.Count == 0)
            return null;
        var best = request
            .Recalled.Where(part => part.Kind is RecalledKind.Fact)
            .Select(
                (part, at) =>
                    (Part: part, Score: Words.Coverage(asked, Words.Topic(part.Text)), At: at)
            )
            .Where(each => each.Score >= Least)
            .OrderByDescending(each => each.Score)
            .ThenBy(each => each.At)
            .Select(each => each.Part)
            .FirstOrDefault();
        if (best is null)
            return null;
        var said = Relation().Replace(best.Text, "");
        var value = Relation().Match(best.Text).Groups["v"].Value;
        return new Reply(
            value.Length == 0 || said.Contains(value, StringComparison.OrdinalIgnoreCase)
                ? $"“{said}” ({best.Source})."
                : $"{value}: “{said}” ({best.Source}).",
            value.Length > 0 ? value : said
        );
    }

    [GeneratedRegex(
        @"\b(?:in|on|as of|during|at|back in)\s+(?:\d{4}(?:-\d\d){0,2}|(?:\d{1,2}\s+)?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\s+\d{4})\b",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex Time();

    // " [user | lives in | Oslo]"
    [GeneratedRegex(@" \[[^\[\]|]+ \| [^\[\]|]+ \| (?<v>[^\[\]|]+)\]$", RegexOptions.None, 1000)]
    private static partial Regex Relation();
}
