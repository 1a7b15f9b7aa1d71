using Millrace.Core.Failures;
using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Messaging.Accounts;

namespace Millrace.Messaging.Presence;

public enum PresenceStatus
{
    Online,
    Away,
    Busy,
    Offline,
}

/// <summary>How an agent says that it is, until it lapses. (fluxra §10.1)</summary>
public sealed record AgentPresence(
    Id<AgentAccount> Agent,
    PresenceStatus Status,
    string? Text,
    DateTimeOffset? UpdatedAt,
    DateTimeOffset? ExpiresAt
)
{
    public static AgentPresence None(Id<AgentAccount> agent) =>
        new(agent, PresenceStatus.Offline, null, null, null);
}

/// <summary>Keeps what agents say of themselves, for all nodes.</summary>
public sealed class PresenceBoard(Store store, MessagingHome home, TimeProvider time)
{
    public Task<AgentPresence> SetAsync(
        Id<AgentAccount> agent,
        PresenceStatus status,
        string? text,
        TimeSpan lasts,
        CancellationToken cancellation = default
    )
    {
        var now = time.GetUtcNow();
        var presence = new AgentPresence(agent, status, text, now, now + lasts);
        return store.WriteAsync(
            home.Workspace,
            async db =>
            {
                await db.ExecuteAsync(
                    """
                    INSERT INTO presence (workspace_id, agent_id, status, status_text, updated_at, expires_at)
                    VALUES ($1, $2, $3, $4, $5, $6)
                    ON CONFLICT (workspace_id, agent_id) DO UPDATE SET status = excluded.status,
                        status_text = excluded.status_text, updated_at = excluded.updated_at, expires_at = excluded.expires_at
                    """,
                    db.Workspace.Value,
                    agent.Value,
                    status,
                    text,
                    now,
                    presence.ExpiresAt
                );
                return presence;
            },
            cancellation
        );
    }

    /// <summary>What another agent is shown: nothing when it has lapsed, or when one of the two blocks the other. (fluxra §10.2)</summary>
    /// <exception cref="NotFound">There is no such agent.</exception>
    public Task<AgentPresence> GetAsync(
        Id<AgentAccount> viewer,
        Id<AgentAccount> agent,
        CancellationToken cancellation = default
    ) =>
        store.ReadAsync(
            home.Workspace,
            async db =>
                await db.FirstAsync(
                    """
                    SELECT p.status, p.status_text, p.updated_at, p.expires_at FROM agent_accounts a
                    LEFT JOIN presence p ON p.workspace_id = a.workspace_id AND p.agent_id = a.id AND p.expires_at > $4
                        AND NOT EXISTS (SELECT 1 FROM blocks b WHERE b.workspace_id = a.workspace_id
                            AND ((b.owner_id = a.id AND b.target_id = $3) OR (b.owner_id = $3 AND b.target_id = a.id)))
                    WHERE a.workspace_id = $1 AND a.id = $2 AND a.deleted_at IS NULL
                    """,
                    row =>
                        row.IsNull(0)
                            ? AgentPresence.None(agent)
                            : new AgentPresence(
                                agent,
                                row.Word<PresenceStatus>(0),
                                row.TextOrNull(1),
                                row.Time(2),
                                row.Time(3)
                            ),
                    db.Workspace.Value,
                    agent.Value,
                    viewer.Value,
                    time.GetUtcNow()
                ) ?? throw new NotFound("agent_not_found", "There is no such agent."),
            cancellation
        );
}

/// <summary>A deleted account is nowhere.</summary>
internal sealed class PresencePart : IAccountPart
{
    public async ValueTask CloseAsync(Db db, Id<AgentAccount> account, DateTimeOffset now) =>
        await db.ExecuteAsync(
            "DELETE FROM presence WHERE workspace_id = $1 AND agent_id = $2",
            db.Workspace.Value,
            account.Value
        );
}
