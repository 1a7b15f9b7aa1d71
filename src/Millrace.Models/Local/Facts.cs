using System.Text.RegularExpressions;

namespace Millrace.Models.Local;

/// <summary>Reads first-person statements by rule.</summary>
internal static partial class Facts
{
    private const int LongestStatement = 300;
    private const int LongestNote = 600;

    /// <summary>The facts in these statements, in order. A correction replaces the words of the fact that it corrects.</summary>
    public static IReadOnlyList<Fact> Read(IEnumerable<Clause> clauses)
    {
        var facts = new List<Fact>();
        foreach (var clause in clauses)
        {
            if (Correct(clause, facts) is { } corrected)
            {
                facts.Add(corrected);
            }
            else
            {
                facts.AddRange(Of(clause));
            }
        }
        return facts;
    }

    /// <summary>The facts of one statement.</summary>
    public static IEnumerable<Fact> Of(Clause clause)
    {
        var text = clause.Plain;
        if (Note().Match(text) is { Success: true, Groups: var note } && text.Length <= LongestNote)
        {
            var inner = note["text"].Value;
            var facts = FromStatement(inner).ToList();
            return facts.Count > 0
                ? facts
                :
                [
                    new Fact(
                        "note",
                        inner,
                        SecondPerson.Closed(SecondPerson.Of(inner)),
                        IsOneOfMany: true
                    ),
                ];
        }
        return FromStatement(text);
    }

    /// <summary>The fact as a clause such as "it's Rob, not Bob" corrects it, or null.</summary>
    public static Fact? Correct(Clause clause, IReadOnlyList<Fact> facts)
    {
        if (
            clause.Text.Length > LongestStatement
            || Correction().Match(clause.Plain) is not { Success: true } match
        )
        {
            return null;
        }
        var (right, wrong) = (
            match.Groups["right"].Value.Trim(),
            match.Groups["wrong"].Value.Trim()
        );
        var known = facts.LastOrDefault(fact =>
            fact.Told.Contains(wrong, StringComparison.OrdinalIgnoreCase)
        );
        return known is null
            ? null
            : known with
            {
                Value = known.Value.Replace(wrong, right, StringComparison.OrdinalIgnoreCase),
                Told = known.Told.Replace(wrong, right, StringComparison.OrdinalIgnoreCase),
            };
    }

    private static IEnumerable<Fact> FromStatement(string statement)
    {
        if (
            statement.Length > LongestStatement
            || !FirstPerson().IsMatch(statement)
            || Supposed().IsMatch(statement)
        )
        {
            yield break;
        }
        var subject = "I ";
        foreach (var part in SharedSubject().Split(statement))
        {
            var text = FirstPerson().IsMatch(part) ? part : subject + part;
            foreach (var fact in FactRules.Read(Aside().Replace(text.Trim(), "")))
            {
                yield return fact;
            }
        }
    }

    /// <summary>One key for a thing's names: "sister's name" and "name of my sister".</summary>
    public static string Key(string thing) =>
        string.Join(' ', Words.Topic(thing).Order(StringComparer.Ordinal));

    [GeneratedRegex(
        @"^(?:please )?(?:remember|note|don't forget|do not forget|keep in mind|bear in mind|make a note|take note)(?: (?:that|this))?[:,]?\s+(?!(?:what|when|who|where|how|to)\b)(?<text>.+)$",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex Note();

    [GeneratedRegex(
        @"\b(?:i|i'm|im|i've|ive|my|me|we|we're|our|mine)\b",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex FirstPerson();

    [GeneratedRegex(
        @",? and (?=(?:work|live|like|love|hate|enjoy|have|own|study|play|speak|drive|am|was|want|prefer|use|teach|write|collect)\b)",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex SharedSubject();

    [GeneratedRegex(
        @",? (?:by the way|btw|actually|now|right now|these days|currently|please|though)$|, nice to meet you.*$|(?<=^i) (?:currently|now|also|just|really|mostly|usually|still)(?= )",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex Aside();

    [GeneratedRegex(
        @"^(?:(?:it's|it is|that's|i meant|i mean|make that|it should be) )?(?<right>[^,]{1,60}),? not (?<wrong>[^,]{1,60})$|^not (?<wrong>[^,]{1,60}),? (?:but )?(?<right>[^,]{1,60})$",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex Correction();

    [GeneratedRegex(
        @"^(?:if|suppose|supposing|imagine|assume|when|say)\b",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex Supposed();
}
