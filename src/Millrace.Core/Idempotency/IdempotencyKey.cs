using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Millrace.Core.Identity;
using Millrace.Core.Ids;
using Millrace.Core.Storage;

namespace Millrace.Core.Idempotency;

/// <summary>
/// A key in use. While its request runs it has a lease, and ends with it; afterwards it has an answer, and ends with
/// the answer's lifetime. An answer without a body was too large to keep.
/// </summary>
internal sealed class IdempotencyKey : IOwned
{
    public required Id<Workspace> WorkspaceId { get; init; }

    public required string Scope { get; init; }

    public required string Key { get; init; }

    public required byte[] BodyHash { get; init; }

    /// <summary>Who runs the request; null once it is answered.</summary>
    public Id<IdempotencyKey>? Lease { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    public long? Status { get; init; }

    /// <summary>JSON: an object of texts.</summary>
    public string? Headers { get; init; }

    public byte[]? Body { get; init; }

    /// <summary>What the answer tells of, where that may have to be taken back.</summary>
    public string? Subject { get; init; }

    private sealed class Mapping : IEntityTypeConfiguration<IdempotencyKey>
    {
        public void Configure(EntityTypeBuilder<IdempotencyKey> builder)
        {
            builder
                .ToTable("idempotency_keys")
                .HasKey(row => new
                {
                    row.WorkspaceId,
                    row.Scope,
                    row.Key,
                });
            builder.HasIndex(row => row.ExpiresAt);
            builder
                .HasIndex(row => new { row.WorkspaceId, row.Subject })
                .HasFilter("subject IS NOT NULL");
        }
    }
}
