using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Millrace.Core.Identity;
using Millrace.Core.Ids;
using Millrace.Core.Storage;

namespace Millrace.Knowledge.Graph;

/// <summary>
/// A named space of entities and facts. It belongs to one workspace, which may grant others' keys a look or a hand.
/// </summary>
public sealed class KnowledgeGraph : IOwned
{
    public required Id<KnowledgeGraph> Id { get; init; }

    public required Id<Workspace> WorkspaceId { get; init; }

    public required string Name { get; set; }

    public required string Description { get; set; }

    /// <summary>The one that a workspace always has; it can be emptied and not removed.</summary>
    public required bool IsDefault { get; init; }

    /// <summary>Whether a text that is valid in the graph already is not written again.</summary>
    public required bool Dedupe { get; set; }

    /// <summary>Statements that are held to be true now or once, without those that were taken back.</summary>
    public required long FactCount { get; set; }

    public required long NodeCount { get; set; }

    /// <summary>Relations between two entities, without those that were taken back.</summary>
    public required long EdgeCount { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; set; }

    /// <summary>While the graph is being emptied: what was written until then is to go, and is gone for all that writes.</summary>
    public DateTimeOffset? EmptiedAt { get; init; }

    private sealed class Mapping : IEntityTypeConfiguration<KnowledgeGraph>
    {
        public void Configure(EntityTypeBuilder<KnowledgeGraph> builder)
        {
            builder.ToTable("graphs").HasKey(graph => graph.Id);
            builder.HasIndex(graph => new { graph.WorkspaceId, graph.Id });
        }
    }
}

/// <summary>What one may do with a graph; each may do what those before it may.</summary>
public enum GraphRole
{
    Reader,
    Writer,
    Owner,
}

/// <summary>One workspace's leave for keys of others. (t-backend §14.5)</summary>
public sealed class GraphGrant : IOwned
{
    public required Id<KnowledgeGraph> GraphId { get; init; }

    /// <summary>
    /// <c>key:</c> and a key's number, or <c>owner:</c> and a name. It is compared when a key asks, so that granting
    /// tells nobody which keys there are.
    /// </summary>
    public required string Grantee { get; init; }

    /// <summary>The graph's own workspace.</summary>
    public required Id<Workspace> WorkspaceId { get; init; }

    public required GraphRole Role { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    private sealed class Mapping : IEntityTypeConfiguration<GraphGrant>
    {
        public void Configure(EntityTypeBuilder<GraphGrant> builder)
        {
            builder.ToTable("graph_grants").HasKey(grant => new { grant.GraphId, grant.Grantee });
            builder.HasIndex(grant => grant.Grantee);
        }
    }
}

/// <summary>Which graph a workspace's session reads from and writes to. (t-backend §14.7)</summary>
public sealed class GraphSession : IOwned
{
    /// <summary>The session's workspace, which need not be the graph's.</summary>
    public required Id<Workspace> WorkspaceId { get; init; }

    public required string Session { get; init; }

    public required Id<KnowledgeGraph> GraphId { get; set; }

    public required DateTimeOffset MappedAt { get; set; }

    private sealed class Mapping : IEntityTypeConfiguration<GraphSession>
    {
        public void Configure(EntityTypeBuilder<GraphSession> builder)
        {
            builder
                .ToTable("graph_sessions")
                .HasKey(session => new { session.WorkspaceId, session.Session });
            builder.HasIndex(session => new
            {
                session.WorkspaceId,
                session.GraphId,
                session.MappedAt,
            });
        }
    }
}
