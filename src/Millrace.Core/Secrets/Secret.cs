using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Millrace.Core.Identity;
using Millrace.Core.Ids;
using Millrace.Core.Storage;

namespace Millrace.Core.Secrets;

/// <summary>A named value of a workspace, sealed by one of its data keys.</summary>
internal sealed class Secret : IOwned
{
    public required Id<Secret> Id { get; init; }

    public required Id<Workspace> WorkspaceId { get; init; }

    public required string Name { get; init; }

    public required Id<DataKey> DataKeyId { get; set; }

    public required byte[] Sealed { get; set; }

    public required DateTimeOffset UpdatedAt { get; set; }

    private sealed class Mapping : IEntityTypeConfiguration<Secret>
    {
        public void Configure(EntityTypeBuilder<Secret> builder)
        {
            builder.ToTable("secrets").HasKey(secret => secret.Id);
            builder.HasIndex(secret => new { secret.WorkspaceId, secret.Name }).IsUnique();
        }
    }
}

/// <summary>A workspace's key, sealed by a master key.</summary>
internal sealed class DataKey : IOwned
{
    public required Id<DataKey> Id { get; init; }

    public required Id<Workspace> WorkspaceId { get; init; }

    /// <summary>The fingerprint of the master key that opens it.</summary>
    public required string MasterKey { get; set; }

    public required byte[] Wrapped { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    private sealed class Mapping : IEntityTypeConfiguration<DataKey>
    {
        public void Configure(EntityTypeBuilder<DataKey> builder)
        {
            builder.ToTable("data_keys").HasKey(key => key.Id);
            builder.HasIndex(key => new { key.WorkspaceId, key.Id });
        }
    }
}
