using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Millrace.Core.Identity;
using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Knowledge.Ingest;

namespace Millrace.Knowledge.Graph;

/// <summary>
/// One version of something held to be true. It has two times: in the world, from <see cref="ValidFrom"/> until before
/// <see cref="ValidTo"/>, and in the graph, from <see cref="RecordedAt"/> until before <see cref="RetractedAt"/>. A row
/// is written once; all that changes later is when it was retracted and what for. (t-backend §14.1)
/// </summary>
public sealed class Fact : IOwned
{
    public required Id<Fact> Id { get; init; }

    public required Id<Workspace> WorkspaceId { get; init; }

    public required Id<KnowledgeGraph> GraphId { get; init; }

    /// <summary>The first version of it; its own id when it is the first.</summary>
    public required Id<Fact> OriginId { get; init; }

    /// <summary>The evidence: what was said.</summary>
    public required Id<Episode> EpisodeId { get; init; }

    /// <summary>One of several relations that were read out of a statement which stands beside them.</summary>
    public required bool IsPart { get; init; }

    public required string Text { get; init; }

    public Id<Entity>? SubjectId { get; init; }

    /// <summary>A snake_case word such as <c>works_at</c>.</summary>
    public string? Predicate { get; init; }

    /// <summary>The other entity; null when the object is a <see cref="Value"/>.</summary>
    public Id<Entity>? ObjectId { get; init; }

    public string? Value { get; init; }

    /// <summary>Null: for as long as anybody knows.</summary>
    public DateTimeOffset? ValidFrom { get; init; }

    /// <summary>Null: still.</summary>
    public DateTimeOffset? ValidTo { get; init; }

    public required DateTimeOffset RecordedAt { get; init; }

    public DateTimeOffset? RetractedAt { get; init; }

    /// <summary>The version or the fact that took its place.</summary>
    public Id<Fact>? SupersededBy { get; init; }

    /// <summary>The evidence for its end, when that was told apart from the rest.</summary>
    public Id<Episode>? EndedBy { get; init; }

    /// <summary>0 to 1.</summary>
    public required double Confidence { get; init; }

    /// <summary>Where the writer has it from.</summary>
    public string? Source { get; init; }

    /// <summary>The rule that read it out of its text; null when it was given.</summary>
    public string? Rule { get; init; }

    /// <summary>The writer's own data as a JSON object.</summary>
    public string? Metadata { get; init; }

    /// <summary>The workspace that wrote it, where that is not the graph's own.</summary>
    public Id<Workspace>? WrittenBy { get; init; }

    /// <summary>The first version of the fact of another graph that it is a copy of.</summary>
    public Id<Fact>? CopiedFrom { get; init; }

    private sealed class Mapping : IEntityTypeConfiguration<Fact>
    {
        public void Configure(EntityTypeBuilder<Fact> builder)
        {
            builder.ToTable("facts").HasKey(fact => fact.Id);
            builder.HasIndex(fact => new
            {
                fact.WorkspaceId,
                fact.GraphId,
                fact.Id,
            });
            builder.HasIndex(fact => new
            {
                fact.WorkspaceId,
                fact.GraphId,
                fact.SubjectId,
                fact.Predicate,
            });
            builder.HasIndex(fact => new
            {
                fact.WorkspaceId,
                fact.GraphId,
                fact.ObjectId,
            });
            builder.HasIndex(fact => new { fact.WorkspaceId, fact.EpisodeId });
            builder.HasIndex(fact => new { fact.WorkspaceId, fact.OriginId });
            builder.HasIndex(fact => new
            {
                fact.WorkspaceId,
                fact.GraphId,
                fact.SupersededBy,
            });
            builder.HasIndex(fact => new
            {
                fact.WorkspaceId,
                fact.GraphId,
                fact.EndedBy,
            });
            builder.HasIndex(fact => new
            {
                fact.WorkspaceId,
                fact.GraphId,
                fact.CopiedFrom,
            });
        }
    }
}

/// <summary>Something that was said or written, kept as the evidence of the facts in it.</summary>
public sealed class Episode : IOwned
{
    public required Id<Episode> Id { get; init; }

    public required Id<Workspace> WorkspaceId { get; init; }

    public required Id<KnowledgeGraph> GraphId { get; init; }

    /// <summary>The caller's handle of the session that it was said in.</summary>
    public string? Session { get; init; }

    /// <summary>The caller's workspace, which need not be the graph's; null without a session.</summary>
    public Id<Workspace>? SessionWorkspaceId { get; init; }

    /// <summary>A word: <c>statement</c> for what was written as a fact, <c>turn</c>, <c>document</c>.</summary>
    public required string Kind { get; init; }

    public required string Text { get; init; }

    /// <summary>The document that it stands in, when it is from one.</summary>
    public Id<Document>? DocumentId { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    private sealed class Mapping : IEntityTypeConfiguration<Episode>
    {
        public void Configure(EntityTypeBuilder<Episode> builder)
        {
            builder.ToTable("episodes").HasKey(episode => episode.Id);
            builder.HasIndex(episode => new
            {
                episode.WorkspaceId,
                episode.GraphId,
                episode.Id,
            });
            builder.HasIndex(episode => new
            {
                episode.WorkspaceId,
                episode.GraphId,
                episode.SessionWorkspaceId,
                episode.Session,
            });
            builder.HasIndex(episode => new { episode.WorkspaceId, episode.DocumentId });
        }
    }
}
