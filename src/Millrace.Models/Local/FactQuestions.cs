using System.Text.RegularExpressions;

namespace Millrace.Models.Local;

/// <summary>Answers questions about what the user told, in the second person.</summary>
internal static partial class FactQuestions
{
    public const int MostListed = 12;

    public static Reply? Answer(Clause question, Request request)
    {
        if (
            !question.IsQuestion
            || question.Text.Length > 300
            || !IsPersonal().IsMatch(question.Plain)
        )
        {
            return null;
        }
        var facts = request.Facts;
        return AboutEverything(question, facts)
            ?? FactQuestionRules.Answer(question, facts)
            ?? OfThing(question, facts)
            ?? ByDeed(question, facts)
            ?? ByWords(question, facts);
    }

    /// <summary>True for a question that only the user's own words could answer.</summary>
    public static bool AsksAboutUser(Clause question) =>
        question.IsQuestion && question.Text.Length <= 300 && AboutUser().IsMatch(question.Plain);

    private static Reply? AboutEverything(Clause question, IReadOnlyList<Fact> facts)
    {
        if (!Everything().IsMatch(question.Plain))
        {
            return null;
        }
        var known = Newest(facts).TakeLast(MostListed).Select(fact => fact.Told).ToList();
        return known.Count == 0
            ? new Reply("You haven't told me anything about yourself in this conversation.")
            : new Reply(string.Join(' ', known));
    }

    // "What is my sister's name?", "How old is my son?", "Who is my boss?"
    private static Reply? OfThing(Clause question, IReadOnlyList<Fact> facts)
    {
        var match = Thing().Match(question.Plain);
        if (!match.Success || ThingDoes().IsMatch(question.Plain))
        {
            return null;
        }
        var asked = Words.Topic(match.Groups["x"].Value);
        asked.UnionWith(Words.Topic(match.Groups["of"].Value));
        if (match.Groups["age"].Success)
        {
            asked.Add("age");
        }
        if (match.Groups["called"].Success)
        {
            asked.Add("nam");
        }
        if (asked.Count == 0)
        {
            return null;
        }
        var things = Newest(facts)
            .Where(fact => fact.Topic.StartsWith("of ", StringComparison.Ordinal))
            .Reverse()
            .ToList();
        var found =
            things.FirstOrDefault(fact => Stems(fact).SetEquals(asked))
            ?? things.FirstOrDefault(fact => asked.IsSubsetOf(Stems(fact)))
            ?? things.FirstOrDefault(fact =>
                Stems(fact).IsSubsetOf(asked) && AnswersRest(fact, asked)
            );
        return found is null ? null : Said([found]);
    }

    private static bool AnswersRest(Fact fact, HashSet<string> asked)
    {
        var rest = asked.Except(Stems(fact)).ToList();
        return rest.TrueForAll(stem =>
            stem switch
            {
                "nam" => fact.Value.Length > 0 && char.IsUpper(fact.Value[0]),
                "age" => fact.Value.Any(char.IsAsciiDigit),
                _ => fact.Words.Contains(stem),
            }
        );
    }

    // "What instrument do I play?" finds "You play the violin."
    private static Reply? ByDeed(Clause question, IReadOnlyList<Fact> facts)
    {
        var match = Deed().Match(question.Plain);
        if (!match.Success)
        {
            return null;
        }
        var topic = $"do {Words.Stem(match.Groups["verb"].Value.ToLowerInvariant())}";
        var found = facts
            .Where(fact => fact.Topic == topic)
            .Select(
                (fact, order) =>
                    (Fact: fact, Score: Words.Coverage(question.Topic, fact.Words), Order: order)
            )
            .OrderByDescending(each => each.Score)
            .ThenByDescending(each => each.Order)
            .Select(each => each.Fact)
            .FirstOrDefault();
        return found is null ? null : Said([found]);
    }

