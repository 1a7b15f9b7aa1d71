using Millrace.Core.Failures;
using Millrace.Core.Identity;
using Millrace.Core.Ids;
using Millrace.Core.Storage;

namespace Millrace.Knowledge.Graph;

/// <summary>A session that was mapped to a graph.</summary>
/// <param name="Turns">What was kept of the session in that graph so far.</param>
public sealed record MappedSession(string Session, DateTimeOffset MappedAt, long Turns);

/// <summary>
/// Which graph a session reads from and writes to: the one that it was last mapped to, for as long as the caller may
/// write to that, else its workspace's default. (t-backend §14.7)
/// </summary>
public sealed class GraphSessions(Store store, GraphAccess access, TimeProvider time)
{
    /// <summary>Maps a caller's session from now on.</summary>
    /// <exception cref="Forbidden">The graph may only be read.</exception>
    public Task MapAsync(
        Principal caller,
        string session,
        OpenedGraph graph,
        CancellationToken cancellation = default
    )
    {
        graph.Demand(GraphRole.Writer);
        return store.WriteAsync(
            caller.Workspace,
            async db =>
            {
                await db.ExecuteAsync(
                    """
                    INSERT INTO graph_sessions (workspace_id, session, graph_id, mapped_at) VALUES ($1, $2, $3, $4)
                    ON CONFLICT (workspace_id, session)
                    DO UPDATE SET graph_id = excluded.graph_id, mapped_at = excluded.mapped_at
                    """,
                    db.Workspace.Value,
                    session,
                    graph.Id.Value,
                    time.GetUtcNow()
                );
            },
            cancellation
        );
    }

    /// <summary>The caller's own sessions that are mapped to a graph, the latest first.</summary>
    public async Task<List<MappedSession>> ListAsync(
        Principal caller,
        OpenedGraph graph,
        CancellationToken cancellation = default
    )
    {
        if (graph.Role < GraphRole.Writer)
            return [];
        return await store.ReadAsync(
            caller.Workspace,
            db =>
                db.QueryAsync(
                    """
                    SELECT m.session, m.mapped_at, (SELECT COUNT(*) FROM episodes e
                        WHERE e.workspace_id = $3 AND e.graph_id = $2
                        AND e.session_workspace_id = m.workspace_id AND e.session = m.session)
                    FROM graph_sessions m WHERE m.workspace_id = $1 AND m.graph_id = $2
                    ORDER BY m.mapped_at DESC LIMIT 1000
                    """,
                    row => new MappedSession(row.Text(0), row.Time(1), row.Int64(2)),
                    db.Workspace.Value,
                    graph.Id.Value,
                    graph.Workspace.Value
                ),
            cancellation
        );
    }

    /// <summary>
    /// The graph of a caller's session when there may be something in it; null costs one look at the caller's default
    /// graph, which is what most turns find.
    /// </summary>
    public async Task<OpenedGraph?> OpenFilledAsync(
        Principal caller,
        string session,
        CancellationToken cancellation = default
    )
    {
        var isFilled = await store.ReadAsync(
            caller.Workspace,
            async db =>
                await FindAsync(db, session) is not null
                || await db.FirstAsync(
                    "SELECT node_count + fact_count > 0 FROM graphs WHERE id = $1 AND workspace_id = $2",
                    row => row.Flag(0),
                    GraphAccess.DefaultOf(caller.Workspace).Value,
                    db.Workspace.Value
                ),
            cancellation
        );
        return isFilled ? await OpenAsync(caller, session, cancellation) : null;
    }

    /// <summary>The graph of a caller's session, as it is now.</summary>
    public async Task<OpenedGraph> OpenAsync(
        Principal caller,
        string session,
        CancellationToken cancellation = default
    )
    {
        var mapped = await store.ReadAsync(
            caller.Workspace,
            db => FindAsync(db, session),
            cancellation
        );
        if (mapped is { } id)
        {
            try
            {
                var graph = await access.OpenAsync(caller, id, cancellation);
                if (graph.Role >= GraphRole.Writer)
                    return graph;
            }
            catch (Forbidden)
            {
                // The grant was taken back, or the graph is gone.
            }
        }
        return await access.OpenDefaultAsync(caller, cancellation);
    }

    /// <summary>What a session of the present workspace was mapped to; null when it never was.</summary>
    private static ValueTask<Id<KnowledgeGraph>?> FindAsync(Db db, string session) =>
        db.FirstAsync(
            "SELECT graph_id FROM graph_sessions WHERE workspace_id = $1 AND session = $2",
            row => (Id<KnowledgeGraph>?)row.Id<KnowledgeGraph>(0),
            db.Workspace.Value,
            session
        );
}
