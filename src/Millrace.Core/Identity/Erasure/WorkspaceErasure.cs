using Microsoft.Extensions.Logging;
using Millrace.Core.Audit;
using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Core.Work;

namespace Millrace.Core.Identity.Erasure;

/// <summary>
/// Erases a workspace that no key opens any more: first its work, so that nothing is made anew, then what the floors
/// keep, then the rows that are left. (t-backend §19)
/// </summary>
internal sealed partial class WorkspaceErasure(
    Store store,
    WorkQueue queue,
    OwnedRows rows,
    IEnumerable<IWorkspaceData> floors,
    AuditLog audit,
    TimeProvider time,
    ILogger<WorkspaceErasure> logger
) : IWorkHandler
{
    private const long AtOnce = 500;

    /// <summary>By then every request has ended that was let in before its key was deleted: the slowest upload takes 30 hours.</summary>
    private static readonly TimeSpan LookAgainAfter = TimeSpan.FromDays(2);

    public string Kind => KeyDeletion.EraseKind;

    public async Task RunAsync(WorkContext work, CancellationToken cancellation)
    {
        var workspace = KeyDeletion.WorkspaceOf(work.Item);
        if (await IsOpenAsync(workspace, cancellation))
            return;
        var hasRows = await rows.AnyAsync(workspace, cancellation);
        while (
            await store.WriteAsync(workspace, db => EndSomeWorkAsync(db), cancellation) == AtOnce
        ) { }
        foreach (var floor in floors)
            await floor.EraseAsync(workspace, cancellation);
        await rows.EraseAsync(workspace, cancellation);
        await store.WriteAsync(
            Reach.Installation,
            db => CloseAsync(db, workspace, hasRows),
            cancellation
        );
    }

    private Task<bool> IsOpenAsync(Id<Workspace> workspace, CancellationToken cancellation) =>
        store.ReadAsync(
            workspace,
            db =>
                db.FirstAsync(
                    "SELECT 1 FROM api_keys WHERE workspace_id = $1 AND revoked_at IS NULL LIMIT 1",
                    _ => true,
                    workspace.Value
                ),
            cancellation
        );

    private async ValueTask<long> EndSomeWorkAsync(Db db)
    {
        var items = await db.QueryAsync(
            "SELECT id FROM work_items WHERE workspace_id = $1 AND state IN ('waiting', 'running') LIMIT $2",
            row => row.Id<WorkItem>(0),
            db.Workspace.Value,
            AtOnce
        );
        foreach (var item in items)
            await queue.CancelAsync(db, item);
        return items.Count;
    }

    private async ValueTask CloseAsync(Db db, Id<Workspace> workspace, bool hadRows)
    {
        // An attempt that was cut off may have left no more than this to do.
        var forgotten = await db.ExecuteAsync(
            "UPDATE api_keys SET owner = '', name = '', hint = '' WHERE workspace_id = $1 AND hint <> ''",
            workspace.Value
        );
        if (!hadRows && forgotten == 0)
            return;
        await audit.AppendAsync(
            db,
            workspace,
            "operator",
            "workspace.erased",
            workspace.ToString()
        );
        await queue.EnqueueAsync(
            db,
            KeyDeletion.WorkOn(workspace) with
            {
                RunAfter = time.GetUtcNow() + LookAgainAfter,
            }
        );
        db.AfterCommit(() => Log.Erased(logger, workspace));
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Everything of workspace {Workspace} is erased")]
        public static partial void Erased(ILogger logger, Id<Workspace> workspace);
    }
}