    private static Reply? ByWords(Clause question, IReadOnlyList<Fact> facts)
    {
        HashSet<string> asked =
            ThingDoes().Match(question.Plain) is { Success: true, Groups: var does }
            && does["job"].Success
                ? [.. question.Topic, "work"]
                : question.Topic;
        if (asked.Count == 0)
        {
            return null;
        }
        var isDirect = Deed().IsMatch(question.Plain) || AmI().IsMatch(question.Plain);
        var best = facts
            .Select(
                (fact, order) =>
                    (Fact: fact, Score: Words.Coverage(asked, fact.Words), Order: order)
            )
            .Where(each =>
                asked.Count switch
                {
                    1 => each.Score == 1
                        && (
                            each.Fact.Topic is "note" or "own"
                            || (
                                isDirect
                                && (
                                    each.Fact.Topic is "being"
                                    || each.Fact.Topic.StartsWith("do ", StringComparison.Ordinal)
                                )
                            )
                        ),
                    2 => each.Score == 1,
                    _ => each.Score >= 0.66,
                }
            )
            .OrderByDescending(each => each.Score)
            .ThenByDescending(each => each.Order)
            .Select(each => each.Fact)
            .FirstOrDefault();
        return best is null ? null : Said([best]);
    }

    private static HashSet<string> Stems(Fact fact) => [.. fact.Topic[3..].Split(' ')];

    /// <summary>The facts that hold now, oldest first: the newest of each topic, and all of those that can be many.</summary>
    public static List<Fact> Newest(IReadOnlyList<Fact> facts)
    {
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var newest = new List<Fact>();
        for (var i = facts.Count - 1; i >= 0; i--)
        {
            if (seen.Add(facts[i].IsOneOfMany ? facts[i].Told : facts[i].Topic))
            {
                newest.Add(facts[i]);
            }
        }
        newest.Reverse();
        return newest;
    }

    public static Reply Said(IEnumerable<Fact> facts)
    {
        var said = facts.ToList();
        return new Reply(
            string.Join(' ', said.Select(fact => fact.Told)),
            string.Join(", ", said.Select(fact => fact.Value))
        );
    }

    [GeneratedRegex(@"\b(?:i|i'm|my|me|we|our|mine|myself)\b", RegexOptions.IgnoreCase, 1000)]
    private static partial Regex IsPersonal();

    [GeneratedRegex(
        @"^(?:do you (?:know|remember) )?(?:what|who|where|when|which|whose|how (?:old|many|much|tall|long|big))\b.*\b(?:my|our|do i|did i|am i|was i|have i|i am|i'm|do we|i (?:work|live|like|have|own|said|told))\b|^(?:do you (?:know|remember)|tell me|remind me)\b.*\bmy\b|^(?:do i|am i|did i|have i|was i|is my|are my)\b",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex AboutUser();

    [GeneratedRegex(
        @"\bwhat (?:else )?(?:do|did|can) you (?:know|remember|learn|tell me) (?:so far )?about (?:me|myself)\b|\btell me (?:everything |all )?(?:you know )?about (?:me|myself)\b|\bwhat you (?:know|remember) about (?:me|myself)\b|\bwhat (?:have|did) i (?:told|tell|said|say)(?: to)?(?: you)?(?: so far)?(?: about (?:me|myself))?$|\bwhat did i (?:ask|tell) you to remember\b",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex Everything();

    [GeneratedRegex(
        @"\b(?:(?<age>how old (?:is|are))|(?<of>[\w-]+) of|is|are|was|were|'s|when is|know|remember|me|which|what)?\b ?(?:my|our) (?<x>[\w' -]{2,60}?)(?: (?<called>called|named))?$",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex Thing();

    [GeneratedRegex(
        @"\b(?:do|did|have|can|will|should|would) (?:i|we) (?:usually |always |often |also |just |want to |like to |need to )?(?<verb>[a-z]+)\b",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex Deed();

    [GeneratedRegex(@"\b(?:am i|was i|are we|have i|i am|i was)\b", RegexOptions.IgnoreCase, 1000)]
    private static partial Regex AmI();

    // "What does my wife do?" asks for a deed of the thing, not for the thing.
    [GeneratedRegex(
        @"\b(?:does|did|do|has|will|can) (?:my|our)\b(?<job>.* do$)?",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex ThingDoes();
}
