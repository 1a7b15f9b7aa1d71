using System.Text.RegularExpressions;

namespace Millrace.Models.Local;

/// <summary>Says back what was understood of a statement, or at least that it was noted.</summary>
internal static partial class Acknowledgements
{
    /// <summary>Says back what was understood of a statement.</summary>
    public static Reply? Of(Clause clause, Request request)
    {
        if (clause.IsQuestion)
        {
            return null;
        }
        var facts = Facts.Correct(clause, ToldBefore(clause, request)) is { } corrected
            ? [corrected with { Topic = "" }]
            : Facts.Of(clause).ToList();
        if (facts.Count == 0)
        {
            return null;
        }
        var noted = facts
            .Where(fact => fact.Topic != "name")
            .Select(fact => fact.Told)
            .Where(told => !facts.Exists(fact => IsSaidBy(told, fact)))
            .Distinct()
            .ToList();
        var greeting = facts.Find(fact => fact.Topic == "name") is { } name
            ? $"Nice to meet you, {name.Value}."
            : "";
        var rest = noted.Count == 0 ? "" : Noted(noted);
        return Replies.Courtesy($"{greeting} {rest}".Trim());
    }

    /// <summary>Takes note of a sentence that says something about the world, in no form that is understood.</summary>
    public static Reply? Note(Clause clause) =>
        !clause.IsQuestion && clause.Text.Length <= 600 && Statement().IsMatch(clause.Plain)
            ? Replies.Courtesy($"{Replies.NotedThat}“{clause.Plain}”.")
            : null;

    private static IReadOnlyList<Fact> ToldBefore(Clause clause, Request request) =>
        Facts.Read(
            request
                .Told.Concat(request.Clauses.TakeWhile(said => said != clause))
                .Where(said => !said.IsQuestion)
        );

    // "My sister is called Eve" also tells the sister's name.
    private static bool IsSaidBy(string told, Fact fact) =>
        fact.Told != told
        && IsNameOf().Match(told) is { Success: true } named
        && fact.Told.Contains(named.Groups["v"].Value, StringComparison.Ordinal);

    private static string Noted(List<string> told) =>
        $"{Replies.NotedThat}{string.Join("; ", told.Select(each => char.ToLowerInvariant(each[0]) + each[1..].TrimEnd('.')))}.";

    [GeneratedRegex(@"^your .+ name is (?<v>.+)\.$", RegexOptions.IgnoreCase, 1000)]
    private static partial Regex IsNameOf();

    [GeneratedRegex(
        @"^(?!(?:explain|describe|tell|show|write|compare|list|give|draw|recommend|suggest|help|discuss|find|make|create|imagine|prove|solve|define|outline|review|if|suppose|imagine)\b)(?:the|this|that|these|those|it|he|she|they|there|my|our|his|her|their|a|an|i|i'm|we|we're|\p{Lu}[\w'-]*(?: \p{Lu}[\w'-]*)*)\b.*?(?:\b(?:is|are|was|were|will|has|have|had|can|must|costs?|starts?|begins?|ends?|takes?|lives?|works?|likes?|needs?|wants?|owns?|means|belongs?)\b|'s )",
        RegexOptions.ExplicitCapture,
        1000
    )]
    private static partial Regex Statement();
}
