using System.Text.Json;
using Millrace.Core.Identity;
using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Knowledge.Ingest;
using Millrace.Knowledge.Stores;
using Millrace.Models.Embedded;

namespace Millrace.Knowledge.Search;

/// <summary>What is looked for in the documents of a workspace.</summary>
public sealed record DocumentQuery(Id<Workspace> Workspace, string Text)
{
    /// <summary>The stores that are searched; all of the workspace for null.</summary>
    public IReadOnlyCollection<Id<VectorStore>>? Stores { get; init; }

    public int Most { get; init; } = 8;

    /// <summary>0 to 1.</summary>
    public double MinScore { get; init; }

    /// <summary>By name, values of the file's metadata, or its <c>file_id</c>, <c>filename</c> and the like; lists mean any of.</summary>
    public IReadOnlyDictionary<string, JsonElement>? Filters { get; init; }
}

/// <summary>A chunk that was found, and where it stands.</summary>
public sealed record FoundChunk
{
    /// <summary>The file's public id.</summary>
    public required string FileId { get; init; }

    public required string FileName { get; init; }

    /// <summary>The file's metadata, a JSON object.</summary>
    public required string? Metadata { get; init; }

    /// <summary>0 to 1.</summary>
    public required double Score { get; init; }

    public required string Text { get; init; }

    /// <summary>From 0, within the document.</summary>
    public required long Number { get; init; }

    public required long? Page { get; init; }

    public required long StartsAt { get; init; }

    public required long EndsAt { get; init; }

    public required Snippet Snippet { get; init; }
}

/// <summary>
/// Finds chunks by words and by meaning: each gives its candidates, reciprocal ranks choose among them, how well words
/// and meaning fit decides which are best, and a closer look at these tells their order.
/// </summary>
public sealed class DocumentSearch
{
    private const int Candidates = 100;
    private const int Ranked = 40;

    // So many of each ranking's best are looked at in any case: where all texts are alike, those that stand in the
    // middle of both rankings would crowd out the one that holds the asked name.
    private const int SureOfEach = 10;

    private const int LookedAtClosely = 3;

    // The usual constant of reciprocal rank fusion.
    private const double RankConstant = 60;

    private readonly Store _store;
    private readonly MeaningSearch _meaning;
    private readonly WordNearness _nearness;

    internal DocumentSearch(Store store, MeaningSearch meaning, WordNearness nearness) =>
        (_store, _meaning, _nearness) = (store, meaning, nearness);

    /// <summary>The best first; empty when nothing fits, or nothing is there.</summary>
    public async Task<IReadOnlyList<FoundChunk>> SearchAsync(
        DocumentQuery query,
        CancellationToken cancellation
    )
    {
        var (chunks, reach) = await CandidatesAsync(query, cancellation);
        if (chunks.Count == 0)
            return [];
        var relevance = new Relevance(query.Text, chunks, reach, _nearness, CloseWeights.Fitted);
        var best = Ordered(chunks, reach, relevance, query.MinScore).Take(query.Most).ToList();
        var metadata = await _store.ReadAsync(
            query.Workspace,
            db => SearchReach.MetadataAsync(db, best.Select(ranked => ranked.Chunk.Document)),
            cancellation
        );
        return
        [
            .. best.Select(ranked =>
                Found(
                    ranked.Chunk,
                    ranked.Score,
                    reach[ranked.Chunk.Document],
                    metadata.GetValueOrDefault(ranked.Chunk.Document),
                    relevance
                )
            ),
        ];
    }

    /// <summary>What may answer, in no order, with the documents that were searched.</summary>
    internal async Task<(
        List<CandidateChunk> Chunks,
        Dictionary<Id<Document>, Searchable> Documents
    )> CandidatesAsync(DocumentQuery query, CancellationToken cancellation)
    {
        var (reach, byWords) = await _store.ReadAsync(
            query.Workspace,
            async db =>
            {
                var reach = await SearchReach.FindAsync(db, query.Stores, query.Filters);
                return (reach, await WordIndex.FindAsync(db, query.Text, reach, Candidates));
            },
            cancellation
        );
        if (reach.Count == 0)
            return ([], reach);
        var meaning = await _meaning.FindAsync(query, reach, Candidates, cancellation);
        var chosen = Fused(byWords, meaning.Chunks);
        var chunks = await _store.ReadAsync(
            query.Workspace,
            db => CandidateChunk.ReadAsync(db, chosen, meaning),
            cancellation
        );
        chunks.RemoveAll(chunk => !reach.ContainsKey(chunk.Document)); // Deleted since.
        return (chunks, reach);
    }

    /// <summary>
    /// The best first. A closer look at the best tells their order, not how well they fit: so the scores keep theirs.
    /// </summary>
    internal static IEnumerable<(CandidateChunk Chunk, double Score)> Ordered(
        List<CandidateChunk> chunks,
        Dictionary<Id<Document>, Searchable> documents,
        Relevance relevance,
        double minScore = 0
    )
    {
        var fitting = chunks
            .Select(chunk => (Chunk: chunk, Score: relevance.Of(chunk, documents[chunk.Document])))
            .Where(ranked => ranked.Score > 0 && ranked.Score >= minScore)
            .OrderByDescending(ranked => ranked.Score)
            .ToList();
        return fitting
            .Take(LookedAtClosely)
            .OrderByDescending(ranked =>
                relevance.OfSentences(ranked.Chunk, documents[ranked.Chunk.Document])
            )
            .Concat(fitting.Skip(LookedAtClosely))
            .Zip(fitting, (ranked, place) => (ranked.Chunk, place.Score));
    }

    private static List<long> Fused(params IReadOnlyList<long>[] rankings)
    {
        var scores = new Dictionary<long, double>();
        foreach (var ranking in rankings)
        {
            for (var rank = 0; rank < ranking.Count; rank++)
                scores[ranking[rank]] =
                    scores.GetValueOrDefault(ranking[rank]) + 1 / (RankConstant + rank + 1);
        }
        var fused = scores
            .OrderByDescending(pair => pair.Value)
            .ThenBy(pair => pair.Key)
            .Select(pair => pair.Key);
        return
        [
            .. rankings
                .SelectMany(ranking => ranking.Take(SureOfEach))
                .Concat(fused)
                .Distinct()
                .Take(Ranked),
        ];
    }

    private static FoundChunk Found(
        CandidateChunk chunk,
        double score,
        Searchable document,
        string? metadata,
        Relevance relevance
    ) =>
        new()
        {
            FileId = document.FileId,
            FileName = document.FileName,
            Metadata = metadata,
            Score = Math.Round(score, 4),
            Text = chunk.Text,
            Number = chunk.Number,
            Page = chunk.Page,
            StartsAt = chunk.StartsAt,
            EndsAt = chunk.EndsAt,
            Snippet = Snippet.Of(chunk.Text, relevance.Words),
        };
}
