using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Millrace.Core.Identity;
using Millrace.Core.Ids;
using Millrace.Core.Storage;

namespace Millrace.Core.Work;

/// <summary>
/// Something to be done after the change that asked for it was committed: at least once, by whichever process holds
/// its lease. Work of the installation itself belongs to the empty workspace id.
/// </summary>
public sealed class WorkItem : IOwned
{
    public required Id<WorkItem> Id { get; init; }

    public required Id<Workspace> WorkspaceId { get; init; }

    /// <summary>Which <see cref="IWorkHandler"/> does it.</summary>
    public required string Kind { get; init; }

    /// <summary>JSON that the handler understands.</summary>
    public required string Payload { get; init; }

    /// <summary>What makes it the same item as another of its kind and workspace; null when nothing does.</summary>
    public string? Occurrence { get; init; }

    public required WorkState State { get; init; }

    public required DateTimeOffset RunAfter { get; init; }

    /// <summary>How often it was begun, not counting the times it was handed back unfinished.</summary>
    public required long Attempts { get; init; }

    public required long MaxAttempts { get; init; }

    /// <summary>0 to 100, as its handler says.</summary>
    public long Progress { get; init; }

    public string Note { get; init; } = "";

    /// <summary>Why the last attempt failed.</summary>
    public string? Error { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? FinishedAt { get; init; }

    private sealed class Mapping : IEntityTypeConfiguration<WorkItem>
    {
        public void Configure(EntityTypeBuilder<WorkItem> builder)
        {
            builder.ToTable("work_items").HasKey(item => item.Id);
            builder.Property<Id<WorkLease>?>("Lease");
            builder.Property<DateTimeOffset?>("LeaseUntil");
            builder
                .HasIndex(item => new
                {
                    item.WorkspaceId,
                    item.Kind,
                    item.Occurrence,
                })
                .IsUnique();
            builder.HasIndex(item => new
            {
                item.State,
                item.WorkspaceId,
                item.RunAfter,
            });
        }
    }
}

public enum WorkState
{
    Waiting,
    Running,
    Done,

    /// <summary>Failed as often as it may; an operator can replay it.</summary>
    Dead,
    Cancelled,
}
