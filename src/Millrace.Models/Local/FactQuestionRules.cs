using System.Text.RegularExpressions;

namespace Millrace.Models.Local;

/// <summary>The forms of questions about a known topic: name, age, home, work, likes; the first with a fact answers.</summary>
internal static partial class FactQuestionRules
{
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

    public static Reply? Answer(Clause question, IReadOnlyList<Fact> facts)
    {
        foreach (var (form, topics, several) in Rules)
        {
            var match = form.Match(question.Plain);
            if (!match.Success)
            {
                continue;
            }
            var found = FactQuestions
                .Newest(facts)
                .Where(fact => topics.Contains(fact.Topic))
                .ToList();
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
                ? FactQuestions.Said(found.TakeLast(FactQuestions.MostListed))
                : FactQuestions.Said([found.MinBy(fact => Array.IndexOf(topics, fact.Topic))!]);
        }
        return null;
    }

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
}
