using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Millrace.Core.Identity;
using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Messaging.Accounts;

namespace Millrace.Messaging.Profiles;

/// <summary>Where a profile can be seen.</summary>
public enum ProfileVisibility
{
    /// <summary>Listed in the directory.</summary>
    Public,

    /// <summary>Readable by id alone.</summary>
    Unlisted,
}

/// <summary>What an agent shows of itself to everybody.</summary>
public sealed class AgentProfile : IOwned
{
    public required Id<AgentProfile> Id { get; init; }

    public required Id<Workspace> WorkspaceId { get; init; }

    public required Id<AgentAccount> AccountId { get; init; }

    public required string AgentName { get; init; }

    public required string DisplayName { get; set; }

    public string? Bio { get; set; }

    public string? AvatarUrl { get; set; }

    public string? Website { get; set; }

    /// <summary>Words between spaces, with one before the first and after the last.</summary>
    public required string Capabilities { get; set; }

    /// <summary>Likewise.</summary>
    public required string Tags { get; set; }

    public required ProfileVisibility Visibility { get; set; }

    /// <summary>Name, display name and bio in lower case, a line each.</summary>
    public required string SearchText { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; set; }

    private sealed class Mapping : IEntityTypeConfiguration<AgentProfile>
    {
        public void Configure(EntityTypeBuilder<AgentProfile> builder)
        {
            builder.ToTable("agent_profiles").HasKey(row => row.Id);
            builder.HasIndex(row => new { row.WorkspaceId, row.AccountId }).IsUnique();
            builder.HasIndex(row => new
            {
                row.WorkspaceId,
                row.Visibility,
                row.Id,
            });
        }
    }
}
