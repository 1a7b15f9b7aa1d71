using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Millrace.Core.Ids;

namespace Millrace.Core.Identity;

/// <summary>The unit of isolation: everything that is stored belongs to exactly one.</summary>
public sealed class Workspace
{
    public required Id<Workspace> Id { get; init; }

    public required string Name { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    private sealed class Mapping : IEntityTypeConfiguration<Workspace>
    {
        public void Configure(EntityTypeBuilder<Workspace> builder)
        {
            builder.ToTable("workspaces").HasKey(workspace => workspace.Id);
            builder.HasIndex(workspace => workspace.Name).IsUnique();
        }
    }
}
