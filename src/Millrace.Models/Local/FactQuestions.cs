using System.Text.RegularExpressions;

namespace Millrace.Models.Local;

/// <summary>Answers questions about what the user told, in the second person.</summary>
internal static partial class FactQuestions
{
    private const int MostListed = 12;

    private static readonly (Regex Form, string[] Topics, bool Several)[] Rules =
    [
        (AsksName(), ["name", "nick"], false),
        (AsksNick(), ["nick", "name"], false),
        (AsksAge(), ["age"], false),
        (AsksBirthday(), ["birthday"], false),
        (AsksOrigin(), ["origin"], false),
        (AsksHome(), ["home"], false),
        (
            AsksEmployer(),
            ["work at", "work for", "work in", "work with", "work as", "work on", "job"],
            false
        ),
        (
            AsksWork(),
            ["work on", "work with", "work in", "work as", "job", "work at", "work for"],
            false
        ),
        (
            AsksJob(),
            ["job", "work as", "being", "work at", "work for", "work in", "work on", "work with"],
            true
        ),
        (AsksDislikes(), ["dislike"], true),
        (AsksLikes(), ["like"], true),
        (AsksOwned(), ["own"], true),
    ];

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
            ?? ByRule(question, facts)
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

    private static Reply? ByRule(Clause question, IReadOnlyList<Fact> facts)
    {
        foreach (var (form, topics, several) in Rules)
        {
            var match = form.Match(question.Plain);
            if (!match.Success)
            {
                continue;
            }
            var found = Newest(facts).Where(fact => topics.Contains(fact.Topic)).ToList();
            if (match.Groups["o"] is { Success: true, Value: var thing })
            {
                var asked = Words.Topic(thing);
                var about = found.Where(fact => Words.Coverage(asked, fact.Words) > 0.5).ToList();
                found = about.Count > 0 || match.Groups["exact"].Success ? about : found;
            }
            if (found.Count == 0)
            {
                continue;
            }
            return several
                ? Said(found.TakeLast(MostListed))
                : Said([found.MinBy(fact => Array.IndexOf(topics, fact.Topic))!]);
        }
        return null;
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
    private static List<Fact> Newest(IReadOnlyList<Fact> facts)
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

    private static Reply Said(IEnumerable<Fact> facts)
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
        @"\bmy (?:full |first |real |own )?name\b|\bwho am i\b|\bwho i am\b|\bwhat am i called\b",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex AsksName();

    [GeneratedRegex(@"\bmy nickname\b|\bcall me\b|\bi go by\b", RegexOptions.IgnoreCase, 1000)]
    private static partial Regex AsksNick();

    [GeneratedRegex(
        @"\bhow old (?:am i|i am)\b|\bmy age\b|\bwhat age am i\b",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex AsksAge();

    [GeneratedRegex(
        @"\bmy (?:birthday|birth ?date|date of birth)\b|\bwhen was i born\b",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex AsksBirthday();

    [GeneratedRegex(
        @"\bwhere (?:am i|i am|do i come|i come)(?: originally)? from\b|\bwhere was i born\b|\bmy home ?town\b|\b(?:what|which) (?:country|city|town) (?:am i|do i come) from\b",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex AsksOrigin();

    [GeneratedRegex(
        @"\b(?:where|what city|which city|what town|which town|what country|which country|what place|which street) (?:do|did) (?:i|we) (?:live|reside|move)\b|\bwhere (?:am i|are we) (?:living|based)\b|\bwhere i live\b|\bmy (?:home|city|town|home city)$",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex AsksHome();

    [GeneratedRegex(
        @"\b(?:where|who|whom|what company|which company) (?:do|am|did) (?:i|we) work(?:ing)?(?: for| at| with)?\b|\bmy (?:employer|company|workplace)\b|\bwhere i work\b|\bwho i work for\b",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex AsksEmployer();

    [GeneratedRegex(
        @"\b(?:do|am|did|are) (?:i|we) work(?:ing)? (?:on|with|in)\b|\bi work (?:on|with)\b|\bwhat do i work\b",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex AsksWork();

    [GeneratedRegex(
        @"\bwhat (?:do|is it that) i do\b(?: for| as|$)|\bwhat do i do\b|\bmy (?:job|profession|occupation|work|job title|trade)\b|\bwhat i do\b",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex AsksJob();

    [GeneratedRegex(
        @"\b(?:what|which)\b.{0,40}\b(?:do i|i) (?:really )?(?:hate|dislike|not like|detest|can't stand)\b|\b(?:don't i|do i not|i don't|can't i) (?:like|enjoy|stand)\b|\bmy dislikes\b|^(?<exact>do) i (?:hate|dislike) (?<o>.+)",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex AsksDislikes();

    [GeneratedRegex(
        @"\b(?:what|which|who)(?<o>(?: [\w-]+){0,4}?) (?:do|did) i (?:really )?(?:like|love|enjoy|prefer|adore)(?: to \w+| doing)?$|\bmy (?:hobby|hobbies|likes|interests)\b|\bwhat am i (?:into|interested in|a fan of)\b|^(?<exact>do) i (?:like|love|enjoy|prefer) (?<o>.+)|\bwhat i (?:like|love|enjoy)\b",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex AsksLikes();

    [GeneratedRegex(
        @"\b(?:what|which|how many)(?<o>(?: [\w-]+){0,4}?) (?:do|did) (?:i|we) (?:have|own)$|^(?<exact>do) (?:i|we) (?:have|own) (?<o>.+)|\bwhat i (?:have|own)$",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex AsksOwned();

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
