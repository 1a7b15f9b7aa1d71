using System.Text.RegularExpressions;

namespace Millrace.Knowledge.Graph.Extraction;

/// <summary>
/// Reads relations out of sentences by rule: whose subject is named at their start, clause by clause. It says nothing
/// where it is not sure: of questions, conditions, wishes, denials and pronouns. (t-backend §14.6)
/// </summary>
internal static partial class StatementReader
{
    // A longer text is a document; its sentences are read, but not without end.
    private const int MostSentences = 100;
    private const int LongestSentence = 1_000;

    private const int Timeout = 5_000;

    public static Reading Read(string text)
    {
        var claims = new List<Claim>();
        var aliases = new List<Alias>();
        StatedTime? first = null;
        foreach (var sentence in Split(text))
        {
            try
            {
                first ??= DatePhrases.Read(sentence);
                if (!sentence.EndsWith('?') && !Unsure().IsMatch(sentence))
                    ReadSentence(sentence, claims, aliases);
            }
            catch (RegexMatchTimeoutException)
            {
                // Whatever this is, it is no plain sentence.
            }
        }
        return claims.Count == 0 && aliases.Count == 0 && first is not { IsStated: true }
            ? Reading.Nothing
            : new Reading(claims, aliases, first ?? default);
    }

    private static void ReadSentence(string sentence, List<Claim> claims, List<Alias> aliases)
    {
        var dates = DatePhrases.Read(sentence);
        var opened = LeadingDate().Replace(sentence, "");
        var named = Subject().Match(opened);
        if (!named.Success)
            return;
        var subject = named.Groups["s"].Value;
        var rest = opened[named.Length..].TrimStart(' ', ',');
        foreach (Match match in AlsoKnownAs().Matches(named.Value + rest))
            aliases.Add(new Alias(new Mention(subject), match.Groups["o"].Value));
        rest = AlsoKnownAs().Replace(rest, "").Trim(' ', ',');
        if (named.Groups["r"] is { Success: true } role)
        {
            ReadPossession(subject, role.Value, rest, dates, claims);
            return;
        }
        foreach (var clause in NextClause().Split(rest))
        {
            var stated = DatePhrases.Read(clause);
            if (stated.IsStated)
                dates = stated;
            if (ReadClause(subject, DatePhrases.Without(clause), dates) is { } claim)
                claims.Add(claim);
        }
    }

    /// <summary>"Acme's CEO is Bob."</summary>
    private static void ReadPossession(
        string owner,
        string role,
        string rest,
        StatedTime dates,
        List<Claim> claims
    )
    {
        var holder = Is().Match(DatePhrases.Without(rest));
        if (holder.Success)
            claims.Add(
                new Claim(
                    new Mention(owner),
                    Predicates.Of($"has {role}"),
                    new Mention(holder.Groups["o"].Value),
                    null,
                    Ends: false,
                    dates,
                    "possession"
                )
            );
    }

    private static Claim? ReadClause(string subject, string clause, StatedTime dates)
    {
        foreach (var rule in RelationRules.All)
        {
            var match = rule.Clause.Match(clause);
            if (!match.Success)
                continue;
            if (rule.NeedsDates && !dates.IsStated)
                return null;
            var one = new Mention(subject, rule.SubjectType);
            var other = new Mention(match.Groups["o"].Value, rule.ObjectType);
            var predicate = match.Groups["r"] is { Success: true } role
                ? Predicates.Of(rule.Predicate + role.Value)
                : rule.Predicate;
            if (rule.IsValue)
                return new Claim(one, predicate, default, other.Name, false, dates, rule.Name);
            var (from, to) = rule.Inverse ? (other, one) : (one, other);
            return new Claim(from, predicate, to, null, rule.Ends, dates, rule.Name);
        }
        return null;
    }

    /// <summary>The sentences of a text that are read, without their full stops.</summary>
    public static IEnumerable<string> Sentences(string text) =>
        Split(text).Where(sentence => !sentence.EndsWith('?'));

    private static IEnumerable<string> Split(string text) =>
        SentenceEnd()
            .Split(text)
            .Select(sentence => sentence.Trim())
            .Where(sentence => sentence.Length is > 0 and <= LongestSentence)
            .Take(MostSentences)
            .Select(sentence => sentence.TrimEnd('.', '!', ' '));

    // Not behind an initial or a title.
    [GeneratedRegex(
        @"(?<=[.!?])(?<!\b(?:\p{Lu}|Mr|Mrs|Ms|Dr|St|Inc|Ltd|Co)\.)\s+(?=\p{Lu})|[\r\n;]+",
        RegexOptions.None,
        matchTimeoutMilliseconds: Timeout
    )]
    private static partial Regex SentenceEnd();

    [GeneratedRegex(
        @"\b(?:if|unless|whether|might|may(?!\s+\d)|could|would|should|wants? to|plans? to|hopes? to|will|never|not(?! work\b)|rumou?r\w*|reportedly|allegedly|perhaps|maybe|probably|thinks?|believes?|says?|said|claims?|denie[sd])\b",
        RegexOptions.IgnoreCase,
        matchTimeoutMilliseconds: Timeout
    )]
    private static partial Regex Unsure();

    [GeneratedRegex(
        @"^(?:In|On|Since|From|As of)\s+[^,]*\d{4},\s*",
        RegexOptions.None,
        matchTimeoutMilliseconds: Timeout
    )]
    private static partial Regex LeadingDate();

    [GeneratedRegex(
        $@"^(?:The\s+|(?:Mr|Mrs|Ms|Dr|Prof)\.?\s+)?(?!(?:He|She|It|They|We|I|You|This|That|There|Who|What|When|The|In|On)\b)(?:(?<s>{RelationRules.Name})['’]s\s+(?<r>\p{{L}}+(?:\s+\p{{L}}+)?)(?=\s+is\b)|(?<s>{RelationRules.Name}))",
        RegexOptions.None,
        matchTimeoutMilliseconds: Timeout
    )]
    private static partial Regex Subject();

    [GeneratedRegex(
        $@"^is\s+(?:now\s+)?(?<o>{RelationRules.Name})",
        RegexOptions.None,
        matchTimeoutMilliseconds: Timeout
    )]
    private static partial Regex Is();

    [GeneratedRegex(
        $@"[,(]?\s*(?:also known as|a\.?k\.?a\.?|also called|known as)\s+(?<o>{RelationRules.Name})\)?,?",
        RegexOptions.None,
        matchTimeoutMilliseconds: Timeout
    )]
    private static partial Regex AlsoKnownAs();

    [GeneratedRegex(
        @"\s*,?\s+(?:and|but|then)\s+(?=(?:(?:also|then|later|now|has)\s+)?(?:works|worked|joined|started|left|quit|resigned|lives|lived|moved|relocated|resides|was|is|married|divorced|acquired|bought|founded|co-?founded|studied|graduated|became|no longer)\b)",
        RegexOptions.None,
        matchTimeoutMilliseconds: Timeout
    )]
    private static partial Regex NextClause();
}
