namespace Millrace.Knowledge.Graph.Recognition;

/// <summary>
/// Finds persons, organisations and places that an English text names: by the names that ship with the server, by words
/// inside names, and by words beside them. Names that a graph knows go before all of these.
/// </summary>
public sealed class EntityRecognizer(Gazetteer gazetteer)
{
    private readonly NameSpans _spans = new(gazetteer);
    private readonly NameTypes _types = new(gazetteer);

    /// <param name="known">Types of names that are known already, by <see cref="Terms.Key"/>.</param>
    internal List<RecognizedEntity> Recognize(
        string text,
        IReadOnlyDictionary<string, string>? known = null
    )
    {
        var tokens = NameTokens.Of(text);
        var found = new List<RecognizedEntity>();
        var at = 0;
        foreach (var (first, last) in _spans.Of(tokens))
        {
            KnownBetween(text, tokens, at, first, known, found);
            Read(text, tokens, first, last, known, found);
            at = last + 1;
        }
        KnownBetween(text, tokens, at, tokens.Count, known, found);
        return found;
    }

    private void Read(
        string text,
        List<NameToken> tokens,
        int first,
        int last,
        IReadOnlyDictionary<string, string>? known,
        List<RecognizedEntity> found
    )
    {
        if (known is { Count: > 0 })
        {
            var before = found.Count;
            KnownBetween(text, tokens, first, last + 1, known, found);
            if (found.Count > before)
                return;
        }
        var context = new NameContext(text, tokens, found);
        if (_types.Of(context, first, last) is { } entity)
            found.Add(entity);
    }

    private static void KnownBetween(
        string text,
        List<NameToken> tokens,
        int from,
        int until,
        IReadOnlyDictionary<string, string>? known,
        List<RecognizedEntity> found
    )
    {
        const int Longest = 6;
        if (known is not { Count: > 0 })
            return;
        for (var at = from; at < until; at++)
        for (var end = Math.Min(until, at + Longest) - 1; end >= at; end--)
        {
            var name = text[tokens[at].Start..tokens[end].End];
            if (!known.TryGetValue(Terms.Key(name), out var type))
                continue;
            found.Add(new RecognizedEntity(tokens[at].Start, name, type, "known_name"));
            at = end;
            break;
        }
    }

    /// <summary>The keys of all names that a text may hold, to be asked of a graph.</summary>
    internal static HashSet<string> Candidates(string text)
    {
        const int Longest = 4;
        var tokens = NameTokens.Of(text);
        var keys = new HashSet<string>(StringComparer.Ordinal);
        for (var at = 0; at < tokens.Count; at++)
        for (var end = at; end < Math.Min(tokens.Count, at + Longest); end++)
            keys.Add(Terms.Key(text[tokens[at].Start..tokens[end].End]));
        return keys;
    }
}
