using System.Text.Json;
using Millrace.Core.Failures;
using Millrace.Core.Identity;
using Millrace.Core.Ids;
using Millrace.Core.Metering;
using Millrace.Core.Storage;
using Millrace.Core.Text;
using Millrace.Core.Work;
using Millrace.Knowledge.Search;
using Millrace.Models.Routing;

namespace Millrace.Knowledge.Graph.Vectors;

/// <summary>
/// Makes the vectors of facts that have none of the present embedding model, batch by batch. Each batch is written
/// before the next one begins, so work that runs again goes on where it was.
/// </summary>
internal sealed class FactEmbedder(
    Store store,
    ModelRouter models,
    FactVectors vectors,
    UsageJournal usage,
    TimeProvider time
) : IWorkHandler
{
    private const string UsageKind = "graph.embed";
    private const long FactsAtOnce = 64;

    // A fact says what it is about early on; the embedder reads 128 tokens.
    private const int LongestText = 1_000;

    public string Kind => FactEmbedding.Kind;

    public async Task RunAsync(WorkContext work, CancellationToken cancellation)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(
            cancellation,
            work.Stopping
        );
        var range = JsonSerializer.Deserialize<FactRange>(work.Item.Payload)!;
        await EmbedAsync(work.Item.WorkspaceId, range, either.Token);
    }

    /// <exception cref="Failure">The embedder does not answer.</exception>
    public async Task EmbedAsync(
        Id<Workspace> workspace,
        FactRange range,
        CancellationToken cancellation
    )
    {
        var route = models.ResolveEmbedding(null);
        while (await NextAsync(workspace, range, route, cancellation) is { Count: > 0 } facts)
        {
            var made = await EmbedAsync(workspace, range, route, facts, cancellation);
            await store.WriteAsync(workspace, db => KeepAsync(db, made), cancellation);
        }
    }

    private Task<List<(Id<Fact> Id, string Text)>> NextAsync(
        Id<Workspace> workspace,
        FactRange range,
        Route route,
        CancellationToken cancellation
    ) =>
        store.ReadAsync(
            workspace,
            db =>
                db.QueryAsync(
                    """
                    SELECT f.id, f.text FROM facts f
                    WHERE f.workspace_id = $1 AND f.graph_id = $2 AND f.id >= $3 AND f.id < $4 AND NOT EXISTS (
                        SELECT 1 FROM fact_vectors v WHERE v.workspace_id = $1 AND v.model = $5 AND v.fact_id = f.id)
                    ORDER BY f.id LIMIT $6
                    """,
                    row => (row.Id<Fact>(0), row.Text(1)),
                    db.Workspace.Value,
                    range.Graph,
                    range.From,
                    range.Until,
                    route.First.Name,
                    FactsAtOnce
                ),
            cancellation
        );

    private async Task<List<FactVector>> EmbedAsync(
        Id<Workspace> workspace,
        FactRange range,
        Route route,
        List<(Id<Fact> Id, string Text)> facts,
        CancellationToken cancellation
    )
    {
        var (embedded, call) = await models.EmbedAsync(
            route,
            facts.ConvertAll(fact => fact.Text.CutTo(LongestText)),
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
        if (call.Model != route.First.Name)
            throw new Unavailable(
                "embedder_away",
                $"Embedding model {route.First.Name} does not answer, and vectors of another do not go with its own."
            );
        return
        [
            .. facts.Select(
                (fact, at) =>
                    new FactVector
                    {
                        WorkspaceId = workspace,
                        Model = call.Model,
                        FactId = fact.Id,
                        GraphId = new Id<KnowledgeGraph>(range.Graph),
                        Dimensions = embedded[at].Vector.Length,
                        Vector = DocumentVectors.Narrowed(embedded[at].Vector.Span),
                    }
            ),
        ];
    }

    private async ValueTask KeepAsync(Db db, List<FactVector> made)
    {
        foreach (var vector in made)
        {
            await db.ExecuteAsync(
                "DELETE FROM fact_vectors WHERE fact_id = $1 AND model <> $2",
                vector.FactId.Value,
                vector.Model
            );
            // Not of a fact that was erased meanwhile.
            await db.ExecuteAsync(
                """
                INSERT INTO fact_vectors (workspace_id, model, fact_id, graph_id, dimensions, vector)
                SELECT $1, $2, id, graph_id, $4, $5 FROM facts WHERE id = $3 AND workspace_id = $1
                ON CONFLICT DO NOTHING
                """,
                vector.WorkspaceId.Value,
                vector.Model,
                vector.FactId.Value,
                vector.Dimensions,
                vector.Vector
            );
        }
        await vectors.TellAsync(
            db,
            made.ConvertAll(vector => new FactKey(vector.GraphId.Value, vector.FactId.Value))
        );
    }
}
