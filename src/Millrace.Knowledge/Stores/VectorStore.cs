using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Millrace.Core.Identity;
using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Knowledge.Files;

namespace Millrace.Knowledge.Stores;

/// <summary>A set of files that are searched together.</summary>
public sealed class VectorStore : IOwned
{
    public required Id<VectorStore> Id { get; init; }

    public required Id<Workspace> WorkspaceId { get; init; }

    /// <summary><c>vs_</c> and 24 hex digits. (t-backend §12.6)</summary>
    public required string PublicId { get; init; }

    /// <summary>Not unique.</summary>
    public required string Name { get; set; }

    public string? Description { get; set; }

    /// <summary>The caller's own data, a JSON object.</summary>
    public string? Metadata { get; set; }

    /// <summary>Whether a file that is uploaded into it is held against those that are there.</summary>
    public required bool Dedupe { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    private sealed class Mapping : IEntityTypeConfiguration<VectorStore>
    {
        public void Configure(EntityTypeBuilder<VectorStore> builder)
        {
            builder.ToTable("vector_stores").HasKey(store => store.Id);
            builder.HasIndex(store => new { store.WorkspaceId, store.PublicId }).IsUnique();
            builder.HasIndex(store => new { store.WorkspaceId, store.Name });
        }
    }
}

/// <summary>A file in a store.</summary>
public sealed class StoreFile : IOwned
{
    public required Id<VectorStore> StoreId { get; init; }

    public required Id<StoredFile> FileId { get; init; }

    public required Id<Workspace> WorkspaceId { get; init; }

    public required DateTimeOffset AddedAt { get; init; }

    private sealed class Mapping : IEntityTypeConfiguration<StoreFile>
    {
        public void Configure(EntityTypeBuilder<StoreFile> builder)
        {
            builder.ToTable("store_files").HasKey(entry => new { entry.StoreId, entry.FileId });
            builder.HasIndex(entry => new { entry.WorkspaceId, entry.FileId });
        }
    }
}
