using Millrace.Core.Ids;
using Millrace.Knowledge.Ingest;

namespace Millrace.Knowledge.Search;

/// <summary>Which of a question's words each candidate holds. A word counts the more, the fewer of them hold it.</summary>
internal sealed class HeldWords
{
    private readonly Dictionary<(Id<Document>, long), HashSet<string>> _held;
    private readonly Dictionary<string, double> _weights;

    /// <param name="asked">Those that no candidate holds count too, unless <paramref name="onlyKnown"/>.</param>
    public HeldWords(
        IReadOnlySet<string> asked,
        IReadOnlyCollection<CandidateChunk> chunks,
        Func<CandidateChunk, IEnumerable<string>> wordsOf,
        bool onlyKnown
    )
    {
        _held = chunks.ToDictionary(
            KeyOf,
            chunk => wordsOf(chunk).Where(asked.Contains).ToHashSet(StringComparer.Ordinal)
        );
        var holders = asked.ToDictionary(
            word => word,
            word => _held.Values.Count(held => held.Contains(word)),
            StringComparer.Ordinal
        );
        _weights = holders
            .Where(word => word.Value > 0 || !onlyKnown)
            .ToDictionary(
                word => word.Key,
                word => Math.Log(1 + (chunks.Count + 1.0) / (word.Value + 0.5)),
                StringComparer.Ordinal
            );
        Total = _weights.Values.Sum();
    }

    /// <summary>What all the words count; 0 when none is asked for.</summary>
    public double Total { get; }

    /// <summary>0 to 1.</summary>
    public double ShareOf(CandidateChunk chunk) =>
        Total > 0 ? _held[KeyOf(chunk)].Sum(word => _weights[word]) / Total : 0;

    /// <summary>The same where a word may be held in part.</summary>
    /// <param name="had">How much of a word, 0 to 1.</param>
    public double Share(Func<string, double> had) =>
        Total > 0 ? _weights.Sum(word => word.Value * had(word.Key)) / Total : 0;

    private static (Id<Document>, long) KeyOf(CandidateChunk chunk) =>
        (chunk.Document, chunk.Number);
}
