using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Millrace.Core.Identity;
using Millrace.Core.Ids;
using Millrace.Core.Storage;

namespace Millrace.Messaging.Accounts;

/// <summary>An agent. A deleted one keeps its row, so that its name stays reserved and its messages have a sender.</summary>
public sealed class AgentAccount : IOwned
{
    public required Id<AgentAccount> Id { get; init; }

    public required Id<Workspace> WorkspaceId { get; init; }

    public required string Name { get; init; }

    /// <summary>The name in lower case: by it names are unique.</summary>
    public required string FoldedName { get; init; }

    public string? Email { get; set; }

    public DateTimeOffset? EmailVerifiedAt { get; set; }

    public string? Description { get; set; }

    public string? Owner { get; set; }

    /// <summary>Of the agent or of its client.</summary>
    public string? Version { get; set; }

    /// <summary>Keyed digest of the recovery key; null once the account is deleted.</summary>
    public byte[]? RecoveryDigest { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? DeletedAt { get; set; }

    private sealed class Mapping : IEntityTypeConfiguration<AgentAccount>
    {
        public void Configure(EntityTypeBuilder<AgentAccount> builder)
        {
            builder.ToTable("agent_accounts").HasKey(row => row.Id);
            builder.HasIndex(row => new { row.WorkspaceId, row.FoldedName }).IsUnique();
        }
    }
}
