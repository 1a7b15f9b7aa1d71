namespace Millrace.Knowledge.Search;

/// <summary>BM25 of chunks for some words, with the rarity that these have in one workspace.</summary>
internal sealed class WordRank
{
    // The usual constants: how soon more of a word counts no more, and how much a chunk's length counts.
    private const double Saturation = 1.2;
    private const double LengthCounts = 0.75;

    private readonly (string Mark, double Rarity)[] _words;
    private readonly double _usualLength;

    public WordRank(WordCount all, IReadOnlyDictionary<string, WordCount> words)
    {
        _usualLength = Math.Max(1.0, (double)all.Times / Math.Max(1, all.Chunks));
        _words =
        [
            .. words.Select(word =>
                (
                    WordTimes.MarkOf(word.Key),
                    Math.Log(1 + (all.Chunks - word.Value.Chunks + 0.5) / (word.Value.Chunks + 0.5))
                )
            ),
        ];
    }

    /// <param name="words">The chunk's words as they are stored.</param>
    /// <param name="length">How many they are.</param>
    public double Of(string words, long length)
    {
        var slowness = Saturation * (1 - LengthCounts + LengthCounts * length / _usualLength);
        var rank = 0.0;
        foreach (var (mark, rarity) in _words)
        {
            var times = WordTimes.In(words, mark);
            rank += rarity * times * (Saturation + 1) / (times + slowness);
        }
        return rank;
    }
}
