using System.Runtime.CompilerServices;
using Millrace.Core.Identity;
using Millrace.Core.Ids;
using Millrace.Core.Signals;
using Millrace.Core.Storage;

namespace Millrace.Core.Events;

/// <summary>One page of the installation's log, and the place to read on from, which may lie behind its last event.</summary>
public sealed record LogPage(IReadOnlyList<Event> Events, LogPosition Next);

/// <summary>
/// What happened, in order: per subject by sequence, over all subjects by <see cref="LogPosition"/>. An event is
/// appended in the transaction of the change that it tells of.
/// </summary>
/// <remarks>
/// On SQLite the one writer makes rows in commit order, so their numbers are the order. On PostgreSQL transactions
/// commit in any order, so the log is ordered by transaction id and read only below the oldest open transaction:
/// nothing can appear any more before what was read. An event's transaction id is never below that of its subject's
/// event before, so that the log keeps the order of each subject, too; being higher than the real one only makes it
/// visible to log readers later.
/// </remarks>
public sealed class EventLog(Store store, EventOptions options, TimeProvider time)
{
    internal const int LargestPage = 500;

    private const int MostQuickLooks = 10;
    private static readonly TimeSpan QuickLook = TimeSpan.FromMilliseconds(20);

    // Subjects are numbered within a workspace, so two workspaces may use one name.
    internal Watchers<(Guid Workspace, string Subject)> Subjects { get; } = new();

    private readonly Watchers<Guid> _workspaces = new();

    /// <summary>
    /// Appends within the caller's write. A write that appends to several subjects does so in the order of their
    /// names, since each subject's appends wait for each other. Readers are woken when the write is committed.
    /// </summary>
    /// <returns>The event's number among those of its subject.</returns>
    public async ValueTask<long> AppendAsync(
        Db db,
        Id<Workspace> workspace,
        string subject,
        string type,
        string data
    )
    {
        var now = time.GetUtcNow();
        var sequence =
            db.Dialect is Dialect.Sqlite
                ? await AppendOnSqliteAsync(db, workspace, subject, type, data, now)
                : await db.FirstAsync(
                    AppendOnPostgres,
                    row => row.Int64(0),
                    workspace.Value,
                    subject,
                    type,
                    data,
                    now
                );
        db.AfterCommit(() =>
        {
            Subjects.Wake((workspace.Value, subject));
            _workspaces.Wake(workspace.Value);
        });
        return sequence;
    }

    /// <summary>
    /// Likewise of a subject whose owner numbers its events itself, in the row that a change of it locks anyway. They are
    /// read in the log and never by their subject, so that no index is kept of them.
    /// </summary>
    /// <returns>The event's row: the second part of its position.</returns>
    public async ValueTask<long> AppendAsync(
        Db db,
        Id<Workspace> workspace,
        string subject,
        EventNumber number,
        string type,
        string data
    )
    {
        var row = await db.FirstAsync(
            """
            INSERT INTO events (txn, workspace_id, subject, sequence, type, data, at, by_subject)
            VALUES ($1, $2, $3, $4, $5, $6, $7, FALSE) RETURNING id
            """,
            row => row.Int64(0),
            number.Txn,
            workspace.Value,
            subject,
            number.Sequence,
            type,
            data,
            time.GetUtcNow()
        );
        db.AfterCommit(() => _workspaces.Wake(workspace.Value));
        return row;
    }

    /// <summary>Events of one subject behind a sequence number (0 for all), in their order, at most 500.</summary>
    public Task<List<Event>> ReadAsync(
        Id<Workspace> workspace,
        string subject,
        long afterSequence,
        int limit = LargestPage,
        CancellationToken cancellation = default
    ) =>
        store.ReadAsync(
            workspace,
            db =>
                db.QueryAsync(
                    $"""
                    SELECT {Columns} FROM events
                    WHERE workspace_id = $1 AND subject = $2 AND by_subject AND sequence > $3 ORDER BY sequence LIMIT $4
                    """,
                    ReadEvent,
                    workspace.Value,
                    subject,
                    afterSequence,
                    (long)Math.Clamp(limit, 1, LargestPage)
                ),
            cancellation
        );

    /// <summary>The number of a subject's last event; 0 when it has had none.</summary>
    public Task<long> LastAsync(
        Id<Workspace> workspace,
        string subject,
        CancellationToken cancellation = default
    ) =>
        store.ReadAsync(
            workspace,
            db =>
                db.FirstAsync(
                    "SELECT last_sequence FROM event_subjects WHERE workspace_id = $1 AND subject = $2",
                    row => row.Int64(0),
                    workspace.Value,
                    subject
                ),
            cancellation
        );

