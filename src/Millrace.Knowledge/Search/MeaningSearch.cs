using System.Numerics.Tensors;
using Microsoft.Extensions.Logging;
using Millrace.Core.Failures;
using Millrace.Core.Ids;
using Millrace.Core.Metering;
using Millrace.Knowledge.Ingest;
using Millrace.Knowledge.Vectors;
using Millrace.Models.Routing;

namespace Millrace.Knowledge.Search;

/// <summary>What was found by meaning.</summary>
/// <param name="Chunks">The nearest first.</param>
/// <param name="Questions">The question's vector by embedding model.</param>
internal sealed record Meaning(
    IReadOnlyList<long> Chunks,
    IReadOnlyDictionary<string, float[]> Questions
)
{
    /// <summary>How near the question a stored vector is, -1 to 1; null when the question has no vector of its model.</summary>
    public double? Similarity(string model, byte[] stored) =>
        Questions.TryGetValue(model, out var question) && question.Length == stored.Length
            ? TensorPrimitives.CosineSimilarity(question, DocumentVectors.Widened(stored))
            : null;
}

/// <summary>
/// Finds chunks by the vectors of their pieces. Documents whose vectors are of an earlier embedding model are asked with
/// that model's question, as long as it is connected.
/// </summary>
internal sealed partial class MeaningSearch(
    ModelRouter models,
    DocumentVectors vectors,
    UsageJournal usage,
    TimeProvider time,
    ILogger<MeaningSearch> logger
)
{
    private const string UsageKind = "documents.search";

    // A chunk has a few pieces, of which only the nearest counts.
    private const int PiecesPerChunk = 4;

    public async Task<Meaning> FindAsync(
        DocumentQuery query,
        IReadOnlyDictionary<Id<Document>, Searchable> reach,
        int most,
        CancellationToken cancellation
    )
    {
        var questions = new Dictionary<string, float[]>(StringComparer.Ordinal);
        var hits = new List<VectorHit<PieceKey>>();
        foreach (var model in ModelsOf(reach))
        {
            if (await EmbedAsync(query, model, cancellation) is not { } question)
                continue;
            questions.Add(model, question);
            var index = await vectors.OpenAsync(
                query.Workspace,
                model,
                question.Length,
                cancellation
            );
            hits.AddRange(
                index.Search(
                    question,
                    most * PiecesPerChunk,
                    new VectorFilter<PieceKey>(key =>
                        reach.TryGetValue(new Id<Document>(key.Document), out var document)
                        && document.Model == model
                    )
                )
            );
        }
        return new Meaning(
            [
                .. hits.OrderByDescending(hit => hit.Similarity)
                    .Select(hit => hit.Key.Chunk)
                    .Distinct()
                    .Take(most),
            ],
            questions
        );
    }

    private static IEnumerable<string> ModelsOf(
        IReadOnlyDictionary<Id<Document>, Searchable> reach
    ) =>
        reach
            .Values.Select(document => document.Model)
            .OfType<string>()
            .Distinct(StringComparer.Ordinal);

    /// <summary>Null when the model does not answer: words find what they can.</summary>
    private async Task<float[]?> EmbedAsync(
        DocumentQuery query,
        string model,
        CancellationToken cancellation
    )
    {
        try
        {
            var (embedded, call) = await models.EmbedAsync(
                models.ResolveEmbedding(model),
                [query.Text],
                cancellation
            );
            usage.Record(
                new UsageRecord(
                    query.Workspace,
                    default,
                    UsageKind,
                    call.Model,
                    1,
                    call.InputTokens,
                    call.OutputTokens,
                    call.CostMicroUsd,
                    time.GetUtcNow()
                )
            );
            return call.Model == model ? embedded[0].Vector.ToArray() : null;
        }
        catch (Failure failure)
        {
            Log.Unavailable(logger, model, failure.Reason);
            return null;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(
            LogLevel.Warning,
            "Documents with vectors of {Model} are not searched by meaning: {Reason}"
        )]
        public static partial void Unavailable(ILogger logger, string model, string reason);
    }
}
