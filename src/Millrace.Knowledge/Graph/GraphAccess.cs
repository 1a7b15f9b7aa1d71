using System.Security.Cryptography;
using Millrace.Core.Failures;
using Millrace.Core.Identity;
using Millrace.Core.Ids;
using Millrace.Core.Storage;

namespace Millrace.Knowledge.Graph;

/// <summary>
/// Lets callers into graphs: their workspace's own, and those whose owners granted their key or its owner a role. It
/// is the one place that looks beyond a workspace, and for exactly that. (t-backend §14.5)
/// </summary>
public sealed class GraphAccess(Store store, TimeProvider time)
{
    private const string Columns =
        "g.id, g.name, g.description, g.is_default, g.dedupe, g.fact_count, g.node_count, g.edge_count, g.created_at, g.updated_at, g.workspace_id";

    private const int MostOfOne = 10;
    private const int MostShared = 100;

    /// <exception cref="Forbidden">The graph is not accessible, whether it exists or not.</exception>
    public async Task<OpenedGraph> OpenAsync(
        Principal caller,
        Id<KnowledgeGraph> id,
        CancellationToken cancellation = default
    )
    {
        var found = await ReadAsync(caller, id, cancellation);
        return new OpenedGraph(id, found.Workspace, found.Graph.Role, found.Graph.IsDefault)
        {
            Guest = found.Workspace == caller.Workspace ? null : caller.Workspace,
        };
    }

    /// <exception cref="Forbidden">The graph is not accessible, whether it exists or not.</exception>
    public async Task<GraphView> ShowAsync(
        Principal caller,
        Id<KnowledgeGraph> id,
        CancellationToken cancellation = default
    ) => (await ReadAsync(caller, id, cancellation)).Graph;

    /// <summary>The graph that the caller's workspace always has.</summary>
    public async Task<OpenedGraph> OpenDefaultAsync(
        Principal caller,
        CancellationToken cancellation = default
    )
    {
        await EnsureDefaultAsync(caller.Workspace, cancellation);
        return new OpenedGraph(
            DefaultOf(caller.Workspace),
            caller.Workspace,
            GraphRole.Owner,
            IsDefault: true
        );
    }

    /// <summary>The same for work that nobody waits for.</summary>
    internal async Task<OpenedGraph> OpenDefaultAsync(
        Id<Workspace> workspace,
        CancellationToken cancellation
    )
    {
        await EnsureDefaultAsync(workspace, cancellation);
        return new OpenedGraph(DefaultOf(workspace), workspace, GraphRole.Owner, IsDefault: true);
    }

    /// <summary>All graphs that the caller may read: the default first, then its own, then those of others, oldest first.</summary>
    public async Task<IReadOnlyList<GraphView>> ListAsync(
        Principal caller,
        CancellationToken cancellation = default
    )
    {
        await EnsureDefaultAsync(caller.Workspace, cancellation);
        var own = await store.ReadAsync(
            caller.Workspace,
            db =>
                db.QueryAsync(
                    $"SELECT {Columns} FROM graphs g WHERE g.workspace_id = $1 ORDER BY g.id",
                    row => View(row, GraphRole.Owner),
                    db.Workspace.Value
                ),
            cancellation
        );
        var granted = await GrantedAsync(caller, cancellation);
        return
        [
            .. own.OrderByDescending(graph => graph.IsDefault),
            .. granted.Select(grant => grant.Graph),
        ];
    }

    /// <summary>
    /// Those of these that a search of all looks into: the caller's own, and of what others share what a session is mapped
    /// to and what was shared first, up to <see cref="MostOfOne"/> graphs of one workspace and <see cref="MostShared"/>
    /// altogether.
    /// </summary>
    public async Task<IReadOnlyList<OpenedGraph>> SearchedAsync(
        Principal caller,
        CancellationToken cancellation = default
    )
    {
        await EnsureDefaultAsync(caller.Workspace, cancellation);
        var (own, mapped) = await store.ReadAsync(
            caller.Workspace,
            async db =>
                (
                    await db.QueryAsync(
                        "SELECT id, is_default FROM graphs WHERE workspace_id = $1 ORDER BY id",
                        row => new OpenedGraph(
                            row.Id<KnowledgeGraph>(0),
                            caller.Workspace,
                            GraphRole.Owner,
                            row.Flag(1)
                        ),
                        db.Workspace.Value
                    ),
                    await db.QueryAsync(
                        "SELECT DISTINCT graph_id FROM graph_sessions WHERE workspace_id = $1",
                        row => row.Id<KnowledgeGraph>(0),
                        db.Workspace.Value
                    )
                ),
            cancellation
        );
        var used = mapped.ToHashSet();
        var shared = (await GrantedAsync(caller, cancellation))
            .OrderByDescending(grant => used.Contains(grant.Graph.Id))
            .ThenBy(grant => grant.Since)
            .GroupBy(grant => grant.Home)
            .SelectMany(ofOne => ofOne.Take(MostOfOne))
            .Take(MostShared)
            .Select(grant => new OpenedGraph(
                grant.Graph.Id,
                grant.Home,
                grant.Graph.Role,
                grant.Graph.IsDefault
            )
            {
                Guest = caller.Workspace,
            });
        return [.. own, .. shared];
    }

