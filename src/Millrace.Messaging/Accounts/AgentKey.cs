using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Millrace.Core.Identity;
using Millrace.Core.Ids;
using Millrace.Core.Storage;

namespace Millrace.Messaging.Accounts;

/// <summary>An agent's API key. The key itself is shown once and never stored.</summary>
public sealed class AgentKey : IOwned
{
    public required Id<AgentKey> Id { get; init; }

    public required Id<Workspace> WorkspaceId { get; init; }

    public required Id<AgentAccount> AccountId { get; init; }

    public required string Name { get; init; }

    /// <summary>What it may do, parted by spaces.</summary>
    public required string Scopes { get; init; }

    /// <summary>Keyed digest of the key.</summary>
    public required byte[] Digest { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }

    public DateTimeOffset? LastUsedAt { get; init; }

    /// <summary>When another has taken its place for good; it works till then.</summary>
    public DateTimeOffset? RetiresAt { get; set; }

    /// <summary>Set, it is dead whatever a node's clock says.</summary>
    public DateTimeOffset? RevokedAt { get; set; }

    /// <summary>Since when it is revoked, if it is.</summary>
    public DateTimeOffset? RevokedBy(DateTimeOffset now) =>
        RevokedAt ?? (RetiresAt <= now ? RetiresAt : null);

    public bool IsLive(DateTimeOffset now) => RevokedBy(now) is null && !(ExpiresAt <= now);

    private sealed class Mapping : IEntityTypeConfiguration<AgentKey>
    {
        public void Configure(EntityTypeBuilder<AgentKey> builder)
        {
            builder.ToTable("agent_keys").HasKey(row => row.Id);
            builder.HasIndex(row => new
            {
                row.WorkspaceId,
                row.AccountId,
                row.Id,
            });
            builder.HasIndex(row => row.Digest).IsUnique();
        }
    }
}
