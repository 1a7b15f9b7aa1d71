using System.Text.RegularExpressions;
using Millrace.Knowledge.Graph.Extraction;

namespace Millrace.Knowledge.Graph.Memory;

/// <summary>A sentence of a user that is worth keeping.</summary>
/// <param name="Slots">What it says, as far as it has known forms.</param>
/// <param name="Meant">What takes the place of what was said before, when it corrects that; else null.</param>
internal sealed record SaidSentence(
    string Text,
    IReadOnlyList<Slot> Slots,
    string? Meant = null,
    string? Wrong = null
)
{
    /// <summary>The words of the right time of what was said before, when only that was wrong.</summary>
    public string? When { get; init; }
}

/// <summary>
/// Finds what is worth keeping in what a user says: facts about them and about what has a name, preferences, corrections,
/// and what they ask to have remembered. Questions, wishes, orders and small talk are not kept.
/// </summary>
internal static partial class SaidReader
{
    private const int MostSentences = 20;
    private const int LongestSentence = 500;
    private const int FewestWords = 3;

    // What is longer is a text that was handed over, and not the user's own words.
    private const int LongestMessage = 2_000;

    private const int Timeout = 5_000;

    // Of questions, orders and small talk.
    private const string Openings =
        "what|who|whom|whose|where|when|why|how|which|is|are|was|were|do|does|did|can|could|would|should|will|may|shall|if|suppose|imagine|please|tell|show|find|give|write|explain|translate|summari[sz]e|calculate|list|search|help|remind|thanks|thank you|hello|hi there|let['’]s";

    /// <summary>What is to be kept of a sentence; null when nothing is.</summary>
    public static SaidSentence? ReadSentence(string sentence)
    {
        try
        {
            return Kept(sentence);
        }
        catch (RegexMatchTimeoutException)
        {
            // Whatever this is, it is no plain sentence.
            return null;
        }
    }

    private static SaidSentence? Kept(string sentence)
    {
        if (Asked().Match(sentence) is { Success: true } asked)
        {
            var inner = asked.Groups["text"].Value;
            return new SaidSentence(inner, SlotRules.Read(inner));
        }
        if (sentence.EndsWith('?') || NotTold().IsMatch(sentence))
            return null;
        if (Mistimed.Read(sentence) is { } when)
            return new SaidSentence(sentence, []) { When = when };
        if (Correction().Match(sentence) is { Success: true } correction)
            return new SaidSentence(
                sentence,
                [],
                correction.Groups["v"].Value.Trim(),
                correction.Groups["w"] is { Success: true } wrong ? wrong.Value : null
            );
        if (SlotRules.Read(sentence) is { Count: > 0 } slots)
            return new SaidSentence(sentence, slots);
        return StatementReader.Read(sentence).Claims.Count > 0 || Preference().IsMatch(sentence)
            ? new SaidSentence(sentence, [])
            : null;
    }

    /// <summary>The sentences of a message that are the user's own words.</summary>
    public static IEnumerable<string> Sentences(string message) =>
        SentenceEnd()
            .Split(OwnWords(message))
            .Select(sentence => sentence.Trim())
            .Where(sentence => sentence.Length is > 3 and <= LongestSentence)
            .Take(MostSentences);

    /// <summary>A message without what is quoted in it; empty when it is too long to be the user's own words.</summary>
    public static string OwnWords(string message) =>
        message.Length > LongestMessage ? "" : Handed().Replace(message, " ").Trim();

    /// <summary>Whether a sentence of the user's own states something, in whichever language: no question, no order.</summary>
    public static bool IsTelling(string message) =>
        Sentences(message)
            .Any(sentence =>
                sentence[^1] is not ('?' or '？')
                && Terms.Words(sentence).Count >= FewestWords
                && !Asking().IsMatch(sentence)
            );

    [GeneratedRegex(
        @"(?<=[.!?])(?<!\b(?:\p{Lu}|Mr|Mrs|Ms|Dr|St|Inc|Ltd|Co)\.)\s+(?=[\p{Lu}\p{N}])|[\r\n]+",
        RegexOptions.None,
        matchTimeoutMilliseconds: Timeout
    )]
    private static partial Regex SentenceEnd();

    // Code, quoted lines and quoted speech are somebody else's words.
    [GeneratedRegex(
        @"```[\s\S]*?(?:```|\z)|^>.*$|“[^”]{20,}”|""[^""]{20,}""|<document[\s\S]*",
        RegexOptions.Multiline,
        matchTimeoutMilliseconds: Timeout
    )]
    private static partial Regex Handed();

    [GeneratedRegex(
        @"^(?:please,?\s+|hey,?\s+)?(?:remember|note|don['’]t forget|do not forget|keep in mind|make a note|for the record|note to self|fyi)(?:\s+(?:that|this))?\s*[:,]?\s+(?!(?:to|what|when|who|where|how)\b)(?<text>.+)$",
        RegexOptions.IgnoreCase,
        matchTimeoutMilliseconds: Timeout
    )]
    private static partial Regex Asked();

    [GeneratedRegex(
        $@"^(?:{Openings})\b|\b(?:I|we)\s+(?:want|wish|hope|need|might|could|would|should|plan|intend|think|guess|wonder)\b|\bI['’]d\s|\b(?:perhaps|maybe|probably|rumou?r\w*|allegedly)\b",
        RegexOptions.IgnoreCase,
        matchTimeoutMilliseconds: Timeout
    )]
    private static partial Regex NotTold();

    [GeneratedRegex(
        $@"^(?:{Openings})\b",
        RegexOptions.IgnoreCase,
        matchTimeoutMilliseconds: Timeout
    )]
    private static partial Regex Asking();

    [GeneratedRegex(
        $@"^(?:no|sorry|wait|actually|oops|er|correction)\b.*?\b(?:I\s+meant|it['’]s|it\s+is|make\s+that)\s+(?<v>{RelationRules.Name}|\d[\d.,:]*)|^(?:er|no|wait|oops),?\s+(?<v>\d[\d.,]*\d|\d|{RelationRules.Name}),\s*not\s+(?<w>\d[\d.,]*\d|\d|{RelationRules.Name})",
        RegexOptions.IgnoreCase,
        matchTimeoutMilliseconds: Timeout
    )]
    private static partial Regex Correction();

    [GeneratedRegex(
        @"\bI\s+(?:really\s+|absolutely\s+)?(?:like|love|hate|dislike|prefer|adore|enjoy|don['’]t\s+(?:like|eat|drink)|always|never|am\s+allergic)\b|\bI['’]m\s+(?:allergic|vegetarian|vegan)\b",
        RegexOptions.IgnoreCase,
        matchTimeoutMilliseconds: Timeout
    )]
    private static partial Regex Preference();
}
