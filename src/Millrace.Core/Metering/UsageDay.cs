using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Millrace.Core.Identity;
using Millrace.Core.Ids;
using Millrace.Core.Storage;

namespace Millrace.Core.Metering;

/// <summary>What one key used of one model through one endpoint on one UTC day.</summary>
internal sealed class UsageDay : IOwned
{
    public required Id<Workspace> WorkspaceId { get; init; }

    public required Id<ApiKey> KeyId { get; init; }

    /// <summary>As <c>2026-11-24</c>, so that days sort as texts.</summary>
    public required string Day { get; init; }

    public required string Endpoint { get; init; }

    public required string Model { get; init; }

    public required long Calls { get; init; }

    public required long PromptTokens { get; init; }

    public required long CompletionTokens { get; init; }

    public required long CostMicroUsd { get; init; }

    private sealed class Mapping : IEntityTypeConfiguration<UsageDay>
    {
        public void Configure(EntityTypeBuilder<UsageDay> builder) =>
            builder
                .ToTable("usage_days")
                .HasKey(row => new
                {
                    row.WorkspaceId,
                    row.KeyId,
                    row.Day,
                    row.Endpoint,
                    row.Model,
                });
    }
}

/// <summary>A segment of the journal that is in the tables while its file may still exist.</summary>
internal sealed class UsageSegment
{
    public required Id<UsageSegment> Id { get; init; }

    private sealed class Mapping : IEntityTypeConfiguration<UsageSegment>
    {
        public void Configure(EntityTypeBuilder<UsageSegment> builder) =>
            builder.ToTable("usage_segments").HasKey(row => row.Id);
    }
}
