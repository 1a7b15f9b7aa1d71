using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Millrace.Core.Identity;
using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Core.Text;

namespace Millrace.Messaging.Accounts;

/// <summary>By what right something was done.</summary>
public enum AuditActor
{
    RecoveryKey,
    ApiKey,
    AccessToken,
    EmailToken,
    Operator,
    System,
}

/// <summary>One thing that was done to or by an agent. Written once; never holds a secret or a message. (fluxra §9.5)</summary>
public sealed class AgentAudit : IOwned
{
    public required Id<AgentAudit> Id { get; init; }

    public required Id<Workspace> WorkspaceId { get; init; }

    public required Id<AgentAccount> AccountId { get; init; }

    /// <summary>Such as <c>key.created</c>.</summary>
    public required string Action { get; init; }

    public required AuditActor Actor { get; init; }

    public Id<AgentKey>? KeyId { get; init; }

    public string? Address { get; init; }

    public string? UserAgent { get; init; }

    /// <summary>JSON: an object.</summary>
    public required string Details { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    private sealed class Mapping : IEntityTypeConfiguration<AgentAudit>
    {
        public void Configure(EntityTypeBuilder<AgentAudit> builder)
        {
            builder.ToTable("agent_audit").HasKey(row => row.Id);
            builder.HasIndex(row => new
            {
                row.WorkspaceId,
                row.AccountId,
                row.Id,
            });
            builder.HasIndex(row => new
            {
                row.WorkspaceId,
                row.AccountId,
                row.Action,
                row.Id,
            });
        }
    }
}

/// <summary>Which entries are wanted.</summary>
public sealed record AuditFilter(string? Action, DateTimeOffset? Since, DateTimeOffset? Until);

/// <summary>What happened to an agent's account, for the agent to read.</summary>
public sealed class AgentAuditLog(Store store, MessagingHome home, TimeProvider time)
{
    private const int LongestUserAgent = 300;

    /// <summary>Appends in the write of the change that it tells of.</summary>
    public async ValueTask AppendAsync(
        Db db,
        Id<AgentAccount> account,
        string action,
        AuditActor actor,
        CallOrigin origin,
        Id<AgentKey>? key = null,
        JsonObject? details = null
    )
    {
        var now = time.GetUtcNow();
        var agent = origin.UserAgent?.CutTo(LongestUserAgent);
        await db.ExecuteAsync(
            """
            INSERT INTO agent_audit (id, workspace_id, account_id, action, actor, key_id, address, user_agent, details, created_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
            """,
            Id<AgentAudit>.New(now).Value,
            home.Workspace.Value,
            account.Value,
            action,
            actor,
            key?.Value,
            origin.Address,
            agent,
            details?.ToJsonString() ?? "{}",
            now
        );
    }

    /// <summary>An entry of its own, for what changed nothing.</summary>
    public Task AppendAsync(
        Id<AgentAccount> account,
        string action,
        AuditActor actor,
        CallOrigin origin,
        CancellationToken cancellation
    ) =>
        store.WriteAsync(
            home.Workspace,
            db => AppendAsync(db, account, action, actor, origin),
            cancellation
        );

    /// <summary>The entries of one account, newest first.</summary>
    /// <param name="before">The last entry of the page before.</param>
    public Task<Page<AgentAudit>> ListAsync(
        Id<AgentAccount> account,
        AuditFilter filter,
        Id<AgentAudit>? before,
        int limit,
        CancellationToken cancellation = default
    ) =>
        store.ReadAsync(
            home.Workspace,
            async db =>
            {
                var entries = db.Set<AgentAudit>()
                    .AsNoTracking()
                    .Where(row => row.AccountId == account);
                if (filter.Action is { } action)
                    entries = entries.Where(row => row.Action == action);
                if (filter.Since is { } since)
                {
                    var first = Id<AgentAudit>.FirstOf(since);
                    entries = entries.Where(row => row.Id >= first && row.CreatedAt >= since);
                }
                if (filter.Until is { } until)
                {
                    var last = Id<AgentAudit>.LastOf(until);
                    entries = entries.Where(row => row.Id <= last && row.CreatedAt <= until);
                }
                if (before is { } shown)
                    entries = entries.Where(row => row.Id < shown);
                return Page.Of(
                    await entries.OrderByDescending(row => row.Id).Take(limit + 1).ToListAsync(),
                    limit
                );
            },
            cancellation
        );
}
