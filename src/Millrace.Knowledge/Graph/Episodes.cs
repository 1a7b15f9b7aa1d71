using Microsoft.EntityFrameworkCore;
using Millrace.Core.Failures;
using Millrace.Core.Identity;
using Millrace.Core.Ids;
using Millrace.Core.Storage;

namespace Millrace.Knowledge.Graph;

/// <summary>The evidence that facts rest on.</summary>
public sealed class Episodes(Store store, GraphAccess access)
{
    /// <summary>One episode of a graph that the caller may read, and the facts that rest on it.</summary>
    /// <exception cref="NotFound">There is none such in what the caller may read.</exception>
    public async Task<(Episode Episode, IReadOnlyList<Id<Fact>> Facts)> GetAsync(
        Principal caller,
        Id<Episode> id,
        CancellationToken cancellation = default
    )
    {
        var episode =
            await store.ReadAsync(
                Reach.Installation,
                async db =>
                    await db.Set<Episode>().AsNoTracking().FirstOrDefaultAsync(row => row.Id == id),
                cancellation
            ) ?? throw Unknown();
        try
        {
            await access.OpenAsync(caller, episode.GraphId, cancellation);
        }
        catch (Forbidden)
        {
            throw Unknown();
        }
        var facts = await store.ReadAsync(
            episode.WorkspaceId,
            db =>
                db.QueryAsync(
                    "SELECT id FROM facts WHERE workspace_id = $1 AND episode_id = $2 ORDER BY id",
                    row => row.Id<Fact>(0),
                    db.Workspace.Value,
                    id.Value
                ),
            cancellation
        );
        return (episode, facts);
    }

    /// <exception cref="NotFound">Nothing in the graph was said in that session of the caller's.</exception>
    public async Task DemandSessionAsync(
        OpenedGraph graph,
        string session,
        CancellationToken cancellation = default
    )
    {
        var isThere = await store.ReadAsync(
            graph.Workspace,
            db =>
                db.FirstAsync(
                    """
                    SELECT 1 FROM episodes WHERE workspace_id = $1 AND graph_id = $2
                    AND session_workspace_id = $3 AND session = $4
                    """,
                    _ => true,
                    db.Workspace.Value,
                    graph.Id.Value,
                    graph.Caller.Value,
                    session
                ),
            cancellation
        );
        if (!isThere)
            throw new NotFound("session_not_found", "Nothing was said in that session.");
    }

    private static NotFound Unknown() => new("memory_not_found", "There is no such memory.");
}
