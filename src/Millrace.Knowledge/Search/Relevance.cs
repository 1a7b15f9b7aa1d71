using Millrace.Core.Ids;
using Millrace.Core.Text;
using Millrace.Knowledge.Ingest;
using Millrace.Models.Embedded;

namespace Millrace.Knowledge.Search;

/// <summary>
/// How well chunks fit a question, from 0 to 1: two parts how near in meaning, one part how many of the words; less where
/// the question names another document. Where the embedder does not know a document's language, words lead; where there
/// is no vector, they are all there is.
/// </summary>
internal sealed class Relevance
{
    private const int MostWords = 32;

    // Below this, sentences have nothing to do with each other.
    private const double Unrelated = 0.2;

    // What meaning counts against the words' one, also in a language that the model has not learned.
    private const double MeaningCounts = 2;
    private const double ForeignCounts = 0.3;

    // What is taken off where a document's name has nothing of what the question says of names.
    private const double OtherName = 0.25;

    private readonly HeldWords _words;
    private readonly HeldWords _names;

    public Relevance(
        string question,
        IReadOnlyCollection<CandidateChunk> chunks,
        IReadOnlyDictionary<Id<Document>, Searchable> documents
    )
    {
        Words = Terms.OfQuestion(question, MostWords).ToHashSet(StringComparer.Ordinal);
        _words = new HeldWords(
            Words,
            chunks,
            chunk =>
                ChunkContext.Searched(
                    documents[chunk.Document].FileName,
                    chunk.Headings,
                    chunk.Text
                ),
            onlyKnown: false
        );
        _names = new HeldWords(
            ChunkContext
                .Naming(question)
                .Where(word => word[0] == '#' || Words.Contains(word))
                .Take(MostWords)
                .ToHashSet(StringComparer.Ordinal),
            chunks,
            chunk => ChunkContext.Naming(documents[chunk.Document].FileName, chunk.Headings),
            onlyKnown: true
        );
    }

    /// <summary>The words of the question that say what it is about.</summary>
    public IReadOnlySet<string> Words { get; }

    public double Of(CandidateChunk chunk, Searchable document)
    {
        var isNamed = _names.Total > 0 ? _names.ShareOf(chunk) : 1;
        return Fit(chunk, document) * (1 - OtherName * (1 - isNamed));
    }

    private double Fit(CandidateChunk chunk, Searchable document)
    {
        var byWords = _words.ShareOf(chunk);
        if (chunk.Similarity is not { } similarity)
            return byWords;
        var byMeaning = Math.Clamp((similarity - Unrelated) / (1 - Unrelated), 0, 1);
        var counts = IsForeign(document) ? ForeignCounts : MeaningCounts;
        return (counts * byMeaning + byWords) / (counts + 1);
    }

    private static bool IsForeign(Searchable document) =>
        document is { Model: UseLiteEmbedder.ModelId, Language: not (null or "en") };
}
