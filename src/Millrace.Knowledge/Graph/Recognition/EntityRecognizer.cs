namespace Millrace.Knowledge.Graph.Recognition;

/// <summary>
/// Finds persons, organisations and places that an English text names: by the names that ship with the server, and by
/// what a small model learnt of words in names and beside them. Names that a graph knows go before both.
/// </summary>
public sealed class EntityRecognizer
{
    private readonly WordKinds _words;
    private readonly NameModel _model;

    public EntityRecognizer(Gazetteer gazetteer)
        : this(new WordKinds(gazetteer), NameModel.Shipped) { }

    internal EntityRecognizer(WordKinds words, NameModel model) =>
        (_words, _model) = (words, model);

    /// <param name="known">Types of names that are known already, by <see cref="Terms.Key"/>.</param>
    internal List<RecognizedEntity> Recognize(
        string text,
        IReadOnlyDictionary<string, string>? known = null
    )
    {
        var sentence = new NameSentence(text, _words);
        var isKnown = new bool[sentence.Tokens.Count];
        var found = Known(sentence, known, isKnown);
        var (none, spans) = Read(sentence, new NameFeatureList(_model.Ids));
        spans.RemoveAll(span => isKnown.AsSpan(span.First..(span.Last + 1)).Contains(true));
        foreach (var name in _model.Decode(none, spans))
            found.Add(
                sentence.Entity(
                    name.Span.First,
                    name.Span.Last,
                    EntityTypes.All[name.Type],
                    _model.Reason(name)
                )
            );
        found.Sort((one, other) => one.Start.CompareTo(other.Start));
        return found;
    }

    /// <summary>What holds of each word as none of a name, and of each stretch that may be one.</summary>
    internal static (int[][] None, List<NameSpan> Spans) Read(
        NameSentence sentence,
        NameFeatureList features
    )
    {
        var none = new int[sentence.Tokens.Count][];
        for (var at = 0; at < none.Length; at++)
            none[at] = sentence.Tokens[at].IsCapitalised
                ? NameFeatures.OfNone(sentence, at, features)
                : [];
        var spans = new List<NameSpan>();
        foreach (var (first, last) in NameCandidates.Of(sentence))
            spans.Add(
                new NameSpan(first, last, NameFeatures.OfName(sentence, first, last, features))
            );
        return (none, spans);
    }

    private static List<RecognizedEntity> Known(
        NameSentence sentence,
        IReadOnlyDictionary<string, string>? known,
        bool[] isKnown
    )
    {
        const int Longest = 6;
        var found = new List<RecognizedEntity>();
        if (known is not { Count: > 0 })
            return found;
        for (var at = 0; at < isKnown.Length; at++)
        for (var end = Math.Min(isKnown.Length, at + Longest) - 1; end >= at; end--)
        {
            var name = sentence.Whole(at, end);
            if (!known.TryGetValue(Terms.Key(name), out var type))
                continue;
            found.Add(new RecognizedEntity(sentence.Tokens[at].Start, name, type, "known_name"));
            isKnown.AsSpan(at..(end + 1)).Fill(true);
            at = end;
            break;
        }
        return found;
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
