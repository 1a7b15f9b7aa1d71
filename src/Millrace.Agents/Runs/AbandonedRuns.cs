using Millrace.Core.Storage;

namespace Millrace.Agents.Runs;

/// <summary>
/// Closes what a dead process left open. On SQLite there is one server process, so whatever is open at its start is
/// left over; on PostgreSQL others may be at work, so only what nobody renews is.
/// </summary>
internal sealed class AbandonedRuns(Store store, RunsOptions options, TimeProvider time)
{
    // A run without a session claims nothing; so long after its limit its process must be gone.
    private static readonly TimeSpan Grace = TimeSpan.FromMinutes(5);

    public Task CloseAsync(CancellationToken cancellation) =>
        store.WriteAsync(
            Reach.Installation,
            async db =>
            {
                var now = time.GetUtcNow();
                if (db.Dialect is Dialect.Sqlite)
                {
                    await db.ExecuteAsync(
                        "UPDATE runs SET state = 'cut', finished_at = $1 WHERE state = 'running'",
                        now
                    );
                    await db.ExecuteAsync(
                        "UPDATE sessions SET active_run = NULL, active_until = NULL WHERE active_run IS NOT NULL"
                    );
                    return;
                }
                await db.ExecuteAsync(
                    "UPDATE sessions SET active_run = NULL, active_until = NULL WHERE active_run IS NOT NULL AND active_until < $1",
                    now
                );
                await db.ExecuteAsync(
                    """
                    UPDATE runs SET state = 'cut', finished_at = $1 WHERE state = 'running' AND started_at < $2
                    AND NOT EXISTS (SELECT 1 FROM sessions s WHERE s.id = runs.session_id AND s.active_run = runs.id)
                    """,
                    now,
                    now - options.RunLimit - Grace
                );
            },
            cancellation
        );
}
