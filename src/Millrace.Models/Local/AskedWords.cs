namespace Millrace.Models.Local;

/// <summary>
/// The words of a question that carry its topic, each the heavier the fewer passages have it, and how near a text's words
/// come to them.
/// </summary>
internal sealed class AskedWords
{
    private readonly Meaning _meaning;
    private readonly string[] _words;
    private readonly double[] _weights;
    private readonly Dictionary<string, double[]> _known = new(StringComparer.Ordinal);

    public AskedWords(string question, IReadOnlyList<Quotable> passages, Meaning meaning)
    {
        _meaning = meaning;
        _words = [.. Words.Telling(question).DistinctBy(Words.Stem)];
        var stems = Array.ConvertAll(_words, Words.Stem);
        var held = passages
            .Select(passage => Words.Topic(passage.InContext))
            .Select(topic => Array.ConvertAll(stems, topic.Contains))
            .ToList();
        _weights =
        [
            .. stems.Select(
                (_, i) => Math.Log(1 + (passages.Count / (held.Count(each => each[i]) + 0.5)))
            ),
        ];
        OnlyOneWithAll = OnlyOne(passages, held);
    }

    /// <summary>The passage that has all the words, where no other has more than some.</summary>
    public Quotable? OnlyOneWithAll { get; }

    /// <summary>Of each word, in their order, how near the nearest of a text's is, 0 to 1.</summary>
    public double[] NearestIn(string text)
    {
        var nearest = new double[_words.Length];
        foreach (var word in Words.Telling(text))
        {
            if (!_known.TryGetValue(word, out var nearness))
            {
                nearness = Array.ConvertAll(_words, asked => _meaning.BetweenWords(asked, word));
                _known.Add(word, nearness);
            }
            for (var i = 0; i < nearest.Length; i++)
                nearest[i] = Math.Max(nearest[i], nearness[i]);
        }
        return nearest;
    }

    /// <summary>The words' share that is had, 0 to 1; 1 where none counts.</summary>
    /// <param name="had">How much of a word, 0 to 1.</param>
    /// <param name="isCounted">Whether a word counts; all do for null.</param>
    public double Share(Func<int, double> had, Func<int, bool>? isCounted = null)
    {
        var (share, total) = (0.0, 0.0);
        for (var i = 0; i < _words.Length; i++)
        {
            if (isCounted?.Invoke(i) == false)
                continue;
            share += _weights[i] * had(i);
            total += _weights[i];
        }
        return total > 0 ? share / total : 1;
    }

    /// <summary>How many words count.</summary>
    public int Count(Func<int, bool> isCounted) =>
        Enumerable.Range(0, _words.Length).Count(isCounted);

    private Quotable? OnlyOne(IReadOnlyList<Quotable> passages, List<bool[]> held)
    {
        if (_words.Length == 0)
            return null;
        var shares = held.ConvertAll(each => Share(i => each[i] ? 1 : 0));
        var best = shares.IndexOf(shares.Max());
        return shares[best] >= 0.99 && !shares.Where((share, i) => i != best && share > 0.6).Any()
            ? passages[best]
            : null;
    }
}
