using Millrace.Agents.Runs;
using Millrace.Core.Identity;
using Millrace.Core.Ids;
using Millrace.Core.Scheduling;
using Millrace.Core.Storage;
using Millrace.Core.Work;

namespace Millrace.Agents.Sessions;

/// <summary>Removes sessions, with all that was said in them, that nobody has used for as long as they are kept.</summary>
internal sealed class SessionRetention(Store store, SessionsOptions options, TimeProvider time)
    : IRecurringWork
{
    // So that one write does not hold up the others for long.
    private const int AtOnce = 20;

    public string Kind => "sessions.retention";

    public TimeSpan Every => TimeSpan.FromHours(1);

    public async Task RunAsync(WorkContext work, CancellationToken cancellation)
    {
        var oldest = time.GetUtcNow() - TimeSpan.FromDays(options.Days);
        foreach (var sessions in (await UnusedAsync(oldest, cancellation)).Chunk(AtOnce))
            await store.WriteAsync(
                Reach.Installation,
                db => RemoveSessionsAsync(db, sessions, oldest),
                cancellation
            );
        while (
            await store.WriteAsync(
                Reach.Installation,
                db => RemoveLoneRunsAsync(db, oldest),
                cancellation
            ) == AtOnce
        ) { }
    }

    /// <summary>Ids tell when a session was made, so only those made before that time are looked at.</summary>
    private Task<List<Guid>> UnusedAsync(DateTimeOffset oldest, CancellationToken cancellation) =>
        store.ReadAsync(
            Reach.Installation,
            db =>
                db.QueryAsync(
                    "SELECT id FROM sessions WHERE id < $1 AND last_used_at < $2 AND active_run IS NULL",
                    row => row.Id<Session>(0).Value,
                    Id<Session>.New(oldest).Value,
                    oldest
                ),
            cancellation
        );

    private static async ValueTask RemoveSessionsAsync(
        Db db,
        IEnumerable<Guid> sessions,
        DateTimeOffset oldest
    )
    {
        foreach (var session in sessions)
        {
            // Somebody may have come back to it meanwhile.
            var removed = await db.ExecuteAsync(
                "DELETE FROM sessions WHERE id = $1 AND last_used_at < $2 AND active_run IS NULL",
                session,
                oldest
            );
            if (removed == 0)
                continue;
            await RemoveTurnsAsync(db, session);
        }
    }

    /// <summary>Removes what a session holds.</summary>
    internal static async ValueTask RemoveTurnsAsync(Db db, Guid session)
    {
        await db.ExecuteAsync(
            "DELETE FROM steps WHERE run_id IN (SELECT run_id FROM turns WHERE session_id = $1)",
            session
        );
        await db.ExecuteAsync(
            "DELETE FROM runs WHERE id IN (SELECT run_id FROM turns WHERE session_id = $1)",
            session
        );
        await db.ExecuteAsync("DELETE FROM turn_vectors WHERE session_id = $1", session);
        await db.ExecuteAsync("DELETE FROM turns WHERE session_id = $1", session);
    }

    internal static async ValueTask RemoveRunAsync(Db db, Guid run)
    {
        await db.ExecuteAsync("DELETE FROM steps WHERE run_id = $1", run);
        await db.ExecuteAsync("DELETE FROM runs WHERE id = $1", run);
    }

    private static async ValueTask<int> RemoveLoneRunsAsync(Db db, DateTimeOffset oldest)
    {
        var runs = await db.QueryAsync(
            """
            SELECT id FROM runs WHERE state IN ('completed', 'failed', 'cut') AND started_at < $1 AND session_id IS NULL
            LIMIT $2
            """,
            row => row.Id<Run>(0).Value,
            oldest,
            AtOnce
        );
        foreach (var run in runs)
            await RemoveRunAsync(db, run);
        return runs.Count;
    }
}
