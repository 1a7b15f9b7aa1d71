using Millrace.Core.Scheduling;
using Millrace.Core.Storage;
using Millrace.Core.Work;

namespace Millrace.Core.Idempotency;

/// <summary>Removes keys whose time is over.</summary>
internal sealed class IdempotencyRetention(Store store, TimeProvider time) : IRecurringWork
{
    public string Kind => "idempotency.retention";

    public TimeSpan Every => TimeSpan.FromMinutes(10);

    public Task RunAsync(WorkContext work, CancellationToken cancellation) =>
        Removal.RunAsync(
            store,
            """
            DELETE FROM idempotency_keys WHERE (workspace_id, scope, key) IN (
                SELECT workspace_id, scope, key FROM idempotency_keys WHERE expires_at <= $2 LIMIT $1)
            """,
            [time.GetUtcNow()],
            cancellation
        );
}
