using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Millrace.Core.Ids;
using Millrace.Core.Storage;

namespace Millrace.Core.Identity;

/// <summary>A credential that opens a workspace. The key itself is shown once and never stored.</summary>
public sealed class ApiKey : IOwned
{
    public required Id<ApiKey> Id { get; init; }

    public required Id<Workspace> WorkspaceId { get; init; }

    /// <summary>A small number that names the key to people; it opens nothing.</summary>
    public required long Number { get; init; }

    /// <summary>SHA-256 of the key.</summary>
    public required byte[] Hash { get; init; }

    /// <summary>The last four characters, so that a person can tell keys apart.</summary>
    public required string Hint { get; init; }

    public required string Owner { get; set; }

    public required string Name { get; set; }

    /// <summary>What the key may do, parted by spaces; empty means everything but administration.</summary>
    public string Scopes { get; set; } = "";

    public bool IsAdmin { get; set; }

    /// <summary>Which of the configured classes of rate limits applies.</summary>
    public string RateClass { get; set; } = "default";

    /// <summary>The stream dialect that this key's clients read when a request names none; empty for the default.</summary>
    public string StreamDialect { get; set; } = "";

    /// <summary>Whether the same file sent again is the one that is there; null leaves it to the installation.</summary>
    public bool? Dedupe { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? ExpiresAt { get; set; }

    public DateTimeOffset? RevokedAt { get; set; }

    /// <summary>To within a minute.</summary>
    public DateTimeOffset? LastUsedAt { get; set; }

    private sealed class Mapping : IEntityTypeConfiguration<ApiKey>
    {
        public void Configure(EntityTypeBuilder<ApiKey> builder)
        {
            builder.ToTable("api_keys").HasKey(key => key.Id);
            builder.HasIndex(key => new { key.WorkspaceId, key.Id });
            builder.HasIndex(key => key.Hash).IsUnique();
            builder.HasIndex(key => key.Number).IsUnique();
        }
    }
}
