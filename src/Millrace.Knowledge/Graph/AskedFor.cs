namespace Millrace.Knowledge.Graph;

/// <summary>
/// What kind of answer a question asks for. Of two facts that hold its words alike, the one with such an object goes
/// first: where somebody studies is no answer to what.
/// </summary>
internal sealed class AskedFor
{
    private static readonly HashSet<string> Days = new(
        (
            "monday tuesday wednesday thursday friday saturday sunday january february march april may june july august "
            + "september october november december"
        ).Split(' '),
        StringComparer.Ordinal
    );

    // What has a name and no number.
    private static readonly HashSet<string> Named = new(
        "company bank club firm city town country school university person".Split(' '),
        StringComparer.Ordinal
    );

    // Whom a question names it does not ask for.
    private readonly List<string> _asked;
    private readonly Func<FactView, bool> _fits;

    public AskedFor(string question)
    {
        var words = Terms.Words(question);
        _asked = words;
        _fits = words.Find(word =>
            word is "where" or "who" or "whom" or "which" or "when" or "what" or "how"
        ) switch
        {
            "where" => IsPlaced,
            "who" or "whom" => fact => IsName(fact.Object),
            "which" when words.Exists(Named.Contains) => fact => IsName(fact.Object),
            "when" => fact => IsTime(fact.Object),
            "which" when words.Contains("day") => fact => IsTime(fact.Object),
            "how" when words.Exists(word => word is "much" or "many") => fact =>
                HasNumber(fact.Object),
            "what" => fact => !IsPlaced(fact),
            _ => _ => true,
        };
    }

    public bool IsIn(FactView fact) =>
        fact.Object is { } answer && _fits(fact) && !Terms.Words(answer).Exists(_asked.Contains);

    private static bool IsPlaced(FactView fact) =>
        fact.Predicate is { } predicate
        && (
            predicate.EndsWith("_in", StringComparison.Ordinal)
            || predicate.EndsWith("_at", StringComparison.Ordinal)
        );

    private static bool IsName(string? text) =>
        text is { Length: > 0 } && char.IsUpper(text[0]) && !IsTime(text);

    private static bool IsTime(string? text) =>
        HasNumber(text)
        || text is not null && Terms.Words(text).Exists(word => Days.Contains(word.TrimEnd('s')));

    private static bool HasNumber(string? text) => text is not null && text.Any(char.IsDigit);
}
