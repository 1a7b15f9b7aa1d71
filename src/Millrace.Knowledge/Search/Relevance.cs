using Millrace.Core.Ids;
using Millrace.Core.Text;
using Millrace.Knowledge.Ingest;
using Millrace.Models.Embedded;

namespace Millrace.Knowledge.Search;

/// <summary>
/// How well chunks fit a question, from 0 to 1: either the words or the meaning may carry it. A word counts the more,
/// the fewer of the candidates hold it. Where the embedder does not know a document's language, words lead.
/// </summary>
internal sealed class Relevance
{
    private const int MostWords = 32;

    // Below the first, sentences have nothing to do with each other; from the second on they say the same.
    private const double Unrelated = 0.2;
    private const double Same = 0.8;

    // What a vector says of a text in a language that its model has not learned.
    private const double ForeignTrust = 0.3;

    private readonly Dictionary<(Id<Document>, long), HashSet<string>> _held;
    private readonly Dictionary<string, double> _weights;
    private readonly double _total;

    public Relevance(string question, IReadOnlyCollection<CandidateChunk> chunks)
    {
        var words = Terms.OfQuestion(question, MostWords);
        Words = words.ToHashSet(StringComparer.Ordinal);
        _held = chunks.ToDictionary(
            chunk => (chunk.Document, chunk.Number),
            chunk =>
                Terms
                    .Of($"{chunk.Headings}\n{chunk.Text}")
                    .Select(term => term.Key)
                    .Where(Words.Contains)
                    .ToHashSet(StringComparer.Ordinal)
        );
        _weights = words.ToDictionary(
            word => word,
            word =>
                Math.Log(
                    1
                        + (chunks.Count + 1.0)
                            / (_held.Values.Count(held => held.Contains(word)) + 0.5)
                ),
            StringComparer.Ordinal
        );
        _total = _weights.Values.Sum();
    }

    /// <summary>The words of the question that say what it is about.</summary>
    public IReadOnlySet<string> Words { get; }

    public double Of(CandidateChunk chunk, Searchable document)
    {
        var byWords =
            _total > 0
                ? _held[(chunk.Document, chunk.Number)].Sum(word => _weights[word]) / _total
                : 0;
        var near = ((chunk.Similarity ?? Unrelated) - Unrelated) / (Same - Unrelated);
        var byMeaning = Math.Clamp(near, 0, 1) * (IsForeign(document) ? ForeignTrust : 1);
        // One word of many says little, most of them say much.
        return 1 - (1 - byMeaning) * (1 - byWords * byWords);
    }

    private static bool IsForeign(Searchable document) =>
        document is { Model: UseLiteEmbedder.ModelId, Language: not (null or "en") };
}
