using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Millrace.Core.Identity;
using Millrace.Core.Ids;
using Millrace.Core.Storage;

namespace Millrace.Core.Events;

/// <summary>Something that happened to one subject, such as <c>run:…</c>. Written once, never changed.</summary>
public sealed class Event : IOwned
{
    /// <summary>The second part of the position in the installation's log.</summary>
    public long Id { get; init; }

    /// <summary>The first part of the position in the installation's log.</summary>
    public required long Txn { get; init; }

    public required Id<Workspace> WorkspaceId { get; init; }

    public required string Subject { get; init; }

    /// <summary>The event's number among those of its subject: 1, 2, 3, … without gaps.</summary>
    public required long Sequence { get; init; }

    public required string Type { get; init; }

    /// <summary>JSON.</summary>
    public required string Data { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>Whether it can be read by its subject; else its subject is numbered by its owner, and it stands in the log only.</summary>
    public bool BySubject { get; init; } = true;

    public LogPosition Position => new(Txn, Id);

    private sealed class Mapping : IEntityTypeConfiguration<Event>
    {
        public void Configure(EntityTypeBuilder<Event> builder)
        {
            builder.ToTable("events").HasKey(row => row.Id);
            builder.Ignore(row => row.Position);
            builder
                .HasIndex(row => new
                {
                    row.WorkspaceId,
                    row.Subject,
                    row.Sequence,
                })
                .IsUnique()
                .HasFilter("by_subject");
            builder.HasIndex(row => new
            {
                row.WorkspaceId,
                row.Txn,
                row.Id,
            });
            builder.HasIndex(row => new { row.Txn, row.Id });
        }
    }
}

/// <summary>How far a subject's numbers have come; its row's lock makes the appends of one subject follow each other.</summary>
internal sealed class EventSubject : IOwned
{
    public required Id<Workspace> WorkspaceId { get; init; }

    public required string Subject { get; init; }

    public required long LastSequence { get; init; }

    public required long LastTxn { get; init; }

    private sealed class Mapping : IEntityTypeConfiguration<EventSubject>
    {
        public void Configure(EntityTypeBuilder<EventSubject> builder) =>
            builder.ToTable("event_subjects").HasKey(row => new { row.WorkspaceId, row.Subject });
    }
}
