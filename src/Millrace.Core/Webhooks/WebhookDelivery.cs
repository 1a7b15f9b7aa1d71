using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Millrace.Core.Events;
using Millrace.Core.Identity;
using Millrace.Core.Ids;
using Millrace.Core.Storage;

namespace Millrace.Core.Webhooks;

/// <summary>
/// What became of one event at one endpoint. The event itself is read from the log again when it is sent again, so that
/// nothing is stored twice.
/// </summary>
public sealed class WebhookDelivery : IOwned
{
    public required Id<WebhookDelivery> Id { get; init; }

    public required Id<Workspace> WorkspaceId { get; init; }

    public required Id<WebhookEndpoint> EndpointId { get; init; }

    /// <summary>The event's id as the receiver knows it: its <c>webhook-id</c>.</summary>
    public required string EventId { get; init; }

    public required string EventType { get; init; }

    public required WebhookDeliveryState State { get; set; }

    /// <summary>How often it was sent since it was last asked for.</summary>
    public required long Attempts { get; set; }

    /// <summary>The status of the last answer; null when there was none.</summary>
    public long? Status { get; init; }

    /// <summary>Why the last attempt failed.</summary>
    public string? Error { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset AttemptedAt { get; init; }

    public DateTimeOffset? NextAttemptAt { get; set; }

    internal LogPosition Position => new(EventTxn, EventRow);

    internal long EventTxn { get; init; }

    internal long EventRow { get; init; }

    private sealed class Mapping : IEntityTypeConfiguration<WebhookDelivery>
    {
        public void Configure(EntityTypeBuilder<WebhookDelivery> builder)
        {
            builder.ToTable("webhook_deliveries").HasKey(row => row.Id);
            builder.Property(row => row.EventTxn);
            builder.Property(row => row.EventRow);
            builder.Ignore(row => row.Position);
            builder
                .HasIndex(row => new
                {
                    row.EndpointId,
                    row.EventTxn,
                    row.EventRow,
                })
                .IsUnique();
            builder.HasIndex(row => new
            {
                row.WorkspaceId,
                row.EndpointId,
                row.Id,
            });
            builder
                .HasIndex(row => new { row.EndpointId, row.NextAttemptAt })
                .HasFilter("state = 'waiting'");
        }
    }
}

public enum WebhookDeliveryState
{
    Delivered,

    /// <summary>It failed, or was asked for again, and is sent when its time comes.</summary>
    Waiting,

    /// <summary>It failed as often as it may.</summary>
    Failed,
}
