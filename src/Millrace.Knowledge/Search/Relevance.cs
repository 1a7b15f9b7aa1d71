using Millrace.Core.Ids;
using Millrace.Core.Text;
using Millrace.Knowledge.Documents.Chunks;
using Millrace.Knowledge.Ingest;
using Millrace.Models.Embedded;

namespace Millrace.Knowledge.Search;

/// <summary>
/// How well chunks fit a question, from 0 to 1: two parts how near in meaning, one part how many of the words; less where
/// the question names another document. Where the embedder does not know a document's language, words lead; where there
/// is no vector, they are all there is. A closer look at the few that fit best, which costs more, tells their order.
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

    private readonly WordNearness _nearness;
    private readonly CloseWeights _close;
    private readonly Dictionary<string, double[]> _near = new(StringComparer.Ordinal);
    private readonly List<string> _asked;
    private readonly HeldWords _words;
    private readonly HeldWords _names;

    public Relevance(
        string question,
        IReadOnlyCollection<CandidateChunk> chunks,
        IReadOnlyDictionary<Id<Document>, Searchable> documents,
        WordNearness nearness,
        CloseWeights close
    )
    {
        (_nearness, _close) = (nearness, close);
        _asked = [.. Terms.OfQuestion(question, MostWords)];
        Words = _asked.ToHashSet(StringComparer.Ordinal);
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

    public double Of(CandidateChunk chunk, Searchable document) =>
        Fit(chunk, document, _words.ShareOf(chunk), MeaningCounts)
        * (1 - OtherName * (1 - Named(chunk)));

    /// <summary>
    /// Orders those that fit best: instead of the words that stand anywhere in the chunk, those that one sentence of it
    /// comes near to.
    /// </summary>
    public double OfSentences(CandidateChunk chunk, Searchable document) =>
        Fit(chunk, document, InBestSentence(chunk, document), _close.Meaning)
        - (_close.OtherName * (1 - Named(chunk)));

    private double Named(CandidateChunk chunk) => _names.Total > 0 ? _names.ShareOf(chunk) : 1;

    private static double Fit(
        CandidateChunk chunk,
        Searchable document,
        double byWords,
        double meaningCounts
    )
    {
        if (chunk.Similarity is not { } similarity)
            return byWords;
        var byMeaning = Math.Clamp((similarity - Unrelated) / (1 - Unrelated), 0, 1);
        var counts = IsForeign(document) ? ForeignCounts : meaningCounts;
        return (counts * byMeaning + byWords) / (counts + 1);
    }

    /// <summary>The share of the question's words that a sentence comes near to or the document is named after.</summary>
    private double InBestSentence(CandidateChunk chunk, Searchable document)
    {
        var isNamed = ChunkContext
            .Naming(document.FileName, chunk.Headings)
            .ToHashSet(StringComparer.Ordinal);
        var knowsWords = document.Model == UseLiteEmbedder.ModelId && !IsForeign(document);
        var best = 0.0;
        for (var at = 0; at < chunk.Text.Length; )
        {
            var end = Sentences.EndOf(chunk.Text, at, byLine: true);
            var nearest = _asked.ConvertAll(asked =>
                isNamed.Contains(asked) || isNamed.Contains($"#{asked}") ? 1.0 : 0
            );
            foreach (var word in Terms.OfQuestion(chunk.Text[at..end], int.MaxValue))
            {
                var near = Near(word, knowsWords);
                for (var i = 0; i < near.Length; i++)
                    nearest[i] = Math.Max(nearest[i], near[i]);
            }
            best = Math.Max(best, _words.Share(word => nearest[_asked.IndexOf(word)]));
            at = end;
        }
        return best;
    }

    /// <summary>How near a word is to each of those that are asked for.</summary>
    private double[] Near(string word, bool knowsWords)
    {
        if (!knowsWords)
            return [.. _asked.Select(asked => asked == word ? 1.0 : 0)];
        if (!_near.TryGetValue(word, out var near))
            _near.Add(word, near = _nearness.ToEach(_asked, word));
        return near;
    }

    private static bool IsForeign(Searchable document) =>
        document is { Model: UseLiteEmbedder.ModelId, Language: not (null or "en") };
}

/// <summary>
/// What counts in the order of the chunks that fit best. <c>bench/run.sh rerank</c> finds the weights on the questions to
/// tune with, and measures on documents that it left out what they bring.
/// </summary>
/// <param name="Meaning">What meaning counts against the words' one.</param>
/// <param name="OtherName">What is taken off where a document's name has nothing of what the question says of names.</param>
internal sealed record CloseWeights(double Meaning, double OtherName)
{
    public static CloseWeights Fitted { get; } = new(1.25, 0.15);
}
