using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Millrace.Core.Identity;
using Millrace.Core.Ids;
using Millrace.Core.Storage;

namespace Millrace.Knowledge.Graph;

/// <summary>Somebody or something that facts are about. It is never removed but with its graph, only retired.</summary>
public sealed class Entity : IOwned
{
    public required Id<Entity> Id { get; init; }

    public required Id<Workspace> WorkspaceId { get; init; }

    public required Id<KnowledgeGraph> GraphId { get; init; }

    public required string Name { get; init; }

    /// <summary>A word such as <c>person</c>, <c>organization</c>, <c>place</c>; empty when nobody said.</summary>
    public required string Type { get; init; }

    /// <summary>What decided its type: a rule of recognition, or <c>user</c>; null when nothing did.</summary>
    public string? Source { get; init; }

    /// <summary>The workspace that it has its name from, where that is not the graph's own.</summary>
    public Id<Workspace>? WrittenBy { get; init; }

    public required string Summary { get; init; }

    /// <summary>The writer's own data as a JSON object.</summary>
    public string? Attributes { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>When it was deleted or merged into another.</summary>
    public DateTimeOffset? RetiredAt { get; init; }

    public Id<Entity>? MergedInto { get; init; }

    private sealed class Mapping : IEntityTypeConfiguration<Entity>
    {
        public void Configure(EntityTypeBuilder<Entity> builder)
        {
            builder.ToTable("entities").HasKey(entity => entity.Id);
            builder.HasIndex(entity => new
            {
                entity.WorkspaceId,
                entity.GraphId,
                entity.Id,
            });
        }
    }
}

/// <summary>A name by which an entity is found, its own or an alias; one that was dropped only by who asks what was known before.</summary>
public sealed class EntityName : IOwned
{
    public required Id<Workspace> WorkspaceId { get; init; }

    public required Id<KnowledgeGraph> GraphId { get; init; }

    /// <summary>The name without case, accents and punctuation.</summary>
    public required string Key { get; init; }

    public required Id<Entity> EntityId { get; init; }

    /// <summary>As it was written.</summary>
    public required string Name { get; init; }

    /// <summary>Until when the entity had it; null: still.</summary>
    public DateTimeOffset? DroppedAt { get; init; }

    private sealed class Mapping : IEntityTypeConfiguration<EntityName>
    {
        public void Configure(EntityTypeBuilder<EntityName> builder)
        {
            builder
                .ToTable("entity_names")
                .HasKey(name => new
                {
                    name.WorkspaceId,
                    name.GraphId,
                    name.Key,
                    name.EntityId,
                });
            builder.HasIndex(name => new
            {
                name.WorkspaceId,
                name.EntityId,
                name.Key,
            });
        }
    }
}
