using System.Security.Cryptography;
using System.Text;
using Millrace.Core.Failures;
using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Messaging.Accounts;
using Millrace.Messaging.Blocks;

namespace Millrace.Messaging.Conversations;

/// <summary>
/// The one conversation of each pair of agents. Its id follows from the two, keyed, so that nobody outside can tell from
/// an id who talks to whom. (fluxra §3)
/// </summary>
public sealed class DirectConversations(MessagingHome home)
{
    private const int IdBytes = 16;

    public Id<Conversation> IdOf(Id<AgentAccount> one, Id<AgentAccount> other)
    {
        var (low, high) = Ordered(one, other);
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(
            home.KeyFor("direct conversations"),
            Encoding.ASCII.GetBytes($"direct:{low.Text()}:{high.Text()}"),
            hash
        );
        hash[6] = (byte)((hash[6] & 0x0F) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new(new Guid(hash[..IdBytes], bigEndian: true));
    }

    /// <summary>Finds the pair's conversation or makes it, within the caller's write.</summary>
    /// <exception cref="NotFound">There is no such other agent.</exception>
    /// <exception cref="Forbidden">One of the two has blocked the other, and there is none yet.</exception>
    /// <exception cref="Invalid">The other is oneself.</exception>
    internal async ValueTask<(Id<Conversation> Id, bool IsNew)> OpenAsync(
        Db db,
        Id<AgentAccount> agent,
        Id<AgentAccount> other,
        string field,
        DateTimeOffset now
    )
    {
        if (agent == other)
            throw new Invalid("to_oneself", "An agent has no conversation with itself.", field);
        var id = IdOf(agent, other);
        var exists = await db.FirstAsync(
            "SELECT 1 FROM conversations WHERE workspace_id = $1 AND id = $2",
            row => row.Int64(0) == 1,
            db.Workspace.Value,
            id.Value
        );
        if (exists)
            return (id, false);
        await Access.RequireAgentsAsync(db, [other], field);
        await BlockRules.RequireNoneAsync(db, agent, [other]);
        return (id, await AddAsync(db, id, agent, other, now));
    }

    // Two processes on one PostgreSQL may make it at once.
    private static async ValueTask<bool> AddAsync(
        Db db,
        Id<Conversation> id,
        Id<AgentAccount> agent,
        Id<AgentAccount> other,
        DateTimeOffset now
    )
    {
        var (low, high) = Ordered(agent, other);
        var added = await db.ExecuteAsync(
            """
            INSERT INTO conversations (workspace_id, id, type, created_by, metadata, invite_policy, post_policy, low_id,
                high_id, member_count, last_number, deleted_count, active_at, created_at, updated_at)
            VALUES ($1, $2, 'direct', $3, '{}', 'admins', 'members', $4, $5, 2, 0, 0, $6, $6, $6)
            ON CONFLICT (workspace_id, id) DO NOTHING
            """,
            db.Workspace.Value,
            id.Value,
            agent.Value,
            low.Value,
            high.Value,
            now
        );
        if (added == 0)
            return false;
        foreach (var member in (Id<AgentAccount>[])[low, high])
            await MemberRows.InsertAsync(db, id, member, MemberRole.Member, now, sequence: 1);
        return true;
    }

    private static (Id<AgentAccount> Low, Id<AgentAccount> High) Ordered(
        Id<AgentAccount> one,
        Id<AgentAccount> other
    ) => string.CompareOrdinal(one.Text(), other.Text()) < 0 ? (one, other) : (other, one);
}
