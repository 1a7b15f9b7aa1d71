using System.Text.RegularExpressions;

namespace Millrace.Knowledge.Graph.Memory;

/// <summary>Reads what a sentence says of somebody or something, clause by clause.</summary>
internal static partial class SlotRules
{
    private const int LongestValue = 100;
    private const int Timeout = 5_000;

    /// <summary>The predicate of what a value takes the place of.</summary>
    public const string Same = "=";

    /// <summary>The same where the role is said, and not whose it is.</summary>
    public const string SameRole = "=role";

    /// <summary>The same, and the user's where nobody's is known: "the head of finance".</summary>
    public const string TheRole = "=the";

    /// <summary>The place where the subject worked, studied or played before.</summary>
    public const string SamePlace = "=place";

    /// <summary>The post that was spoken of last.</summary>
    public const string SamePost = "=post";

    /// <summary>What a sentence says, clause by clause.</summary>
    public static IReadOnlyList<Slot> Read(string sentence)
    {
        var slots = new List<Slot>();
        foreach (var clause in Clauses(sentence))
        {
            if (!Unsure().IsMatch(clause))
                slots.AddRange(ReadClause(clause));
        }
        return slots;
    }

    /// <summary>The clauses of a sentence; one that names nobody has the subject of the one before.</summary>
    private static IEnumerable<string> Clauses(string sentence)
    {
        var subject = "";
        foreach (var part in Boundary().Split(sentence.TrimEnd('.', '!', ' ')))
        {
            var clause = Bare().IsMatch(part) ? $"{subject} {part}".TrimStart() : part;
            if (Opening().Match(clause) is { Success: true } opening)
                subject = opening.Value.Trim();
            yield return clause;
        }
    }

    private static List<Slot> ReadClause(string clause)
    {
        var slots = new List<Slot>();
        if (First(SaidForms.OfEvents, clause) is { } change)
            return [change];
        foreach (var (form, predicate) in SaidForms.OfDeeds)
        {
            if (
                ReadForm(form, predicate, clause) is { } slot
                && !slots.Exists(one => one.Predicate == slot.Predicate || one.Value == slot.Value)
            )
                slots.Add(slot);
        }
        if (slots.Count == 0 && First(SaidForms.Further, clause) is { } further)
            slots.Add(further);
        return slots;
    }

    private static Slot? First(
        IReadOnlyList<(Regex Form, string? Predicate)> forms,
        string clause
    ) =>
        forms
            .Select(rule => ReadForm(rule.Form, rule.Predicate, clause))
            .FirstOrDefault(slot => slot is not null);

    private static Slot? ReadForm(Regex form, string? predicate, string clause)
    {
        var match = form.Match(clause);
        if (!match.Success)
            return null;
        var value = Rest()
            .Replace(match.Groups["v"].Value, "")
            .Trim(' ', ',', '.', '!', '"', '“', '”');
        var subject = Subject(match.Groups["s"]);
        if (
            value.Length is 0 or > LongestValue
            || subject is { Length: 0 }
            || NoName().IsMatch(value)
        )
            return null;
        var attribute = Predicates.Of($"has {match.Groups["a"].Value}");
        var old = match.Groups["old"] is { Success: true } replaced ? replaced.Value : null;
        return predicate is SameRole or TheRole
            ? new Slot("", attribute, value, clause) { OrMine = predicate is TheRole }
            : new Slot(subject, predicate ?? attribute, value, clause, old);
    }

    // Null for the user, empty for what is no name.
    private static string? Subject(Group group)
    {
        if (!group.Success)
            return null;
        var name = Lead().Replace(group.Value, "").Trim();
        return name is "I" or "We" ? null
            : Pronoun().IsMatch(name) ? ""
            : name;
    }

    [GeneratedRegex(
        @"\s*;\s+|,\s+(?:and|but|so|then|while)\s+|\s+(?:and|but|then|while)\s+(?=(?:has|have|is|am|was|now|started|joined|moved|lives?|works?|took|became|teaches|leads?|runs?|[\p{Ll}]+ed|I(?!\s+(?:got|are|were|have\s+(?:got\s+)?married|divorced|married))|he|she|it|we|they|my|our|His|Her|\p{Lu}\p{L}+\s+(?:\p{Lu}\p{L}+\s+)?(?:is|was|has|became|took|runs|leads|heads))\b)|,\s+(?=\p{Ll}+ed\s+(?:to|by)\b)|(?:,|:)\s+(?=(?:I|he|she|it|we|they|my|our)\b(?!['’]s\s+(?:\p{Ll}+\s+)?(?:over|done)))",
        RegexOptions.None,
        matchTimeoutMilliseconds: Timeout
    )]
    private static partial Regex Boundary();

    // It begins with its verb.
    [GeneratedRegex(
        @"^(?:(?:has|have|is|am|was|been|now|then|started|joined|moved|lives?|works?|took|became|teaches|teaching|leads?|runs?)\b|\p{Ll}+ed\s)",
        RegexOptions.None,
        matchTimeoutMilliseconds: Timeout
    )]
    private static partial Regex Bare();

    [GeneratedRegex(
        @"^(?:I|We|\p{Lu}[\p{L}'-]*(?:\s+[\p{Lu}\p{N}][\p{L}\p{N}'-]*)*)(?=['’\s])",
        RegexOptions.None,
        matchTimeoutMilliseconds: Timeout
    )]
    private static partial Regex Opening();

    [GeneratedRegex(
        @"\b(?:might|may(?!\s+\d)|could|would|should|wants?\s+to|plans?\s+to|hopes?\s+to|if|never|(?<!\b(?:gets?|getting|got|be|is|am|are|was)\s)used\s+to|nearly|almost)\b",
        RegexOptions.None,
        matchTimeoutMilliseconds: Timeout
    )]
    private static partial Regex Unsure();

    // What the sentence goes on to say behind a value.
    [GeneratedRegex(
        @"(?:[,;:]\s|\s+(?:now|today|again|until|since|because|so|but|and|which|who|instead|as of|from (?:now|today)|these days|per|by the way|at the moment)\b|(?<!\b(?:Dr|Mr|Mrs|Ms|St|Prof))\.\s|\s+[–—-]\s).*$",
        RegexOptions.None,
        matchTimeoutMilliseconds: Timeout
    )]
    private static partial Regex Rest();

    [GeneratedRegex(
        @"^(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\s+|(?:And|But|So|Starting|Since|From|As|On|In|Of|Oh|Also|Now|Today|Yesterday|The|the|My|Our|my|our)\s+)+|\s+(?:plan|app)$",
        RegexOptions.None,
        matchTimeoutMilliseconds: Timeout
    )]
    private static partial Regex Lead();

    [GeneratedRegex(
        @"^(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|I|We|He|She|It|They)$",
        RegexOptions.None,
        matchTimeoutMilliseconds: Timeout
    )]
    private static partial Regex NoName();

    [GeneratedRegex(
        @"^(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|He|She|It|They|You|This|That|There|Who|What|When|Today|Yesterday|Since|Its|Their|His|Her|My|Our|the|The|Which|Everyone|Nobody|Somebody|Now|Then|day)$",
        RegexOptions.None,
        matchTimeoutMilliseconds: Timeout
    )]
    private static partial Regex Pronoun();
}
