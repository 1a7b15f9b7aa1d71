using Millrace.Core.Storage;

namespace Millrace.Core.Health;

/// <summary>Reads, and goes the whole way of a write without changing anything: the queue, the thread, the lock, the commit.</summary>
internal sealed class DatabaseProbe(Store store) : IHealthProbe
{
    public string Component => "database";

    public bool IsVital => true;

    public async Task<ComponentState> CheckAsync(CancellationToken cancellation)
    {
        await store.ReadAsync(
            Reach.Installation,
            db => db.FirstAsync("SELECT COUNT(*) FROM workspaces", row => row.Int64(0)),
            cancellation
        );
        await store.WriteAsync(
            Reach.Installation,
            async db => await db.ExecuteAsync("UPDATE workspaces SET name = name WHERE 1 = 0"),
            cancellation
        );
        return ComponentState.Ok;
    }
}

/// <summary>
/// Looks whether work that is due is taken up, ended and not given up: down when what is due waits and nothing has
/// ended for half an hour, degraded when something is late, hangs on a dead process, or died since yesterday.
/// </summary>
internal sealed class QueueProbe(Store store, TimeProvider time) : IHealthProbe
{
    private static readonly TimeSpan Late = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Standstill = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan LongestReclaim = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan News = TimeSpan.FromDays(1);

    // What waited while no server ran is no fault of this one.
    private readonly DateTimeOffset _since = time.GetUtcNow();

    public string Component => "queue";

    public bool IsVital => true;

    public Task<ComponentState> CheckAsync(CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        return store.ReadAsync(
            Reach.Installation,
            async db =>
            {
                var stands =
                    now - _since > Standstill
                    && await AnyAsync(db, "state = 'waiting' AND run_after < $1", now - Standstill);
                if (stands && !await AnyAsync(db, "finished_at > $1", now - Standstill))
                    return ComponentState.Down;
                var isLate =
                    await AnyAsync(db, "state = 'waiting' AND run_after < $1", now - Late)
                    || await AnyAsync(
                        db,
                        "state = 'running' AND lease_until < $1",
                        now - LongestReclaim
                    )
                    || await AnyAsync(db, "state = 'dead' AND finished_at > $1", now - News);
                return isLate ? ComponentState.Degraded : ComponentState.Ok;
            },
            cancellation
        );
    }

    private static async Task<bool> AnyAsync(Db db, string condition, DateTimeOffset than) =>
        await db.FirstAsync(
            $"SELECT COUNT(*) FROM (SELECT 1 FROM work_items WHERE {condition} LIMIT 1) AS found",
            row => row.Int64(0),
            than
        ) > 0;
}

/// <summary>Looks whether the data folder's disk has room and can be written.</summary>
internal sealed class DiskProbe(DataFolder folder) : IHealthProbe
{
    private const long Little = 1024L * 1024 * 1024;
    private const long None = 32L * 1024 * 1024;

    public string Component => "storage";

    public bool IsVital => false;

    public Task<ComponentState> CheckAsync(CancellationToken cancellation)
    {
        var free = new DriveInfo(folder.Path).AvailableFreeSpace;
        return Task.FromResult(
            free < None ? ComponentState.Down
            : free < Little ? ComponentState.Degraded
            : ComponentState.Ok
        );
    }
}