    /// <summary>
    /// Events behind a position of the installation's log, in its order, at most 500: of one workspace or of all, and
    /// of the subjects that begin with <paramref name="subjectPrefix"/>.
    /// </summary>
    public Task<LogPage> ReadLogAsync(
        Reach reach,
        LogPosition after,
        int limit = LargestPage,
        string subjectPrefix = "",
        CancellationToken cancellation = default
    ) =>
        store.ReadAsync(
            reach,
            async db =>
            {
                var end = await EndAsync(db);
                if (end <= after)
                    return new LogPage([], after);
                var take = Math.Clamp(limit, 1, LargestPage);
                var events = await ReadLogAsync(db, reach, after, end, take, subjectPrefix);
                return new LogPage(events, events.Count == take ? events[^1].Position : end);
            },
            cancellation
        );

    /// <summary>The end of the installation's log, to follow it from now on.</summary>
    public Task<LogPosition> EndAsync(CancellationToken cancellation = default) =>
        store.ReadAsync(Reach.Installation, EndAsync, cancellation);

    /// <summary>
    /// The place before the first event that is as new as <paramref name="since"/>; the end when all are older. Events of
    /// one moment may stand on both sides of it.
    /// </summary>
    public Task<LogPosition> BeforeAsync(
        DateTimeOffset since,
        CancellationToken cancellation = default
    ) =>
        store.ReadAsync(
            Reach.Installation,
            async db =>
            {
                // Rows are numbered as time goes by, so their numbers are halved till the first new one is found.
                var (low, high) = await db.FirstAsync(
                    "SELECT COALESCE((SELECT MIN(id) FROM events), 0), COALESCE((SELECT MAX(id) FROM events), -1) + 1",
                    row => (row.Int64(0), row.Int64(1))
                );
                while (low < high)
                {
                    var middle = low + (high - low) / 2;
                    var found = await FromAsync(db, middle);
                    if (found is null || found.At >= since)
                        high = middle;
                    else
                        low = found.Position.Id + 1;
                }
                var first = await FromAsync(db, low);
                return first?.Position switch
                {
                    null => await EndAsync(db),
                    // Before the very first row the log begins, whatever its transaction.
                    { Id: 1 } => default,
                    { } position => position with { Id = position.Id - 1 },
                };
            },
            cancellation
        );

    /// <summary>Wakes this process's readers of all subjects that were appended to since, and says up to where.</summary>
    internal async Task<LogPosition> WakeAsync(LogPosition after, CancellationToken cancellation)
    {
        var (subjects, end) = await store.ReadAsync(
            Reach.Installation,
            async db =>
            {
                var end = await EndAsync(db);
                var subjects = await db.QueryAsync(
                    $"SELECT DISTINCT workspace_id, subject FROM events WHERE {Between(db)}",
                    row => (row.Id<Workspace>(0).Value, row.Text(1)),
                    after.Txn,
                    after.Id,
                    end.Txn,
                    end.Id
                );
                return (subjects, end);
            },
            cancellation
        );
        subjects.ForEach(Subjects.Wake);
        return end > after ? end : after;
    }

    /// <summary>
    /// The events of one subject behind a sequence number: first those that are there, then each as it is committed,
    /// until the caller leaves. It holds one page at a time and asks for the next when that is consumed, so a slow
    /// reader costs no memory and no writer's time; it only falls behind. When retention has passed it, it ends with
    /// <see cref="EventsExpiredException"/>.
    /// </summary>
    public async IAsyncEnumerable<Event> SubscribeAsync(
        Id<Workspace> workspace,
        string subject,
        long afterSequence,
        [EnumeratorCancellation] CancellationToken cancellation = default
    )
    {
        using var watch = Subjects.Watch((workspace.Value, subject));
        while (true)
        {
            watch.TakeBack();
            var page = await ReadAsync(
                workspace,
                subject,
                afterSequence,
                options.PageSize,
                cancellation
            );
            foreach (var next in page)
            {
                if (next.Sequence != afterSequence + 1)
                    throw new EventsExpiredException(subject, next.Sequence - 1);
                afterSequence = next.Sequence;
                yield return next;
            }
            // Events of other processes come by the tail, which wakes this watch; the long wait is never needed.
            if (page.Count == 0)
                await watch.WaitAsync(TimeSpan.FromMinutes(1), time, cancellation);
        }
    }

    /// <summary>
    /// A workspace's log from a position on: each page when it is committed, or the place to read on from when only
    /// others have appended, until the caller leaves. One page is in memory.
    /// </summary>
    public async IAsyncEnumerable<LogPage> FollowAsync(
        Id<Workspace> workspace,
        LogPosition after,
        [EnumeratorCancellation] CancellationToken cancellation = default
    )
    {
        var poll = options.Poll(store.Dialect);
        var quickLooks = 0;
        using var watch = _workspaces.Watch(workspace.Value);
        while (true)
        {
            watch.TakeBack();
            var page = await ReadLogAsync(workspace, after, cancellation: cancellation);
            if (page.Next > after)
            {
                after = page.Next;
                yield return page;
            }
            if (page.Events.Count == LargestPage)
                continue;
            // What other processes append wakes nobody here. On PostgreSQL what was appended here may not be readable
            // yet, since an older transaction is open.
            var started = time.GetTimestamp();
            await watch.WaitAsync(quickLooks-- > 0 ? QuickLook : poll, time, cancellation);
            if (
                store.Dialect is Dialect.Postgres
                && quickLooks < 0
                && time.GetElapsedTime(started) < poll
            )
                quickLooks = MostQuickLooks;
        }
    }

