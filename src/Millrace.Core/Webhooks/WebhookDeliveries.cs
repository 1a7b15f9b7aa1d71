using Microsoft.EntityFrameworkCore;
using Millrace.Core.Failures;
using Millrace.Core.Identity;
using Millrace.Core.Ids;
using Millrace.Core.Storage;

namespace Millrace.Core.Webhooks;

/// <summary>What was delivered to an owner's endpoints, and the ways to deliver once more.</summary>
public sealed class WebhookDeliveries
{
    private readonly Store _store;
    private readonly WebhookEndpoints _endpoints;
    private readonly WebhookRuns _runs;
    private readonly WebhookSender _sender;
    private readonly WebhookChanges _changes;
    private readonly TimeProvider _time;

    internal WebhookDeliveries(
        Store store,
        WebhookEndpoints endpoints,
        WebhookRuns runs,
        WebhookSender sender,
        WebhookChanges changes,
        TimeProvider time
    ) =>
        (_store, _endpoints, _runs, _sender, _changes, _time) = (
            store,
            endpoints,
            runs,
            sender,
            changes,
            time
        );

    /// <summary>Newest first. Fails with <see cref="NotFound"/>.</summary>
    /// <param name="state">Only those; null for all.</param>
    /// <param name="before">The last of the page before; null for the first page.</param>
    public Task<List<WebhookDelivery>> ListAsync(
        Id<Workspace> workspace,
        string owner,
        Id<WebhookEndpoint> endpoint,
        WebhookDeliveryState? state,
        Id<WebhookDelivery>? before,
        int limit,
        CancellationToken cancellation = default
    ) =>
        _store.ReadAsync(
            workspace,
            async db =>
            {
                await WebhookEndpoints.FindAsync(db, owner, endpoint);
                return await db.QueryAsync(
                    """
                    SELECT id, event_id, event_type, event_txn, event_row, state, attempts, status, error, created_at, attempted_at, next_attempt_at
                    FROM webhook_deliveries
                    WHERE workspace_id = $1 AND endpoint_id = $2 AND ($3 = '' OR state = $3) AND id < $4
                    ORDER BY id DESC LIMIT $5
                    """,
                    row => Read(row, workspace, endpoint),
                    workspace.Value,
                    endpoint.Value,
                    state is { } only ? (object)only : "",
                    before?.Value ?? Guid.AllBitsSet,
                    (long)limit
                );
            },
            cancellation
        );

    /// <summary>Sends one again, now and with all its attempts. Fails with <see cref="NotFound"/>, or <see cref="Conflict"/> when the endpoint is disabled.</summary>
    public Task<WebhookDelivery> ReplayAsync(
        Id<Workspace> workspace,
        string owner,
        Id<WebhookEndpoint> endpoint,
        Id<WebhookDelivery> id,
        CancellationToken cancellation = default
    ) =>
        _store.WriteAsync(
            workspace,
            async db =>
            {
                var found = await WebhookEndpoints.FindAsync(db, owner, endpoint);
                if (found.State is WebhookState.Disabled)
                    throw new Conflict(
                        "webhook_disabled",
                        "The webhook is disabled: enable it first."
                    );
                var delivery =
                    await db.Set<WebhookDelivery>()
                        .FirstOrDefaultAsync(row => row.Id == id && row.EndpointId == endpoint)
                    ?? throw new NotFound("delivery_not_found", "There is no such delivery.");
                (delivery.State, delivery.Attempts) = (WebhookDeliveryState.Waiting, 0);
                delivery.NextAttemptAt = _time.GetUtcNow();
                found.Version++;
                db.AfterCommit(() => _changes.Tell(endpoint));
                return delivery;
            },
            cancellation
        );

    /// <summary>
    /// Posts a signed message to the endpoint now, also to one that is disabled, and tells how it went; it is not
    /// repeated or listed.
    /// </summary>
    public async Task<WebhookAttempt> TestAsync(
        Id<Workspace> workspace,
        string owner,
        Id<WebhookEndpoint> id,
        string messageId,
        ReadOnlyMemory<byte> body,
        CancellationToken cancellation = default
    )
    {
        var endpoint = await _endpoints.GetAsync(workspace, owner, id, cancellation);
        var keys = await _runs.KeysAsync(endpoint, cancellation);
        return await _sender.SendAsync(new Uri(endpoint.Url), keys, messageId, body, cancellation);
    }

    private static WebhookDelivery Read(
        Row row,
        Id<Workspace> workspace,
        Id<WebhookEndpoint> endpoint
    ) =>
        new()
        {
            Id = row.Id<WebhookDelivery>(0),
            WorkspaceId = workspace,
            EndpointId = endpoint,
            EventId = row.Text(1),
            EventType = row.Text(2),
            EventTxn = row.Int64(3),
            EventRow = row.Int64(4),
            State = row.Word<WebhookDeliveryState>(5),
            Attempts = row.Int64(6),
            Status = row.Int64OrNull(7),
            Error = row.TextOrNull(8),
            CreatedAt = row.Time(9),
            AttemptedAt = row.Time(10),
            NextAttemptAt = row.TimeOrNull(11),
        };
}
