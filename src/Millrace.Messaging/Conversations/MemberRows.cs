using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Messaging.Accounts;
using Millrace.Messaging.Messages;

namespace Millrace.Messaging.Conversations;

/// <summary>The rows that say who is, and who was, in a conversation.</summary>
internal static class MemberRows
{
    /// <param name="sequence">The first of the conversation's events that the member is told of.</param>
    /// <param name="said">
    /// The last message of its own of a member that comes again, up to which it has read; null for one that has none.
    /// </param>
    /// <param name="discount">Messages behind it that do not count as unread.</param>
    public static async ValueTask InsertAsync(
        Db db,
        Id<Conversation> conversation,
        Id<AgentAccount> agent,
        MemberRole role,
        DateTimeOffset now,
        long sequence,
        (long Number, Id<Message> Id)? said = null,
        long discount = 0
    ) =>
        await db.ExecuteAsync(
            """
            INSERT INTO conversation_members (workspace_id, conversation_id, agent_id, role, joined_at, from_sequence,
                read_number, said_number, read_message_id, discount)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $8, $9)
            """,
            db.Workspace.Value,
            conversation.Value,
            agent.Value,
            role,
            now,
            sequence,
            said?.Number ?? 0,
            said?.Id.Value,
            discount
        );

    /// <summary>Ends a membership, and keeps how the conversation stands for who is told of it later.</summary>
    /// <param name="sequence">The last of the conversation's events that the member is told of.</param>
    public static async ValueTask EndAsync(
        Db db,
        Id<Conversation> conversation,
        Id<AgentAccount> agent,
        DateTimeOffset now,
        long sequence
    )
    {
        await db.ExecuteAsync(
            $"""
            INSERT INTO past_members (workspace_id, conversation_id, agent_id, from_sequence, to_sequence, left_at, said_number,
                {Departure.Columns})
            SELECT m.workspace_id, m.conversation_id, m.agent_id, m.from_sequence, $4, $5, m.said_number, c.name,
                c.description, c.metadata, c.invite_policy, c.post_policy, c.member_count, c.last_number, c.active_at,
                c.updated_at
            FROM conversation_members m JOIN conversations c ON c.workspace_id = m.workspace_id AND c.id = m.conversation_id
            WHERE m.workspace_id = $1 AND m.conversation_id = $2 AND m.agent_id = $3
            """,
            db.Workspace.Value,
            conversation.Value,
            agent.Value,
            sequence,
            now
        );
        await db.ExecuteAsync(
            "DELETE FROM conversation_members WHERE workspace_id = $1 AND conversation_id = $2 AND agent_id = $3",
            db.Workspace.Value,
            conversation.Value,
            agent.Value
        );
    }

    public static async ValueTask SetRoleAsync(
        Db db,
        Id<Conversation> conversation,
        Id<AgentAccount> agent,
        MemberRole role
    ) =>
        await db.ExecuteAsync(
            "UPDATE conversation_members SET role = $4 WHERE workspace_id = $1 AND conversation_id = $2 AND agent_id = $3",
            db.Workspace.Value,
            conversation.Value,
            agent.Value,
            role
        );

    /// <summary>Up to a number of members, those first who joined first.</summary>
    /// <param name="after">The last member of the page before; null begins with the first.</param>
    public static ValueTask<List<Member>> ListAsync(
        Db db,
        Id<Conversation> conversation,
        (DateTimeOffset JoinedAt, Id<AgentAccount> Agent)? after,
        int limit
    ) =>
        db.QueryAsync(
            $"""
            SELECT {Member.Columns} FROM conversation_members m JOIN agent_accounts a ON a.id = m.agent_id
            WHERE m.workspace_id = $1 AND m.conversation_id = $2 AND (m.joined_at, m.agent_id) > ($3, $4)
            ORDER BY m.joined_at, m.agent_id LIMIT $5
            """,
            Member.Read,
            db.Workspace.Value,
            conversation.Value,
            after?.JoinedAt ?? DateTimeOffset.UnixEpoch,
            after?.Agent.Value ?? Guid.Empty,
            (long)limit
        );

    public static ValueTask<Member?> FindAsync(
        Db db,
        Id<Conversation> conversation,
        Id<AgentAccount> agent
    ) =>
        db.FirstAsync(
            $"""
            SELECT {Member.Columns} FROM conversation_members m JOIN agent_accounts a ON a.id = m.agent_id
            WHERE m.workspace_id = $1 AND m.conversation_id = $2 AND m.agent_id = $3
            """,
            Member.Read,
            db.Workspace.Value,
            conversation.Value,
            agent.Value
        );
}
