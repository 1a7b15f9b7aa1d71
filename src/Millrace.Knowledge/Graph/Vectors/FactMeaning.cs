using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Millrace.Core.Failures;
using Millrace.Core.Identity;
using Millrace.Core.Ids;
using Millrace.Core.Metering;
using Millrace.Core.Storage;
using Millrace.Knowledge.Vectors;
using Millrace.Models.Routing;

namespace Millrace.Knowledge.Graph.Vectors;

/// <summary>A fact whose vector is near a question's; the likeness is -1 to 1.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct NearFact(Id<Fact> Fact, double Likeness);

/// <summary>The vectors of a question, by the model that made each; null of one that does not answer.</summary>
internal sealed class AskedVectors : Dictionary<string, float[]?>
{
    public AskedVectors()
        : base(StringComparer.Ordinal) { }
}

/// <summary>
/// Finds facts by meaning. Facts whose vectors are of an earlier embedding model are asked with that model's question, as
/// long as it is connected. A workspace without vectors costs one look.
/// </summary>
internal sealed partial class FactMeaning(
    Store store,
    ModelRouter models,
    FactVectors vectors,
    UsageJournal usage,
    TimeProvider time,
    ILogger<FactMeaning> logger
)
{
    private const string UsageKind = "graph.search";

    // What is less like the question has nothing to do with it.
    private const double LeastLikeness = 0.35;

    // Of so many times as are asked for, what was not so at the moment is passed over.
    private const int Wider = 10;
    private const int Widest = 10_000;
    private const int LookedUpAtOnce = 500;

    /// <summary>
    /// The nearest first, of those of this graph that were true and known at the question's moment; fewer where very many
    /// that are nearer were so at other times.
    /// </summary>
    /// <param name="asked">Kept for the next graph that is asked the same.</param>
    public async Task<IReadOnlyList<NearFact>> FindAsync(
        OpenedGraph graph,
        GraphQuestion question,
        AskedVectors asked,
        int most,
        CancellationToken cancellation
    )
    {
        var near = new List<NearFact>();
        foreach (var model in await vectors.ModelsAsync(graph.Workspace, cancellation))
        {
            if (!asked.TryGetValue(model, out var vector))
                asked[model] = vector = await EmbedAsync(
                    graph.Caller,
                    question.Text,
                    model,
                    cancellation
                );
            if (vector is null)
                continue;
            var index = await vectors.OpenAsync(
                graph.Workspace,
                model,
                vector.Length,
                cancellation
            );
            near.AddRange(await FindAsync(graph, index, vector, question, most, cancellation));
        }
        return [.. near.DistinctBy(fact => fact.Fact).OrderByDescending(fact => fact.Likeness)];
    }

    private async Task<IEnumerable<NearFact>> FindAsync(
        OpenedGraph graph,
        VectorIndex<FactKey> index,
        float[] vector,
        GraphQuestion question,
        int most,
        CancellationToken cancellation
    )
    {
        var ofGraph = new VectorFilter<FactKey>(key => key.Graph == graph.Id.Value);
        var looked = new HashSet<FactKey>();
        var so = new HashSet<FactKey>();
        for (var width = most; ; width *= Wider)
        {
            var hits = index.Search(vector, width, ofGraph);
            so.UnionWith(
                await SoAsync(
                    graph,
                    question.Moment,
                    hits.Where(hit => looked.Add(hit.Key)),
                    cancellation
                )
            );
            if (
                so.Count >= question.Limit
                || hits.Count < width
                || hits[^1].Similarity < LeastLikeness
                || width * Wider > Widest
            )
                return Near(hits.Where(hit => so.Contains(hit.Key)).Take(most));
        }
    }

    private static IEnumerable<NearFact> Near(IEnumerable<VectorHit<FactKey>> hits) =>
        hits.Where(hit => hit.Similarity >= LeastLikeness)
            .Select(hit => new NearFact(new Id<Fact>(hit.Key.Fact), hit.Similarity));

    /// <summary>Those of these facts that were true and known at a moment.</summary>
    private async Task<HashSet<FactKey>> SoAsync(
        OpenedGraph graph,
        Moment moment,
        IEnumerable<VectorHit<FactKey>> hits,
        CancellationToken cancellation
    )
    {
        var so = new HashSet<FactKey>();
        foreach (var some in hits.Chunk(LookedUpAtOnce))
        {
            var places = string.Join(", ", Enumerable.Range(5, some.Length).Select(at => $"${at}"));
            so.UnionWith(
                await store.ReadAsync(
                    graph.Workspace,
                    db =>
                        db.QueryAsync(
                            $"SELECT f.id FROM facts f WHERE f.workspace_id = $1 AND f.graph_id = $2 AND {FactView.IsTrue} AND f.id IN ({places})",
                            row => new FactKey(graph.Id.Value, row.Id<Fact>(0).Value),
                            [
                                db.Workspace.Value,
                                graph.Id.Value,
                                moment.At,
                                moment.Known,
                                .. some.Select(hit => (object?)hit.Key.Fact),
                            ]
                        ),
                    cancellation
                )
            );
        }
        return so;
    }

    /// <summary>Null when the model does not answer: words and relations find what they can.</summary>
    private async Task<float[]?> EmbedAsync(
        Id<Workspace> workspace,
        string question,
        string model,
        CancellationToken cancellation
    )
    {
        try
        {
            var (embedded, call) = await models.EmbedAsync(
                models.ResolveEmbedding(model),
                [question],
                cancellation
            );
            usage.Record(
                new UsageRecord(
                    workspace,
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
            "Facts with vectors of {Model} are not searched by meaning: {Reason}"
        )]
        public static partial void Unavailable(ILogger logger, string model, string reason);
    }
}
