using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Millrace.Core.Identity;
using Millrace.Core.Ids;
using Millrace.Core.Storage;

namespace Millrace.Knowledge.Files;

/// <summary>A file that a workspace keeps. Its bytes lie in the <see cref="IBlobStore"/> under its id and never change.</summary>
public sealed class StoredFile : IOwned
{
    public required Id<StoredFile> Id { get; init; }

    public required Id<Workspace> WorkspaceId { get; init; }

    /// <summary>16 hex digits, unique within the workspace; the contract's shape is shorter than an id. (t-backend §12.1)</summary>
    public required string PublicId { get; init; }

    public required string Name { get; init; }

    /// <summary>Told from the content where that tells it.</summary>
    public required string ContentType { get; init; }

    public required long Size { get; init; }

    /// <summary>64 lower-case hex digits.</summary>
    public required string Sha256 { get; init; }

    /// <summary>The caller's own id of the document that this file is a version of.</summary>
    public string? DocumentId { get; init; }

    public string? Purpose { get; init; }

    /// <summary>The caller's own data, a JSON object.</summary>
    public string? Metadata { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    private sealed class Mapping : IEntityTypeConfiguration<StoredFile>
    {
        public void Configure(EntityTypeBuilder<StoredFile> builder)
        {
            builder.ToTable("files").HasKey(file => file.Id);
            builder.HasIndex(file => new { file.WorkspaceId, file.PublicId }).IsUnique();
            builder.HasIndex(file => new { file.WorkspaceId, file.Sha256 });
            builder.HasIndex(file => new { file.WorkspaceId, file.DocumentId });
        }
    }
}
