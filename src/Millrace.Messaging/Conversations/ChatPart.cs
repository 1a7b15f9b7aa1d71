using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Messaging.Accounts;

namespace Millrace.Messaging.Conversations;

/// <summary>
/// What a deleted account leaves: its groups, which pass on; its direct conversations, in which nobody writes any more;
/// blocks by and against it, and invitations, which are gone. What it said stays. (fluxra §9.7)
/// </summary>
internal sealed class ChatPart(Members members, Discounts discounts) : IAccountPart
{
    public async ValueTask CloseAsync(Db db, Id<AgentAccount> account, DateTimeOffset now)
    {
        var groups = await db.QueryAsync(
            """
            SELECT c.id FROM conversation_members m JOIN conversations c
                ON c.workspace_id = m.workspace_id AND c.id = m.conversation_id AND c.type = 'group'
            WHERE m.workspace_id = $1 AND m.agent_id = $2 ORDER BY c.id
            """,
            row => row.Id<Conversation>(0),
            db.Workspace.Value,
            account.Value
        );
        // The order of ids is that of the subjects' names, in which appends of several subjects are made.
        foreach (var group in groups)
        {
            var (_, role) = await Access.LockAsync(db, group, account);
            await members.LeaveAsync(db, group, account, role, account);
        }
        var blockers = await db.QueryAsync(
            "SELECT owner_id FROM blocks WHERE workspace_id = $1 AND target_id = $2 ORDER BY owner_id",
            row => row.Id<AgentAccount>(0),
            db.Workspace.Value,
            account.Value
        );
        foreach (var statement in Ending)
            await db.ExecuteAsync(statement, db.Workspace.Value, account.Value, now);
        // What it said is hidden from them no longer.
        foreach (var blocker in blockers)
            await discounts.RecountAsync(db, blocker, account);
    }

    private static readonly string[] Ending =
    [
        """
            UPDATE conversations SET closed_at = $3 WHERE workspace_id = $1 AND type = 'direct' AND id IN
                (SELECT conversation_id FROM conversation_members WHERE workspace_id = $1 AND agent_id = $2)
            """,
        "DELETE FROM blocks WHERE workspace_id = $1 AND (owner_id = $2 OR target_id = $2) AND $3 > 0",
        "DELETE FROM group_invitations WHERE workspace_id = $1 AND (agent_id = $2 OR invited_by = $2) AND $3 > 0",
    ];
}
