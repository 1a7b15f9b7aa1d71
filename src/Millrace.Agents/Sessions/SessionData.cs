using Millrace.Agents.Runs;
using Millrace.Core.Identity;
using Millrace.Core.Identity.Erasure;
using Millrace.Core.Ids;
using Millrace.Core.Storage;

namespace Millrace.Agents.Sessions;

/// <summary>Erases a workspace's sessions with their turns and runs, which only sessions lead to.</summary>
internal sealed class SessionData(Store store) : IWorkspaceData
{
    private const long AtOnce = 20;

    public async Task EraseAsync(Id<Workspace> workspace, CancellationToken cancellation)
    {
        while (await store.WriteAsync(workspace, EraseSomeAsync, cancellation)) { }
        foreach (var runs in (await LoneRunsAsync(workspace, cancellation)).Chunk((int)AtOnce))
            await store.WriteAsync(
                workspace,
                async db =>
                {
                    foreach (var run in runs)
                        await SessionRetention.RemoveRunAsync(db, run);
                },
                cancellation
            );
    }

    private static async ValueTask<bool> EraseSomeAsync(Db db)
    {
        var sessions = await db.QueryAsync(
            "SELECT id FROM sessions WHERE workspace_id = $1 LIMIT $2",
            row => row.Id<Session>(0).Value,
            db.Workspace.Value,
            AtOnce
        );
        foreach (var session in sessions)
        {
            await db.ExecuteAsync("DELETE FROM sessions WHERE id = $1", session);
            await SessionRetention.RemoveTurnsAsync(db, session);
        }
        return sessions.Count > 0;
    }

    private Task<List<Guid>> LoneRunsAsync(
        Id<Workspace> workspace,
        CancellationToken cancellation
    ) =>
        store.ReadAsync(
            workspace,
            db =>
                db.QueryAsync(
                    "SELECT id FROM runs WHERE workspace_id = $1",
                    row => row.Id<Run>(0).Value,
                    workspace.Value
                ),
            cancellation
        );
}
