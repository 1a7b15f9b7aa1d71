using Millrace.Core.Failures;
using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Messaging.Accounts;
using Millrace.Messaging.Conversations;

namespace Millrace.Messaging.Blocks;

/// <summary>What blocks forbid. Every refusal is in the same words, so that none says who blocked whom. (fluxra §11.3)</summary>
public static class BlockRules
{
    /// <summary>Fails with <see cref="Forbidden"/> when one of the others has blocked the agent or the agent one of them.</summary>
    public static async ValueTask RequireNoneAsync(
        Db db,
        Id<AgentAccount> agent,
        IEnumerable<Id<AgentAccount>> others
    )
    {
        foreach (var other in others)
        {
            var blocked = await db.FirstAsync(
                """
                SELECT 1 FROM blocks WHERE workspace_id = $1
                    AND ((owner_id = $2 AND target_id = $3) OR (owner_id = $3 AND target_id = $2)) LIMIT 1
                """,
                row => row.Int64(0) == 1,
                db.Workspace.Value,
                agent.Value,
                other.Value
            );
            if (blocked)
                throw Refused();
        }
    }

    /// <summary>An SQL condition: whether the message <c>m</c> is hidden from the agent of parameter <paramref name="viewer"/>.</summary>
    internal static string Hides(string viewer) =>
        $"""
            EXISTS (SELECT 1 FROM blocks b
                WHERE b.workspace_id = m.workspace_id AND b.owner_id = {viewer} AND b.target_id = m.sender_id)
            """;

    internal static Forbidden Refused() =>
        Access.Refused("You cannot write to this agent or conversation.");
}
