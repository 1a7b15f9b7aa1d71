using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Messaging.Accounts;

namespace Millrace.Messaging.Conversations;

/// <summary>
/// Counts anew which messages after a read position do not count as unread, where what is hidden from a member has
/// changed. Only where the operator chose to hide messages is anything counted.
/// </summary>
public sealed class Discounts(ChatOptions options)
{
    /// <summary>In one conversation of an agent.</summary>
    internal async ValueTask RecountAsync(
        Db db,
        Id<Conversation> conversation,
        Id<AgentAccount> agent
    )
    {
        if (!options.Filters)
            return;
        await db.ExecuteAsync(
            """
            UPDATE conversation_members SET discount = (
                SELECT COUNT(*) FROM messages m
                WHERE m.workspace_id = $1 AND m.conversation_id = $2 AND m.number > conversation_members.read_number
                    AND (m.deleted_at IS NOT NULL OR m.sender_id = $3 OR EXISTS (SELECT 1 FROM blocks b
                        WHERE b.workspace_id = $1 AND b.owner_id = $3 AND b.target_id = m.sender_id)))
            WHERE workspace_id = $1 AND conversation_id = $2 AND agent_id = $3
            """,
            db.Workspace.Value,
            conversation.Value,
            agent.Value
        );
    }

    /// <summary>In all groups of an agent in which another is, or was, a member.</summary>
    internal async ValueTask RecountAsync(Db db, Id<AgentAccount> agent, Id<AgentAccount> other)
    {
        if (!options.Filters)
            return;
        var shared = await db.QueryAsync(
            """
            SELECT x.conversation_id FROM conversation_members x
            JOIN conversations c ON c.workspace_id = x.workspace_id AND c.id = x.conversation_id AND c.type = 'group'
            WHERE x.workspace_id = $1 AND x.agent_id = $2 AND (
                EXISTS (SELECT 1 FROM conversation_members y
                    WHERE y.workspace_id = $1 AND y.conversation_id = x.conversation_id AND y.agent_id = $3)
                OR EXISTS (SELECT 1 FROM past_members y
                    WHERE y.workspace_id = $1 AND y.conversation_id = x.conversation_id AND y.agent_id = $3))
            """,
            row => row.Id<Conversation>(0),
            db.Workspace.Value,
            agent.Value,
            other.Value
        );
        foreach (var conversation in shared)
            await RecountAsync(db, conversation, agent);
    }
}
