using Millrace.Core.Failures;
using Millrace.Core.Identity;
using Millrace.Core.Ids;
using Millrace.Core.Storage;

namespace Millrace.Knowledge.Graph;

/// <summary>Somebody that a graph is shared with.</summary>
/// <param name="Grantee">See <see cref="Grantee"/>.</param>
public sealed record GraphShare(string Grantee, GraphRole Role, DateTimeOffset CreatedAt);

/// <summary>Makes, changes, shares and removes graphs.</summary>
public sealed class Graphs(
    Store store,
    GraphTasks tasks,
    GraphErasure erasure,
    GraphOptions options,
    TimeProvider time
)
{
    private const int MostGrants = 1_000;

    /// <exception cref="Conflict">The workspace has as many graphs as it may.</exception>
    public Task<Id<KnowledgeGraph>> CreateAsync(
        Principal caller,
        string name,
        string description,
        CancellationToken cancellation = default
    ) =>
        store.WriteAsync(
            caller.Workspace,
            async db =>
            {
                var count = await db.FirstAsync(
                    "SELECT COUNT(*) FROM graphs WHERE workspace_id = $1",
                    row => row.Int64(0),
                    db.Workspace.Value
                );
                if (count >= options.MaxGraphs)
                    throw new Conflict(
                        "too_many_graphs",
                        $"A key's data may hold {options.MaxGraphs} graphs. Delete one first."
                    );
                var now = time.GetUtcNow();
                var id = Id<KnowledgeGraph>.New(now);
                await GraphAccess.InsertAsync(
                    db,
                    id,
                    name,
                    description,
                    isDefault: false,
                    dedupe: false,
                    now
                );
                return id;
            },
            cancellation
        );

    /// <summary>Changes what is not null. Its owner may.</summary>
    public Task ChangeAsync(
        OpenedGraph graph,
        string? name,
        string? description,
        bool? dedupe,
        CancellationToken cancellation = default
    )
    {
        graph.Demand(GraphRole.Owner);
        return store.WriteAsync(
            graph.Workspace,
            async db =>
            {
                var row =
                    await db.Set<KnowledgeGraph>().FindAsync(graph.Id)
                    ?? throw GraphAccess.Refused();
                row.Name = name ?? row.Name;
                row.Description = description ?? row.Description;
                row.Dedupe = dedupe ?? row.Dedupe;
                row.UpdatedAt = time.GetUtcNow();
            },
            cancellation
        );
    }

    /// <summary>
    /// Removes a graph with all that is in it; of the default one only what is in it. It is gone at once, and its rows
    /// are cleared away afterwards, since they may be millions; a default graph is waited for, ten seconds at most, and
    /// keeps what is written to it from now on.
    /// </summary>
    public async Task DeleteAsync(
        Principal caller,
        OpenedGraph graph,
        CancellationToken cancellation = default
    )
    {
        graph.Demand(GraphRole.Owner);
        var work = await store.WriteAsync(
            graph.Workspace,
            async db =>
            {
                await CloseAsync(db, graph);
                return await tasks.QueueAsync(db, GraphTasks.Erase, GraphJob.On(graph, caller));
            },
            cancellation
        );
        if (graph.IsDefault)
            await tasks.WaitAsync(graph.Workspace, work, cancellation);
    }

    /// <summary>Clears a deleted graph's rows away; of the default one those from before it was emptied.</summary>
    internal Task EraseAsync(OpenedGraph graph, CancellationToken cancellation) =>
        graph.IsDefault
            ? erasure.EmptyAsync(graph.Workspace, graph.Id, cancellation)
            : erasure.EraseAsync(graph.Workspace, graph.Id, cancellation);

    /// <summary>Gives a role, changes it, or with null takes it away. Its owner may.</summary>
    public Task ShareAsync(
        OpenedGraph graph,
        string grantee,
        GraphRole? role,
        CancellationToken cancellation = default
    )
    {
        graph.Demand(GraphRole.Owner);
        return store.WriteAsync(
            graph.Workspace,
            async db =>
            {
                var grants = db.Set<GraphGrant>();
                var grant = await grants.FindAsync(graph.Id, grantee);
                if (grant is not null && role is { } changed)
                    grant.Role = changed;
                else if (grant is not null)
                    grants.Remove(grant);
                else if (role is { } given)
                {
                    if (grants.Count(other => other.GraphId == graph.Id) >= MostGrants)
                        throw new Conflict(
                            "too_many_grants",
                            $"A graph is shared with {MostGrants} at most."
                        );
                    grants.Add(
                        new GraphGrant
                        {
                            GraphId = graph.Id,
                            Grantee = grantee,
                            WorkspaceId = graph.Workspace,
                            Role = given,
                            CreatedAt = time.GetUtcNow(),
                        }
                    );
                }
            },
            cancellation
        );
    }

    /// <summary>Whom a graph is shared with. Its owner may ask.</summary>
    public Task<List<GraphShare>> SharesAsync(
        OpenedGraph graph,
        CancellationToken cancellation = default
    )
    {
        graph.Demand(GraphRole.Owner);
        return store.ReadAsync(
            graph.Workspace,
            db =>
                db.QueryAsync(
                    "SELECT grantee, role, created_at FROM graph_grants WHERE graph_id = $1 AND workspace_id = $2 ORDER BY grantee",
                    row => new GraphShare(row.Text(0), row.Word<GraphRole>(1), row.Time(2)),
                    graph.Id.Value,
                    db.Workspace.Value
                ),
            cancellation
        );
    }

    private async ValueTask CloseAsync(Db db, OpenedGraph graph)
    {
        if (graph.IsDefault)
        {
            // Not before anything that is written, whatever the clocks of two processes say.
            await db.ExecuteAsync(
                """
                UPDATE graphs SET emptied_at = CASE WHEN updated_at > $1 THEN updated_at ELSE $1 END,
                    fact_count = 0, node_count = 0, edge_count = 0, updated_at = $1
                WHERE id = $2 AND workspace_id = $3
                """,
                time.GetUtcNow(),
                graph.Id.Value,
                db.Workspace.Value
            );
            return;
        }
        await db.ExecuteAsync(
            "DELETE FROM graphs WHERE id = $1 AND workspace_id = $2",
            graph.Id.Value,
            db.Workspace.Value
        );
        await db.ExecuteAsync(
            "DELETE FROM graph_grants WHERE graph_id = $1 AND workspace_id = $2",
            graph.Id.Value,
            db.Workspace.Value
        );
    }
}
