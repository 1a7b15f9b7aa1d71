using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Millrace.Core.Events;
using Millrace.Core.Identity;
using Millrace.Core.Ids;
using Millrace.Core.Storage;

namespace Millrace.Core.Webhooks;

/// <summary>An address that an owner's events are posted to, and how far that has come.</summary>
public sealed class WebhookEndpoint : IOwned
{
    public required Id<WebhookEndpoint> Id { get; init; }

    public required Id<Workspace> WorkspaceId { get; init; }

    /// <summary>Whose events it gets: a subject of the event log, whose part before the colon names the <see cref="IWebhookSource"/>.</summary>
    public required string Owner { get; init; }

    public required string Url { get; set; }

    public string Description { get; set; } = "";

    /// <summary>The types that it gets, parted by spaces; all of them when empty.</summary>
    public string EventTypes { get; set; } = "";

    /// <summary>
    /// By what the owner was known that made it, or changed it last, as its <see cref="IWebhookSource"/> writes it; empty
    /// where owners are known by one thing.
    /// </summary>
    public string GrantedBy { get; set; } = "";

    public required WebhookState State { get; set; }

    public string? DisabledReason { get; set; }

    public DateTimeOffset? DisabledAt { get; set; }

    /// <summary>Until when deliveries are signed with the secret before, too.</summary>
    public DateTimeOffset? PreviousSecretUntil { get; set; }

    /// <summary>Attempts that failed since the last that did not.</summary>
    public long Failures { get; set; }

    /// <summary>When the first of them was made.</summary>
    public DateTimeOffset? FailingSince { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; set; }

    /// <summary>Events up to here were delivered or are in the list of deliveries.</summary>
    public LogPosition Position
    {
        get => new(CursorTxn, CursorId);
        set => (CursorTxn, CursorId) = (value.Txn, value.Id);
    }

    public IReadOnlyList<string> Types =>
        EventTypes.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    internal long CursorTxn { get; set; }

    internal long CursorId { get; set; }

    /// <summary>Grows with every change by its owner, so that whoever delivers to it looks again.</summary>
    internal long Version { get; set; }

    private sealed class Mapping : IEntityTypeConfiguration<WebhookEndpoint>
    {
        public void Configure(EntityTypeBuilder<WebhookEndpoint> builder)
        {
            builder.ToTable("webhook_endpoints").HasKey(row => row.Id);
            builder.Ignore(row => row.Position);
            builder.Ignore(row => row.Types);
            builder.Property(row => row.CursorTxn);
            builder.Property(row => row.CursorId);
            builder.Property(row => row.Version);
            builder.Property<Id<WebhookCourier>?>("Lease");
            builder.Property<DateTimeOffset?>("LeaseUntil");
            builder.HasIndex(row => new
            {
                row.WorkspaceId,
                row.Owner,
                row.Id,
            });
            builder.HasIndex("State", "LeaseUntil");
        }
    }
}

public enum WebhookState
{
    Enabled,
    Disabled,
}