    /// <summary>The graphs of others that the caller may read, oldest first, each with the best role that it was given.</summary>
    private async Task<List<Grant>> GrantedAsync(
        Principal caller,
        CancellationToken cancellation
    )
    {
        var granted = await store.ReadAsync(
            Reach.Installation,
            async db =>
                await db.QueryAsync(
                    $"""
                    SELECT {Columns}, a.role, a.created_at FROM graph_grants a JOIN graphs g ON g.id = a.graph_id
                    WHERE a.grantee = $1 OR a.grantee = $2 ORDER BY g.id
                    """,
                    row => new Grant(
                        View(row, row.Word<GraphRole>(11)),
                        row.Id<Workspace>(10),
                        row.Time(12)
                    ),
                    Grantee.OfKey(caller.KeyNumber),
                    await OwnerAsync(db, caller)
                ),
            cancellation
        );
        return
        [
            .. granted
                .Where(grant => grant.Home != caller.Workspace)
                .GroupBy(grant => grant.Graph.Id)
                .Select(grants => grants.MaxBy(grant => grant.Graph.Role)!),
        ];
    }

    /// <summary>The id of a workspace's default graph: derived, so that making it twice makes one.</summary>
    internal static Id<KnowledgeGraph> DefaultOf(Id<Workspace> workspace)
    {
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData([.. "default graph "u8, .. workspace.Value.ToByteArray(true)], hash);
        return new Id<KnowledgeGraph>(new Guid(hash[..16], bigEndian: true));
    }

    private async Task EnsureDefaultAsync(Id<Workspace> workspace, CancellationToken cancellation)
    {
        var id = DefaultOf(workspace);
        var exists = await store.ReadAsync(
            workspace,
            db =>
                db.FirstAsync(
                    "SELECT 1 FROM graphs WHERE id = $1 AND workspace_id = $2",
                    _ => true,
                    id.Value,
                    db.Workspace.Value
                ),
            cancellation
        );
        if (exists)
            return;
        var now = time.GetUtcNow();
        await store.WriteAsync(
            workspace,
            db => InsertAsync(db, id, "default", "", isDefault: true, dedupe: false, now),
            cancellation
        );
    }

    internal static async ValueTask InsertAsync(
        Db db,
        Id<KnowledgeGraph> id,
        string name,
        string description,
        bool isDefault,
        bool dedupe,
        DateTimeOffset now
    ) =>
        await db.ExecuteAsync(
            """
            INSERT INTO graphs (id, workspace_id, name, description, is_default, dedupe, fact_count, node_count,
                edge_count, created_at, updated_at)
            VALUES ($1, $2, $3, $4, $5, $6, 0, 0, 0, $7, $7) ON CONFLICT (id) DO NOTHING
            """,
            id.Value,
            db.Workspace.Value,
            name,
            description,
            isDefault,
            dedupe,
            now
        );

    private async Task<(GraphView Graph, Id<Workspace> Workspace)> ReadAsync(
        Principal caller,
        Id<KnowledgeGraph> id,
        CancellationToken cancellation
    )
    {
        if (id == DefaultOf(caller.Workspace))
            await EnsureDefaultAsync(caller.Workspace, cancellation);
        return await store.ReadAsync(
            Reach.Installation,
            db => FindAsync(db, caller, id),
            cancellation
        );
    }

    private static async ValueTask<(GraphView Graph, Id<Workspace> Workspace)> FindAsync(
        Db db,
        Principal caller,
        Id<KnowledgeGraph> id
    )
    {
        var (graph, home) = await db.FirstAsync(
            $"SELECT {Columns} FROM graphs g WHERE g.id = $1",
            row => (View(row, GraphRole.Owner), row.Id<Workspace>(10)),
            id.Value
        );
        if (graph is not null && home == caller.Workspace)
            return (graph, home);
        // Asked whether the graph exists or not, so that the time taken tells nothing.
        var roles = await db.QueryAsync(
            "SELECT role FROM graph_grants WHERE graph_id = $1 AND (grantee = $2 OR grantee = $3)",
            row => row.Word<GraphRole>(0),
            id.Value,
            Grantee.OfKey(caller.KeyNumber),
            await OwnerAsync(db, caller)
        );
        return graph is not null && roles.Count > 0
            ? (graph with { Role = roles.Max() }, home)
            : throw Refused();
    }

    internal static Forbidden Refused() =>
        new("graph_forbidden", "This API key may not have access to that graph.");

    private static async ValueTask<string> OwnerAsync(Db db, Principal caller) =>
        Grantee.OfOwner(
            await db.FirstAsync(
                "SELECT owner FROM api_keys WHERE id = $1",
                row => row.Text(0),
                caller.Key.Value
            ) ?? ""
        );

    private static GraphView View(Row row, GraphRole role) =>
        new(
            row.Id<KnowledgeGraph>(0),
            row.Text(1),
            row.Text(2),
            role,
            row.Flag(3),
            row.Flag(4),
            row.Int64(5),
            row.Int64(6),
            row.Int64(7),
            row.Time(8),
            row.Time(9)
        );

    private sealed record Grant(GraphView Graph, Id<Workspace> Home, DateTimeOffset Since);
}

/// <summary>Who a graph is granted to, as it is stored.</summary>
public static class Grantee
{
    public static string OfKey(long number) => $"key:{number}";

    public static string OfOwner(string owner) => $"owner:{owner}";
}
