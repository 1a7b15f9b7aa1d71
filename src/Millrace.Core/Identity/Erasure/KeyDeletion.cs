using System.Text.Json;
using Millrace.Core.Failures;
using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Core.Work;

namespace Millrace.Core.Identity.Erasure;

/// <summary>Deletes keys, and with the last one that opens a workspace all that is in it. (t-backend §19)</summary>
public sealed class KeyDeletion(Store store, ApiKeys keys, WorkQueue queue, TimeProvider time)
{
    internal const string EraseKind = "workspaces.erase";

    /// <summary>For so long data stays, should the key have been deleted by mistake.</summary>
    private static readonly TimeSpan Kept = TimeSpan.FromDays(30);

    /// <summary>
    /// Ends a key at once, and has its workspace erased in 30 days, unless a key opens it then. Asked for a key that is
    /// deleted already, it can bring that forward. Gives the time of the erasure.
    /// </summary>
    /// <exception cref="NotFound">There is no key with this number.</exception>
    public async Task<DateTimeOffset> DeleteAsync(
        long number,
        bool isImmediate,
        CancellationToken cancellation = default
    )
    {
        var at = time.GetUtcNow() + (isImmediate ? TimeSpan.Zero : Kept);
        await store.WriteAsync(
            Reach.Installation,
            async db =>
            {
                var workspace = await keys.RevokeAsync(db, number);
                await queue.EnqueueAsync(db, WorkOn(workspace) with { RunAfter = at });
            },
            cancellation
        );
        keys.Forget();
        return at;
    }

    /// <summary>It is the installation's work: what the workspace has of its own is erased with it.</summary>
    internal static NewWork WorkOn(Id<Workspace> workspace) =>
        new(default, EraseKind, JsonSerializer.Serialize(workspace.Value));

    internal static Id<Workspace> WorkspaceOf(WorkItem item) =>
        new(JsonSerializer.Deserialize<Guid>(item.Payload));
}
