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

/// <summary>Looks whether work that is due is taken up.</summary>
internal sealed class QueueProbe(Store store, TimeProvider time) : IHealthProbe
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(5);

    public string Component => "queue";

    public bool IsVital => true;

    public async Task<ComponentState> CheckAsync(CancellationToken cancellation)
    {
        var late = await store.ReadAsync(
            Reach.Installation,
            db =>
                db.FirstAsync(
                    "SELECT COUNT(*) FROM work_items WHERE state = 'waiting' AND run_after < $1",
                    row => row.Int64(0),
                    time.GetUtcNow() - LongestWait
                ),
            cancellation
        );
        return late == 0 ? ComponentState.Ok : ComponentState.Degraded;
    }
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
