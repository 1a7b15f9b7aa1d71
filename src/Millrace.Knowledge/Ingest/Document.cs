using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Millrace.Core.Identity;
using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Core.Work;
using Millrace.Knowledge.Files;

namespace Millrace.Knowledge.Ingest;

public enum DocumentState
{
    Waiting,
    Reading,

    /// <summary>Found by its words; its vectors are being made.</summary>
    Embedding,
    Completed,

    /// <summary>It cannot be read, for a reason that is kept with it.</summary>
    Failed,
}

/// <summary>
/// What is made of a file that is in at least one store: its chunks, which are searched. Nothing of it is found before
/// it is read to its end. When the last store lets the file go, the document goes too, and with it the work on it.
/// </summary>
public sealed class Document : IOwned
{
    public required Id<Document> Id { get; init; }

    public required Id<Workspace> WorkspaceId { get; init; }

    public required Id<StoredFile> FileId { get; init; }

    /// <summary>The work that reads it.</summary>
    public required Id<WorkItem> WorkId { get; init; }

    public required DocumentState State { get; init; }

    /// <summary>Counts who began to read it: whoever did so last may write.</summary>
    public long Attempt { get; init; }

    /// <summary>0 to 100.</summary>
    public long Progress { get; init; }

    public long Chunks { get; init; }

    /// <summary>How many of them were read into the graph.</summary>
    public long GraphChunks { get; init; }

    /// <summary>ISO 639, when it could be told.</summary>
    public string? Language { get; init; }

    /// <summary>The embedding model of its vectors; null while it has none.</summary>
    public string? Model { get; init; }

    public string? ErrorCode { get; init; }

    /// <summary>Why it failed, or why it has no vectors.</summary>
    public string? Error { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    private sealed class Mapping : IEntityTypeConfiguration<Document>
    {
        public void Configure(EntityTypeBuilder<Document> builder)
        {
            builder.ToTable("documents").HasKey(document => document.Id);
            builder.HasIndex(document => new { document.WorkspaceId, document.FileId }).IsUnique();
            builder.HasIndex(document => document.State);
        }
    }
}
