using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Millrace.Core.Identity;
using Millrace.Core.Ids;
using Millrace.Core.Storage;

namespace Millrace.Knowledge.Ingest;

/// <summary>A stretch of a document that is found and quoted as one. Its words are in the index beside it.</summary>
public sealed class StoredChunk : IOwned
{
    /// <summary>The index of words knows rows by numbers; they are never used again.</summary>
    public long Id { get; init; }

    public required Id<Workspace> WorkspaceId { get; init; }

    public required Id<Document> DocumentId { get; init; }

    /// <summary>From 0, in the document's order.</summary>
    public required long Number { get; init; }

    public required string Text { get; init; }

    /// <summary>In the document's text, in UTF-16 code units.</summary>
    public required long StartsAt { get; init; }

    public required long EndsAt { get; init; }

    public long? Page { get; init; }

    /// <summary>The headings above it, highest first, a line each.</summary>
    public required string Headings { get; init; }

    private sealed class Mapping : IEntityTypeConfiguration<StoredChunk>
    {
        public void Configure(EntityTypeBuilder<StoredChunk> builder)
        {
            builder.ToTable("chunks").HasKey(chunk => chunk.Id);
            builder.HasIndex(chunk => new { chunk.DocumentId, chunk.Number }).IsUnique();
        }
    }
}

/// <summary>What a piece of a chunk means. A piece is as much text as an embedder reads well.</summary>
public sealed class ChunkVector : IOwned
{
    public required Id<Workspace> WorkspaceId { get; init; }

    /// <summary>The embedding model that made it.</summary>
    public required string Model { get; init; }

    public required long ChunkId { get; init; }

    public required long Piece { get; init; }

    public required Id<Document> DocumentId { get; init; }

    public required long Dimensions { get; init; }

    /// <summary>A signed byte a dimension, scaled so that the largest is 127: only the direction counts.</summary>
    public required byte[] Vector { get; init; }

    private sealed class Mapping : IEntityTypeConfiguration<ChunkVector>
    {
        public void Configure(EntityTypeBuilder<ChunkVector> builder)
        {
            builder
                .ToTable("chunk_vectors")
                .HasKey(vector => new
                {
                    vector.WorkspaceId,
                    vector.Model,
                    vector.ChunkId,
                    vector.Piece,
                });
            builder.HasIndex(vector => vector.ChunkId);
        }
    }
}