    /// <summary>Removes a subject whose owner is removed, within the caller's write. Its numbers would begin at 1 again.</summary>
    public static async ValueTask ForgetAsync(Db db, Id<Workspace> workspace, string subject)
    {
        await db.ExecuteAsync(
            "DELETE FROM events WHERE workspace_id = $1 AND subject = $2 AND by_subject",
            workspace.Value,
            subject
        );
        await db.ExecuteAsync(
            "DELETE FROM event_subjects WHERE workspace_id = $1 AND subject = $2",
            workspace.Value,
            subject
        );
    }

    private static async ValueTask<long> AppendOnSqliteAsync(
        Db db,
        Id<Workspace> workspace,
        string subject,
        string type,
        string data,
        DateTimeOffset now
    )
    {
        var sequence = await db.FirstAsync(
            """
            INSERT INTO event_subjects (workspace_id, subject, last_sequence, last_txn) VALUES ($1, $2, 1, 0)
            ON CONFLICT (workspace_id, subject) DO UPDATE SET last_sequence = last_sequence + 1
            RETURNING last_sequence
            """,
            row => row.Int64(0),
            workspace.Value,
            subject
        );
        await db.ExecuteAsync(
            """
            INSERT INTO events (txn, workspace_id, subject, sequence, type, data, at)
            VALUES (0, $1, $2, $3, $4, $5, $6)
            """,
            workspace.Value,
            subject,
            sequence,
            type,
            data,
            now
        );
        return sequence;
    }

    private const string AppendOnPostgres = """
        WITH head AS (
            INSERT INTO event_subjects (workspace_id, subject, last_sequence, last_txn)
            VALUES ($1, $2, 1, pg_current_xact_id()::text::bigint)
            ON CONFLICT (workspace_id, subject) DO UPDATE SET last_sequence = event_subjects.last_sequence + 1,
                last_txn = GREATEST(event_subjects.last_txn, EXCLUDED.last_txn)
            RETURNING last_sequence, last_txn)
        INSERT INTO events (txn, workspace_id, subject, sequence, type, data, at)
        SELECT last_txn, $1, $2, last_sequence, $3, $4, $5 FROM head
        RETURNING sequence
        """;

    private const string Columns = "id, txn, workspace_id, subject, sequence, type, data, at";

    private static ValueTask<Dated?> FromAsync(Db db, long id) =>
        db.FirstAsync(
            "SELECT txn, id, at FROM events WHERE id >= $1 ORDER BY id LIMIT 1",
            row => new Dated(new LogPosition(row.Int64(0), row.Int64(1)), row.Time(2)),
            id
        );

    private sealed record Dated(LogPosition Position, DateTimeOffset At);

    private static ValueTask<LogPosition> EndAsync(Db db) =>
        db.FirstAsync(
            db.Dialect is Dialect.Sqlite
                ? "SELECT txn, id FROM events ORDER BY id DESC LIMIT 1"
                : """
                SELECT txn, id FROM events WHERE txn < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
                ORDER BY txn DESC, id DESC LIMIT 1
                """,
            row => new LogPosition(row.Int64(0), row.Int64(1))
        );

    private static ValueTask<List<Event>> ReadLogAsync(
        Db db,
        Reach reach,
        LogPosition after,
        LogPosition end,
        int limit,
        string subjectPrefix
    ) =>
        db.QueryAsync(
            $"""
            SELECT {Columns} FROM events
            WHERE {(reach.IsInstallation ? "" : "workspace_id = $7 AND")} {Between(db)}
                AND substr(subject, 1, length($5)) = $5
            ORDER BY txn, id LIMIT $6
            """,
            ReadEvent,
            [
                after.Txn,
                after.Id,
                end.Txn,
                end.Id,
                subjectPrefix,
                (long)limit,
                .. reach.IsInstallation ? [] : (object?[])[reach.Workspace.Value],
            ]
        );

    // SQLite looks a pair up by its first part only, and that is the same in all rows there.
    private static string Between(Db db) =>
        db.Dialect is Dialect.Sqlite
            ? "txn = 0 AND id > $2 AND id <= $4"
            : "(txn, id) > ($1, $2) AND (txn, id) <= ($3, $4)";

    private static Event ReadEvent(Row row) =>
        new()
        {
            Id = row.Int64(0),
            Txn = row.Int64(1),
            WorkspaceId = row.Id<Workspace>(2),
            Subject = row.Text(3),
            Sequence = row.Int64(4),
            Type = row.Text(5),
            Data = row.Text(6),
            At = row.Time(7),
        };
}
