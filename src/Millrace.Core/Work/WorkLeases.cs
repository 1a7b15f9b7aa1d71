using Millrace.Core.Failures;
using Millrace.Core.Identity;
using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Core.Text;

namespace Millrace.Core.Work;

/// <summary>What waits, per workspace, and when the first lease ends.</summary>
internal sealed record Waiting(
    IReadOnlyList<(Id<Workspace> Workspace, DateTimeOffset FirstDue)> Workspaces,
    DateTimeOffset? FirstLeaseEnd
);

/// <summary>The SQL that takes, keeps and ends leases on work items.</summary>
internal sealed class WorkLeases(Store store, TimeProvider time)
{
    public static readonly TimeSpan Length = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan LongestBackOff = TimeSpan.FromMinutes(10);
    private const int LongestError = 2_000;

    // Jumps from workspace to workspace in the index, so that it costs the same however many items wait.
    private const string WaitingSql = """
        WITH RECURSIVE w (workspace_id) AS (
            SELECT * FROM (SELECT workspace_id FROM work_items WHERE state = 'waiting' ORDER BY workspace_id LIMIT 1) AS first
            UNION ALL
            SELECT (SELECT i.workspace_id FROM work_items i WHERE i.state = 'waiting' AND i.workspace_id > w.workspace_id ORDER BY i.workspace_id LIMIT 1)
            FROM w WHERE w.workspace_id IS NOT NULL)
        SELECT w.workspace_id, (SELECT MIN(i.run_after) FROM work_items i WHERE i.state = 'waiting' AND i.workspace_id = w.workspace_id)
        FROM w WHERE w.workspace_id IS NOT NULL
        """;

    private const string TakeOnSqlite = $"{TakeFirst} {TakeThen}";
    private const string TakeOnPostgres = $"{TakeFirst} FOR UPDATE SKIP LOCKED {TakeThen}";

    private const string TakeFirst = """
        UPDATE work_items SET state = 'running', lease = $1, lease_until = $2, attempts = attempts + 1, progress = 0, note = ''
        WHERE id = (
            SELECT id FROM work_items WHERE state = 'waiting' AND workspace_id = $3 AND run_after <= $4
            ORDER BY run_after LIMIT 1
        """;
    private const string TakeThen = """
        ) RETURNING id, workspace_id, kind, payload, occurrence, run_after, attempts, max_attempts, error, created_at
        """;

    public Task<Waiting> WaitingAsync(CancellationToken cancellation) =>
        store.ReadAsync(
            Reach.Installation,
            async db =>
            {
                var workspaces = await db.QueryAsync(
                    WaitingSql,
                    row => (row.Id<Workspace>(0), row.TimeOrNull(1))
                );
                var firstEnd = await db.FirstAsync(
                    "SELECT MIN(lease_until) FROM work_items WHERE state = 'running'",
                    row => row.TimeOrNull(0)
                );
                // On PostgreSQL the two selects of one row may part when the item was just taken.
                return new Waiting(
                    [
                        .. workspaces
                            .Where(entry => entry.Item2 is not null)
                            .Select(entry => (entry.Item1, entry.Item2!.Value)),
                    ],
                    firstEnd
                );
            },
            cancellation
        );

    /// <summary>Makes what dead processes held runnable again, or dead when that was its last attempt.</summary>
    public Task ReclaimAsync(CancellationToken cancellation) =>
        store.WriteAsync(
            Reach.Installation,
            async db =>
            {
                var now = time.GetUtcNow();
                await db.ExecuteAsync(
                    """
                    UPDATE work_items SET lease = NULL, lease_until = NULL, error = 'The process that ran it ended.', run_after = $1,
                        state = CASE WHEN attempts >= max_attempts THEN 'dead' ELSE 'waiting' END,
                        finished_at = CASE WHEN attempts >= max_attempts THEN CAST($1 AS BIGINT) END
                    WHERE state = 'running' AND lease_until < $1
                    """,
                    now
                );
            },
            cancellation
        );

    /// <summary>Takes the workspace's item that waits longest, within the caller's write; null when there is none.</summary>
    public ValueTask<WorkLease?> TakeAsync(Db db, Id<Workspace> workspace)
    {
        var now = time.GetUtcNow();
        var lease = Id<WorkLease>.Random();
        return db.FirstAsync(
            db.Dialect is Dialect.Sqlite ? TakeOnSqlite : TakeOnPostgres,
            row => new WorkLease(Item(row), lease),
            lease.Value,
            now + Length,
            workspace.Value,
            now
        );
    }

