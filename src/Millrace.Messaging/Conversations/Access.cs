using Millrace.Core.Failures;
using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Messaging.Accounts;

namespace Millrace.Messaging.Conversations;

/// <summary>Whether an agent may see and change a conversation, asked within a read or write.</summary>
internal static class Access
{
    /// <summary>The conversation and the agent's role in it.</summary>
    /// <exception cref="NotFound">There is none, or the agent is no member: one answer for both.</exception>
    public static async ValueTask<(Conversation Conversation, MemberRole Role)> RequireAsync(
        Db db,
        Id<Conversation> conversation,
        Id<AgentAccount> agent
    ) =>
        await db.FirstAsync(
            $"""
            SELECT {Conversation.Columns}, m.role FROM conversations c JOIN conversation_members m
                ON m.workspace_id = c.workspace_id AND m.conversation_id = c.id AND m.agent_id = $3
            WHERE c.workspace_id = $1 AND c.id = $2
            """,
            row =>
                ((Conversation, MemberRole)?)
                    (Conversation.Read(row), row.Word<MemberRole>(Conversation.ColumnCount)),
            db.Workspace.Value,
            conversation.Value,
            agent.Value
        ) ?? throw Unknown();

    /// <summary>Likewise, and until the write ends nobody else changes the conversation.</summary>
    public static async ValueTask<(Conversation Conversation, MemberRole Role)> LockAsync(
        Db db,
        Id<Conversation> conversation,
        Id<AgentAccount> agent
    )
    {
        if (db.Dialect is Dialect.Postgres)
            await LockAsync(db, conversation);
        return await RequireAsync(db, conversation, agent);
    }

    /// <summary>A conversation that nobody else changes until the write ends. On SQLite writes are alone anyway.</summary>
    public static async ValueTask<Conversation> LockAsync(Db db, Id<Conversation> conversation) =>
        await db.FirstAsync(
            $"""
            SELECT {Conversation.Columns} FROM conversations c WHERE c.workspace_id = $1 AND c.id = $2
            {db.Held("FOR UPDATE")}
            """,
            Conversation.Read,
            db.Workspace.Value,
            conversation.Value
        ) ?? throw Unknown();

    public static async ValueTask<MemberRole?> RoleAsync(
        Db db,
        Id<Conversation> conversation,
        Id<AgentAccount> agent
    ) =>
        await db.FirstAsync(
            """
            SELECT role FROM conversation_members
            WHERE workspace_id = $1 AND conversation_id = $2 AND agent_id = $3
            """,
            row => (MemberRole?)row.Word<MemberRole>(0),
            db.Workspace.Value,
            conversation.Value,
            agent.Value
        );

    /// <summary>Fails with <see cref="NotFound"/>, naming the field, unless all are accounts that are not deleted.</summary>
    public static async ValueTask RequireAgentsAsync(
        Db db,
        IEnumerable<Id<AgentAccount>> agents,
        string field
    )
    {
        foreach (var agent in agents)
        {
            if (!await ExistsAsync(db, agent))
                throw UnknownAgent(field, agent);
        }
    }

    // On PostgreSQL a deletion waits for this write, or is seen by it.
    private static ValueTask<bool> ExistsAsync(Db db, Id<AgentAccount> agent) =>
        db.FirstAsync(
            $"""
            SELECT 1 FROM agent_accounts WHERE workspace_id = $1 AND id = $2 AND deleted_at IS NULL
            {db.Held("FOR SHARE")}
            """,
            row => row.Int64(0) == 1,
            db.Workspace.Value,
            agent.Value
        );

    private static NotFound UnknownAgent(string field, Id<AgentAccount> agent) =>
        new("agent_not_found", $"{field}: there is no agent {agent.Text()}.", field);

    /// <summary>Fails unless both the caller and another are accounts; on PostgreSQL a deletion of either waits for this write.</summary>
    /// <exception cref="Unauthenticated">The caller was deleted since its token was looked at.</exception>
    public static async ValueTask RequirePairAsync(
        Db db,
        Id<AgentAccount> caller,
        Id<AgentAccount> other,
        string field
    )
    {
        Id<AgentAccount>[] both = caller < other ? [caller, other] : [other, caller];
        foreach (var agent in both)
        {
            if (await ExistsAsync(db, agent))
                continue;
            throw agent == caller
                ? new Unauthenticated("account_deleted", "The account is deleted.")
                : UnknownAgent(field, agent);
        }
    }

    public static NotFound Unknown() =>
        new("conversation_not_found", "There is no such conversation.");

    public static Forbidden Refused(string message) => new("not_allowed", message);
}
