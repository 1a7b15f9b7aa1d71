using Millrace.Core.Identity;
using Millrace.Core.Ids;
using Millrace.Core.Scheduling;
using Millrace.Core.Storage;
using Millrace.Core.Work;
using Millrace.Models.Routing;

namespace Millrace.Knowledge.Graph.Vectors;

/// <summary>Makes vectors of facts anew where the embedding model is another one by now, or had none to give.</summary>
internal sealed class FactUpkeep(
    Store store,
    WorkQueue queue,
    ModelRouter models,
    TimeProvider time
) : IRecurringWork
{
    // Of one look; the next takes more.
    private const long MostAtOnce = 100;

    private static readonly Guid Last = new([.. Enumerable.Repeat((byte)0xff, 16)]);

    public string Kind => "graph.upkeep";

    public TimeSpan Every => TimeSpan.FromMinutes(15);

    public Task RunAsync(WorkContext work, CancellationToken cancellation)
    {
        var model = models.ResolveEmbedding(null).First.Name;
        return store.WriteAsync(
            Reach.Installation,
            async db =>
            {
                // What was written a moment ago has its work queued.
                var stale = await db.QueryAsync(
                    """
                    SELECT g.workspace_id, g.id FROM graphs g WHERE g.updated_at < $2 AND EXISTS (
                        SELECT 1 FROM facts f WHERE f.workspace_id = g.workspace_id AND f.graph_id = g.id AND NOT EXISTS (
                            SELECT 1 FROM fact_vectors v
                            WHERE v.workspace_id = f.workspace_id AND v.model = $1 AND v.fact_id = f.id))
                    ORDER BY g.id LIMIT $3
                    """,
                    row => (Workspace: row.Id<Workspace>(0), Graph: row.Id<KnowledgeGraph>(1)),
                    model,
                    time.GetUtcNow() - TimeSpan.FromMinutes(1),
                    MostAtOnce
                );
                var wanted = stale.ConvertAll(one =>
                    FactEmbedding.WorkOn(
                        one.Workspace,
                        new FactRange(one.Graph.Value, Guid.Empty, Last)
                    )
                );
                foreach (var again in await WorkQueue.MissingAsync(db, FactEmbedding.Kind, wanted))
                    await queue.EnqueueAsync(db, again);
            },
            cancellation
        );
    }
}
