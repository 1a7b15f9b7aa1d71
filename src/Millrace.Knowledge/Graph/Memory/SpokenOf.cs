using System.Text.RegularExpressions;
using Millrace.Knowledge.Graph.Extraction;

namespace Millrace.Knowledge.Graph.Memory;

/// <summary>Whom and what a conversation spoke of last, so that "she" and "it" have names.</summary>
internal sealed partial class SpokenOf(string user)
{
    private const int Timeout = 5_000;

    private string? _name;

    /// <summary>Notes who is named.</summary>
    public void Hear(string sentence)
    {
        var names = Named().Matches(sentence);
        if (names.Count > 0)
            _name = names[0].Groups["s"].Value;
    }

    /// <summary>The sentence with a name in the place of "he", "she", "his" or "her".</summary>
    public string WithNames(string sentence, IReadOnlyList<Known> known)
    {
        if (Pronoun().Match(sentence) is not { Success: true } pronoun)
            return sentence;
        Hear(sentence[..pronoun.Index]);
        var last =
            _name
            ?? known
                .FirstOrDefault(one =>
                    one.Subject is { } subject && subject != user && char.IsLetter(subject[0])
                )
                ?.Subject;
        if (last is null)
            return sentence;
        return Pronoun()
            .Replace(
                sentence,
                said =>
                    said.Groups["own"].Success ? $"{last}'s"
                    : said.Groups["is"].Success ? $"{last} is"
                    : last,
                1
            );
    }

    // Not a sentence's first word, unless what follows it shows that it is a name.
    [GeneratedRegex(
        $@"(?<=[\p{{Ll}},:]\s)(?!(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b|(?:January|February|March|April|May|June|July|August|September|October|November|December)\b|New Year|I\b)(?<s>\p{{Lu}}\p{{Ll}}+(?:\s+\p{{Lu}}\p{{L}}+)?)\b(?!\s*\d)|^(?!(?:He|She|It|They|We|I|You|This|That|There|What|When|The|In|On|My|Our|And|But|So)\b)(?<s>{RelationRules.Name})(?=(?:['’]s)?\s+(?:\p{{Ll}}+ed|is|was|went|has|had|told|works|lives|took|moved)\b)",
        RegexOptions.None,
        matchTimeoutMilliseconds: Timeout
    )]
    private static partial Regex Named();

    [GeneratedRegex(
        @"\b(?:[Hh]e|[Ss]he|[Ii]t(?=\s+is\b|\s+has\b|['’]s\b|\s+costs?\b|\s+went\b|\s+now\b))\b(?<is>['’]s\b(?!\s+(?:been|had)\b))?(?:['’]s\b)?(?!\s+(?:told|said|says|tells|thinks)\b)|(?<own>^(?:His|Her|Its)\b|\b(?:his|her)\b(?=\s+\p{Ll}+(?:\s+\p{Ll}+)?\s+is\b))",
        RegexOptions.None,
        matchTimeoutMilliseconds: Timeout
    )]
    private static partial Regex Pronoun();
}
