using Millrace.Core.Scheduling;
using Millrace.Core.Storage;
using Millrace.Core.Work;

namespace Millrace.Core.Webhooks;

/// <summary>Removes deliveries by age. Those that wait are younger.</summary>
internal sealed class WebhookRetention(Store store, WebhookOptions options, TimeProvider time)
    : IRecurringWork
{
    public string Kind => "webhooks.retention";

    public TimeSpan Every => TimeSpan.FromHours(1);

    // Ids are in the order of creation, so that only the oldest rows are looked at.
    public Task RunAsync(WorkContext work, CancellationToken cancellation) =>
        Removal.RunAsync(
            store,
            "DELETE FROM webhook_deliveries WHERE id IN (SELECT id FROM webhook_deliveries ORDER BY id LIMIT $1) AND created_at < $2",
            [time.GetUtcNow().AddDays(-options.KeepDays)],
            cancellation
        );
}
