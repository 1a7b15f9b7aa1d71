using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Millrace.Core.Identity;
using Millrace.Core.Ids;
using Millrace.Core.Storage;

namespace Millrace.Knowledge.Graph.Vectors;

/// <summary>What one version of a fact means.</summary>
public sealed class FactVector : IOwned
{
    public required Id<Workspace> WorkspaceId { get; init; }

    /// <summary>The embedding model that made it.</summary>
    public required string Model { get; init; }

    public required Id<Fact> FactId { get; init; }

    public required Id<KnowledgeGraph> GraphId { get; init; }

    public required long Dimensions { get; init; }

    /// <summary>A signed byte a dimension, scaled so that the largest is 127: only the direction counts.</summary>
    public required byte[] Vector { get; init; }

    private sealed class Mapping : IEntityTypeConfiguration<FactVector>
    {
        public void Configure(EntityTypeBuilder<FactVector> builder)
        {
            builder
                .ToTable("fact_vectors")
                .HasKey(vector => new
                {
                    vector.WorkspaceId,
                    vector.Model,
                    vector.FactId,
                });
            builder.HasIndex(vector => vector.FactId);
        }
    }
}
