using Millrace.Core.Scheduling;
using Millrace.Core.Storage;
using Millrace.Core.Work;

namespace Millrace.Core.Events;

/// <summary>Removes events by age. Their subjects' numbers stay, so that a reader who comes back late is told of the gap.</summary>
internal sealed class EventRetention(Store store, EventOptions options, TimeProvider time)
    : IRecurringWork
{
    public string Kind => "events.retention";

    public TimeSpan Every => TimeSpan.FromHours(1);

    // The oldest rows come first in the table, so no index on the time is needed.
    public Task RunAsync(WorkContext work, CancellationToken cancellation) =>
        Removal.RunAsync(
            store,
            "DELETE FROM events WHERE id IN (SELECT id FROM events ORDER BY id LIMIT $1) AND at < $2",
            [time.GetUtcNow().AddDays(-options.KeepDays)],
            cancellation
        );
}
