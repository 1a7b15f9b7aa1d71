using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Millrace.Core.Failures;
using Millrace.Core.Identity;
using Millrace.Core.Ids;
using Millrace.Core.Signals;
using Millrace.Core.Storage;

namespace Millrace.Core.Work;

/// <summary>What is to be done.</summary>
/// <param name="Workspace">Whose work it is; the default id for the installation's own.</param>
/// <param name="Kind">Which <see cref="IWorkHandler"/> does it.</param>
/// <param name="Payload">JSON for the handler.</param>
public sealed record NewWork(Id<Workspace> Workspace, string Kind, string Payload = "{}")
{
    /// <summary>Not before this time; at once when null.</summary>
    public DateTimeOffset? RunAfter { get; init; }

    /// <summary>Among items of one kind and workspace, one of each occurrence is queued, as long as its row is kept.</summary>
    public string? Occurrence { get; init; }

    public int? MaxAttempts { get; init; }
}

/// <summary>Queues work in the transaction of the change that it follows from, and tells how it fares.</summary>
public sealed class WorkQueue(Store store, WorkOptions options, TimeProvider time)
{
    /// <summary>Set when this process queued something or has a place free.</summary>
    internal Signal Changed { get; } = new();

    internal ConcurrentDictionary<Id<WorkItem>, WorkLease> Running { get; } = new();

    /// <summary>
    /// Queues an item within the caller's write; it may run as soon as that write is committed. An occurrence that is
    /// queued already is not queued again: its id is the answer.
    /// </summary>
    public async ValueTask<Id<WorkItem>> EnqueueAsync(Db db, NewWork work)
    {
        var now = time.GetUtcNow();
        var id = Id<WorkItem>.New(now);
        var added = await db.ExecuteAsync(
            """
            INSERT INTO work_items (id, workspace_id, kind, payload, occurrence, state, run_after, attempts, max_attempts, progress, note, created_at)
            VALUES ($1, $2, $3, $4, $5, 'waiting', $6, 0, $7, 0, '', $8)
            ON CONFLICT (workspace_id, kind, occurrence) DO NOTHING
            """,
            id.Value,
            work.Workspace.Value,
            work.Kind,
            work.Payload,
            work.Occurrence,
            work.RunAfter ?? now,
            (long)(work.MaxAttempts ?? options.MaxAttempts),
            now
        );
        if (added == 0)
        {
            return await db.FirstAsync(
                "SELECT id FROM work_items WHERE workspace_id = $1 AND kind = $2 AND occurrence = $3",
                row => row.Id<WorkItem>(0),
                work.Workspace.Value,
                work.Kind,
                work.Occurrence
            );
        }
        db.AfterCommit(Changed.Set);
        return id;
    }

    /// <summary>Queues an item in a write of its own.</summary>
    public Task<Id<WorkItem>> EnqueueAsync(
        NewWork work,
        CancellationToken cancellation = default
    ) => store.WriteAsync(Reach.Installation, db => EnqueueAsync(db, work), cancellation);

    /// <summary>Those of these that do not wait or run already, told by their payloads, so that nothing is queued twice.</summary>
    public static async ValueTask<IReadOnlyList<NewWork>> MissingAsync(
        Db db,
        string kind,
        IReadOnlyCollection<NewWork> wanted
    )
    {
        if (wanted.Count == 0)
            return [];
        var payloads = wanted.Select(work => work.Payload).Distinct().ToArray();
        // However much waits, no more is read than was asked for.
        var present = await db.QueryAsync(
            $"""
            SELECT DISTINCT workspace_id, payload FROM work_items WHERE state IN ('waiting', 'running') AND kind = $1
            AND payload {(
                db.Dialect is Dialect.Sqlite ? "IN (SELECT value FROM json_each($2))" : "= ANY($2)"
            )}
            """,
            row => (row.Id<Workspace>(0), row.Text(1)),
            kind,
            db.Dialect is Dialect.Sqlite ? JsonSerializer.Serialize(payloads) : payloads
        );
        var known = present.ToHashSet();
        return [.. wanted.Where(work => known.Add((work.Workspace, work.Payload)))];
    }

    /// <summary>One item as it stands now. Fails with <see cref="NotFound"/>.</summary>
    public Task<WorkItem> GetAsync(
        Reach reach,
        Id<WorkItem> id,
        CancellationToken cancellation = default
    ) =>
        store.ReadAsync(
            reach,
            async db =>
                await db.Set<WorkItem>().AsNoTracking().FirstOrDefaultAsync(item => item.Id == id)
                ?? throw Unknown(),
            cancellation
        );

    /// <summary>Items that failed as often as they may, oldest first.</summary>
    public Task<List<WorkItem>> ListDeadAsync(
        Reach reach,
        int limit = 100,
        CancellationToken cancellation = default
    ) =>
        store.ReadAsync(
            reach,
            async db =>
                await db.Set<WorkItem>()
                    .AsNoTracking()
                    .Where(item => item.State == WorkState.Dead)
                    .OrderBy(item => item.Id)
                    .Take(limit)
                    .ToListAsync(),
            cancellation
        );

    /// <summary>Gives a dead item all its attempts again. Fails with <see cref="NotFound"/> unless it is dead.</summary>
    public Task ReplayAsync(
        Reach reach,
        Id<WorkItem> id,
        CancellationToken cancellation = default
    ) =>
        store.WriteAsync(
            reach,
            async db =>
            {
                var now = time.GetUtcNow();
                var replayed = await db.Set<WorkItem>()
                    .Where(item => item.Id == id && item.State == WorkState.Dead)
                    .ExecuteUpdateAsync(item =>
                        item.SetProperty(row => row.State, WorkState.Waiting)
                            .SetProperty(row => row.Attempts, 0)
                            .SetProperty(row => row.RunAfter, now)
                            .SetProperty(row => row.FinishedAt, (DateTimeOffset?)null)
                    );
                if (replayed == 0)
                    throw Unknown();
                db.AfterCommit(Changed.Set);
            },
            cancellation
        );

    /// <summary>
    /// Ends an item that has not ended, within the caller's write. One that runs can no longer finish, and its handler
    /// is told at once in this process, within seconds in another. False when it had ended before.
    /// </summary>
    public async ValueTask<bool> CancelAsync(Db db, Id<WorkItem> id)
    {
        var now = time.GetUtcNow();
        var cancelled = await db.Set<WorkItem>()
            .Where(item =>
                item.Id == id
                && (item.State == WorkState.Waiting || item.State == WorkState.Running)
            )
            .ExecuteUpdateAsync(item =>
                item.SetProperty(row => row.State, WorkState.Cancelled)
                    .SetProperty(row => row.FinishedAt, now)
                    .SetProperty(
                        row => EF.Property<Id<WorkLease>?>(row, "Lease"),
                        (Id<WorkLease>?)null
                    )
                    .SetProperty(
                        row => EF.Property<DateTimeOffset?>(row, "LeaseUntil"),
                        (DateTimeOffset?)null
                    )
            );
        if (cancelled == 0)
            return false;
        db.AfterCommit(() =>
        {
            if (Running.TryGetValue(id, out var lease))
                lease.Lose();
        });
        return true;
    }

    private static NotFound Unknown() =>
        new("work_not_found", "There is no such work item in that state.");
}
