using Millrace.Core.Events;
using Millrace.Core.Ids;
using Millrace.Core.Storage;

namespace Millrace.Core.Webhooks;

/// <summary>What came of one event at an endpoint, to be written down.</summary>
internal sealed record WebhookOutcome(
    LogPosition Position,
    string EventId,
    string EventType,
    WebhookDeliveryState State,
    long Attempts,
    WebhookAttempt Attempt,
    DateTimeOffset? NextAttemptAt
);

/// <summary>The SQL of delivering: endpoints are held by one node at a time, and many outcomes are one write.</summary>
internal sealed class WebhookLedger(Store store, EventLog log, TimeProvider time)
{
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);
    private const int MostTaken = 64;

    private const string TakeFirst = """
        UPDATE webhook_endpoints SET lease = $1, lease_until = $2 WHERE id IN (
            SELECT id FROM webhook_endpoints
            WHERE state = 'enabled' AND (lease_until IS NULL OR lease_until < $3) AND lease IS DISTINCT FROM $1 ORDER BY lease_until LIMIT $4
        """;
    private const string TakeThen = ") RETURNING id";
    private const string TakeOnSqlite = $"{TakeFirst} {TakeThen}";
    private const string TakeOnPostgres = $"{TakeFirst} FOR UPDATE SKIP LOCKED {TakeThen}";

    /// <summary>Names this process among those that deliver.</summary>
    public Id<WebhookCourier> Node { get; } = Id<WebhookCourier>.Random();

    /// <summary>Takes endpoints that nobody delivers to. This node's own are not among them, even when it was late to keep them.</summary>
    public Task<List<Id<WebhookEndpoint>>> TakeAsync(CancellationToken cancellation) =>
        store.WriteAsync(
            Reach.Installation,
            db =>
                db.QueryAsync(
                    db.Dialect is Dialect.Sqlite ? TakeOnSqlite : TakeOnPostgres,
                    row => row.Id<WebhookEndpoint>(0),
                    Node.Value,
                    time.GetUtcNow() + Lease,
                    time.GetUtcNow(),
                    (long)MostTaken
                ),
            cancellation
        );

    /// <summary>Keeps what this node holds, and tells which versions that are.</summary>
    public async Task<Dictionary<Id<WebhookEndpoint>, long>> RenewAsync(
        CancellationToken cancellation
    )
    {
        var held = await store.WriteAsync(
            Reach.Installation,
            db =>
                db.QueryAsync(
                    "UPDATE webhook_endpoints SET lease_until = $1 WHERE lease = $2 RETURNING id, version",
                    row => (Id: row.Id<WebhookEndpoint>(0), Version: row.Int64(1)),
                    time.GetUtcNow() + Lease,
                    Node.Value
                ),
            cancellation
        );
        return held.ToDictionary(row => row.Id, row => row.Version);
    }

    public Task ReleaseAsync(Id<WebhookEndpoint> endpoint) =>
        store.WriteAsync(
            Reach.Installation,
            async db =>
            {
                await db.ExecuteAsync(
                    "UPDATE webhook_endpoints SET lease = NULL, lease_until = NULL WHERE id = $1 AND lease = $2",
                    endpoint.Value,
                    Node.Value
                );
            }
        );

    /// <summary>When the next delivery that failed is to be tried again; null when none waits.</summary>
    public Task<DateTimeOffset?> NextRetryAsync(
        WebhookEndpoint endpoint,
        CancellationToken cancellation
    ) =>
        store.ReadAsync(
            Reach.Installation,
            db =>
                db.FirstAsync(
                    "SELECT MIN(next_attempt_at) FROM webhook_deliveries WHERE endpoint_id = $1 AND state = 'waiting'",
                    row => row.TimeOrNull(0),
                    endpoint.Id.Value
                ),
            cancellation
        );

    /// <summary>Deliveries whose time has come, in the order of their events.</summary>
    public Task<List<DueDelivery>> DueAsync(
        WebhookEndpoint endpoint,
        int limit,
        CancellationToken cancellation
    ) =>
        store.ReadAsync(
            Reach.Installation,
            db =>
                db.QueryAsync(
                    """
                    SELECT event_txn, event_row, event_id, event_type, attempts, created_at FROM webhook_deliveries
                    WHERE endpoint_id = $1 AND state = 'waiting' AND next_attempt_at <= $2
                    ORDER BY event_txn, event_row LIMIT $3
                    """,
                    row => new DueDelivery(
                        new LogPosition(row.Int64(0), row.Int64(1)),
                        row.Text(2),
                        row.Text(3),
                        row.Int64(4),
                        row.Time(5)
                    ),
                    endpoint.Id.Value,
                    time.GetUtcNow(),
                    (long)limit
                ),
            cancellation
        );

    /// <summary>
    /// Writes down what was sent, and how far the endpoint has come unless it was changed or taken by another meanwhile:
    /// then the answer is false, and what follows has to begin anew.
    /// </summary>
    /// <param name="hasRecovered">Whether what waits may go at once, since the receiver answers again.</param>
    public Task<bool> SaveAsync(
        WebhookEndpoint endpoint,
        IReadOnlyList<WebhookOutcome> outcomes,
        bool hasRecovered
    ) =>
        store.WriteAsync(
            Reach.Installation,
            async db =>
            {
                var now = time.GetUtcNow();
                foreach (var outcome in outcomes)
                    await WriteAsync(db, endpoint, outcome, now);
                if (hasRecovered)
                {
                    await db.ExecuteAsync(
                        "UPDATE webhook_deliveries SET next_attempt_at = $1 WHERE endpoint_id = $2 AND state = 'waiting'",
                        now,
                        endpoint.Id.Value
                    );
                }
                var saved = await db.ExecuteAsync(
                    """
                    UPDATE webhook_endpoints SET cursor_txn = $1, cursor_id = $2, failures = $3, failing_since = $4,
                        state = $5, disabled_reason = $6, disabled_at = $7, lease_until = $8
                    WHERE id = $9 AND lease = $10 AND version = $11
                    """,
                    endpoint.Position.Txn,
                    endpoint.Position.Id,
                    endpoint.Failures,
                    endpoint.FailingSince,
                    endpoint.State,
                    endpoint.DisabledReason,
                    endpoint.DisabledAt,
                    now + Lease,
                    endpoint.Id.Value,
                    Node.Value,
                    endpoint.Version
                );
                if (saved == 1 && endpoint.State is WebhookState.Disabled)
                    await WebhookDisabled.TellAsync(log, db, endpoint);
                return saved == 1;
            }
        );

    // Sent before, as in a replay, its row is there. On PostgreSQL a deletion of the endpoint waits for this or is seen.
    private static ValueTask<int> WriteAsync(
        Db db,
        WebhookEndpoint endpoint,
        WebhookOutcome outcome,
        DateTimeOffset now
    ) =>
        db.ExecuteAsync(
            $"""
            INSERT INTO webhook_deliveries (id, workspace_id, endpoint_id, event_id, event_type, event_txn, event_row, state, attempts, status, error, created_at, attempted_at, next_attempt_at)
            SELECT $1, $2, id, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14 FROM webhook_endpoints WHERE id = $3
            {db.Held("FOR KEY SHARE")}
            ON CONFLICT (endpoint_id, event_txn, event_row) DO UPDATE SET state = excluded.state, attempts = excluded.attempts,
                status = excluded.status, error = excluded.error, attempted_at = excluded.attempted_at, next_attempt_at = excluded.next_attempt_at
            """,
            Id<WebhookDelivery>.New(now).Value,
            endpoint.WorkspaceId.Value,
            endpoint.Id.Value,
            outcome.EventId,
            outcome.EventType,
            outcome.Position.Txn,
            outcome.Position.Id,
            outcome.State,
            outcome.Attempts,
            outcome.Attempt.Status,
            outcome.Attempt.Error,
            now,
            outcome.Attempt.At,
            outcome.NextAttemptAt
        );
}

/// <summary>A delivery whose time has come again.</summary>
internal sealed record DueDelivery(
    LogPosition Position,
    string EventId,
    string EventType,
    long Attempts,
    DateTimeOffset CreatedAt
);
