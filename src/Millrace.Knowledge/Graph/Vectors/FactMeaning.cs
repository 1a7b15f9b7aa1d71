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

    // How often erased facts are cleared out of the way of those behind them.
    private const int MostRounds = 3;

    /// <summary>The nearest first, whatever moment they are of. Only of this graph, and none that was erased.</summary>
    public async Task<IReadOnlyList<NearFact>> FindAsync(
        OpenedGraph graph,
        string question,
        int most,
        CancellationToken cancellation
    )
    {
        var near = new List<NearFact>();
        foreach (var model in await vectors.ModelsAsync(graph.Workspace, cancellation))
        {
            if (await EmbedAsync(graph.Workspace, question, model, cancellation) is not { } vector)
                continue;
            var index = await vectors.OpenAsync(
                graph.Workspace,
                model,
                vector.Length,
                cancellation
            );
            near.AddRange(await FindAsync(graph, index, vector, most, cancellation));
        }
        return [.. near.DistinctBy(fact => fact.Fact).OrderByDescending(fact => fact.Likeness)];
    }

    private async Task<IEnumerable<NearFact>> FindAsync(
        OpenedGraph graph,
        VectorIndex<FactKey> index,
        float[] question,
        int most,
        CancellationToken cancellation
    )
    {
        var ofGraph = new VectorFilter<FactKey>(key => key.Graph == graph.Id.Value);
        for (var round = 1; ; round++)
        {
            var hits = index.Search(question, most, ofGraph);
            var there = await ThereAsync(graph, hits, cancellation);
            var erased = hits.Where(hit => !there.Contains(hit.Key.Fact)).ToList();
            foreach (var hit in erased)
                index.Remove(hit.Key);
            if (erased.Count == 0 || round == MostRounds)
                return hits.Except(erased)
                    .Select(hit => new NearFact(new Id<Fact>(hit.Key.Fact), hit.Similarity));
        }
    }

    private async Task<HashSet<Guid>> ThereAsync(
        OpenedGraph graph,
        IReadOnlyList<VectorHit<FactKey>> hits,
        CancellationToken cancellation
    )
    {
        if (hits.Count == 0)
            return [];
        var places = string.Join(", ", Enumerable.Range(3, hits.Count).Select(at => $"${at}"));
        var rows = await store.ReadAsync(
            graph.Workspace,
            db =>
                db.QueryAsync(
                    $"SELECT id FROM facts WHERE workspace_id = $1 AND graph_id = $2 AND id IN ({places})",
                    row => row.Id<Fact>(0).Value,
                    [
                        db.Workspace.Value,
                        graph.Id.Value,
                        .. hits.Select(hit => (object)hit.Key.Fact),
                    ]
                ),
            cancellation
        );
        return [.. rows];
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
            Log.Unavailable(logger, model, failure.Message);
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
