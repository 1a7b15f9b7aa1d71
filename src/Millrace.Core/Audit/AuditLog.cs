using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Millrace.Core.Identity;
using Millrace.Core.Ids;
using Millrace.Core.Storage;

namespace Millrace.Core.Audit;

/// <summary>One thing that somebody did which an operator may have to account for. Written once, never changed.</summary>
public sealed class AuditRecord : IOwned
{
    public required Id<AuditRecord> Id { get; init; }

    public required Id<Workspace> WorkspaceId { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>Who did it: <c>operator</c>, or <c>key:</c> and its number.</summary>
    public required string Actor { get; init; }

    /// <summary>What was done, such as <c>key.revoked</c>.</summary>
    public required string Action { get; init; }

    /// <summary>To what: an id or a name, never a secret.</summary>
    public required string Target { get; init; }

    public string RequestId { get; init; } = "";

    private sealed class Mapping : IEntityTypeConfiguration<AuditRecord>
    {
        public void Configure(EntityTypeBuilder<AuditRecord> builder)
        {
            builder.ToTable("audit_records").HasKey(record => record.Id);
            builder.HasIndex(record => new { record.WorkspaceId, record.Id });
        }
    }
}

/// <summary>Appends to the audit log in the transaction of the change that it tells of.</summary>
public sealed class AuditLog(TimeProvider time)
{
    public async ValueTask AppendAsync(
        Db db,
        Id<Workspace> workspace,
        string actor,
        string action,
        string target,
        string requestId = ""
    )
    {
        var now = time.GetUtcNow();
        await db.ExecuteAsync(
            """
            INSERT INTO audit_records (id, workspace_id, at, actor, action, target, request_id)
            VALUES ($1, $2, $3, $4, $5, $6, $7)
            """,
            Id<AuditRecord>.New(now).Value,
            workspace.Value,
            now,
            actor,
            action,
            target,
            requestId
        );
    }
}