    /// <summary>Extends the leases, and tells those whose item is no longer theirs.</summary>
    public async Task RenewAsync(
        IReadOnlyCollection<WorkLease> leases,
        CancellationToken cancellation
    )
    {
        var lost = await store.WriteAsync(
            Reach.Installation,
            async db =>
            {
                var until = time.GetUtcNow() + Length;
                var lost = new List<WorkLease>();
                foreach (var lease in leases)
                {
                    var renewed = await db.ExecuteAsync(
                        "UPDATE work_items SET lease_until = $1 WHERE id = $2 AND lease = $3",
                        until,
                        lease.Item.Id.Value,
                        lease.Id.Value
                    );
                    if (renewed == 0)
                        lost.Add(lease);
                }
                return lost;
            },
            cancellation
        );
        lost.ForEach(lease => lease.Lose());
    }

    /// <summary>Marks the item done within the caller's write; false when the lease is lost.</summary>
    public async ValueTask<bool> FinishAsync(Db db, WorkLease lease) =>
        await db.ExecuteAsync(
            """
            UPDATE work_items SET state = 'done', progress = 100, error = NULL, finished_at = $1, lease = NULL, lease_until = NULL
            WHERE id = $2 AND lease = $3
            """,
            time.GetUtcNow(),
            lease.Item.Id.Value,
            lease.Id.Value
        ) == 1;

    public Task FinishAsync(WorkLease lease) =>
        store.WriteAsync(Reach.Installation, db => FinishAsync(db, lease));

    /// <summary>Ends a failed attempt: another follows later, or the item is dead.</summary>
    public Task FailAsync(WorkLease lease, Exception failure)
    {
        var isLast = lease.Item.Attempts >= lease.Item.MaxAttempts;
        return store.WriteAsync(
            Reach.Installation,
            async db =>
            {
                var now = time.GetUtcNow();
                await db.ExecuteAsync(
                    """
                    UPDATE work_items SET state = $1, run_after = $2, error = $3, finished_at = $4, lease = NULL, lease_until = NULL
                    WHERE id = $5 AND lease = $6
                    """,
                    isLast ? WorkState.Dead : WorkState.Waiting,
                    now + BackOff(lease.Item.Attempts, failure),
                    Describe(failure),
                    isLast ? now : null,
                    lease.Item.Id.Value,
                    lease.Id.Value
                );
            }
        );
    }

    /// <summary>Gives an unfinished item back: runnable at once, the attempt not counted.</summary>
    public Task HandBackAsync(WorkLease lease) => PostponeAsync(lease, TimeSpan.Zero);

    /// <summary>Gives an unfinished item back for later, the attempt not counted.</summary>
    public Task PostponeAsync(WorkLease lease, TimeSpan wait) =>
        store.WriteAsync(
            Reach.Installation,
            async db =>
            {
                await db.ExecuteAsync(
                    """
                    UPDATE work_items SET state = 'waiting', attempts = attempts - 1, run_after = $1, lease = NULL, lease_until = NULL
                    WHERE id = $2 AND lease = $3
                    """,
                    time.GetUtcNow() + wait,
                    lease.Item.Id.Value,
                    lease.Id.Value
                );
                db.AfterCommit(() => lease.IsFinished = true);
            }
        );

    /// <summary>Notes how far the run has come; false when the lease is lost.</summary>
    public Task<bool> ReportAsync(
        WorkLease lease,
        int percent,
        string note,
        CancellationToken cancellation
    ) =>
        store.WriteAsync(
            Reach.Installation,
            async db =>
                await db.ExecuteAsync(
                    "UPDATE work_items SET progress = $1, note = $2 WHERE id = $3 AND lease = $4",
                    (long)Math.Clamp(percent, 0, 100),
                    note,
                    lease.Item.Id.Value,
                    lease.Id.Value
                ) == 1,
            cancellation
        );

    // 2, 4, 8, … seconds, a quarter more or less so that what failed together does not return together.
    private static TimeSpan BackOff(long attempts, Exception failure)
    {
        var doubled = TimeSpan.FromSeconds(Math.Pow(2, Math.Min(attempts, 20)));
        var backOff = doubled < LongestBackOff ? doubled : LongestBackOff;
        var asked = failure switch
        {
            Limited limited => limited.RetryAfter,
            Unavailable unavailable => unavailable.RetryAfter ?? TimeSpan.Zero,
            _ => TimeSpan.Zero,
        };
        backOff *= 0.75 + Random.Shared.NextDouble() / 2;
        return backOff > asked ? backOff : asked;
    }

    private static string Describe(Exception failure)
    {
        var text = failure is Failure typed
            ? $"{typed.Code}: {typed.Message}"
            : $"{failure.GetType().Name}: {failure.Message}";
        return text.CutTo(LongestError);
    }

    private static WorkItem Item(Row row) =>
        new()
        {
            Id = row.Id<WorkItem>(0),
            WorkspaceId = row.Id<Workspace>(1),
            Kind = row.Text(2),
            Payload = row.Text(3),
            Occurrence = row.TextOrNull(4),
            State = WorkState.Running,
            RunAfter = row.Time(5),
            Attempts = row.Int64(6),
            MaxAttempts = row.Int64(7),
            Error = row.TextOrNull(8),
            CreatedAt = row.Time(9),
        };
}
