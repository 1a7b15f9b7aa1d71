using Millrace.Core.Ids;
using Millrace.Core.Scheduling;
using Millrace.Core.Storage;

namespace Millrace.Core.Work;

/// <summary>Removes items that ended long ago; dead ones stay until somebody replays them.</summary>
internal sealed class WorkRetention(Store store, WorkOptions options, TimeProvider time)
    : IRecurringWork
{
    public string Kind => "work.retention";

    public TimeSpan Every => TimeSpan.FromHours(1);

    public Task RunAsync(WorkContext work, CancellationToken cancellation)
    {
        var before = time.GetUtcNow().AddDays(-options.KeepDays);
        // Ids are in the order of creation, so that only rows old enough to matter are looked at.
        return Removal.RunAsync(
            store,
            """
            DELETE FROM work_items WHERE id IN (
                SELECT id FROM work_items WHERE id < $2 AND state IN ('done', 'cancelled') AND finished_at < $3 LIMIT $1)
            """,
            [Id<WorkItem>.New(before).Value, before],
            cancellation
        );
    }
}
