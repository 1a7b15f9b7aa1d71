using Millrace.Core.Events;
using Millrace.Core.Failures;
using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Messaging.Accounts;
using Millrace.Messaging.Blocks;
using Millrace.Messaging.Messages;

namespace Millrace.Messaging.Conversations;

/// <summary>What came of adding agents.</summary>
public sealed record Added(
    IReadOnlyList<Member> Members,
    IReadOnlyList<Id<AgentAccount>> AlreadyMembers,
    long MemberCount
);

/// <summary>Who is in a group and what each may do there. (fluxra §13.5 to 13.8)</summary>
public sealed class Members(
    Store store,
    MessagingHome home,
    EventLog events,
    Discounts discounts,
    ChatOptions options,
    TimeProvider time
)
{
    /// <summary>Those first who joined first.</summary>
    /// <param name="after">The last member of the page before; null begins with the first.</param>
    /// <exception cref="NotFound">No such conversation, or the agent is no member.</exception>
    public Task<Page<Member>> ListAsync(
        Id<AgentAccount> agent,
        Id<Conversation> conversation,
        (DateTimeOffset JoinedAt, Id<AgentAccount> Agent)? after,
        int limit,
        CancellationToken cancellation = default
    ) =>
        store.ReadAsync(
            home.Workspace,
            async db =>
            {
                await Access.RequireAsync(db, conversation, agent);
                return Page.Of(
                    await MemberRows.ListAsync(db, conversation, after, limit + 1),
                    limit
                );
            },
            cancellation
        );

    /// <summary>Adds all of them or none.</summary>
    /// <exception cref="NotFound">No such conversation or agent.</exception>
    /// <exception cref="Forbidden">The agent may not add, or one of them and it have blocked each other.</exception>
    /// <exception cref="Conflict">The group would be too large.</exception>
    public Task<Added> AddAsync(
        Id<AgentAccount> by,
        Id<Conversation> conversation,
        IReadOnlyList<Id<AgentAccount>> agents,
        MemberRole role,
        CancellationToken cancellation = default
    ) =>
        store.WriteRepeatablyAsync(
            home.Workspace,
            async db =>
            {
                var (found, own) = await Access.LockAsync(db, conversation, by);
                RequireMayAdd(found, own, role);
                await Access.RequireAgentsAsync(db, agents, "agent_ids");
                await BlockRules.RequireNoneAsync(db, by, agents.Where(agent => agent != by));
                var already = new List<Id<AgentAccount>>();
                foreach (var agent in agents)
                    if (await Access.RoleAsync(db, conversation, agent) is not null)
                        already.Add(agent);
                var fresh = agents.Except(already).ToList();
                var added = new List<Member>(fresh.Count);
                foreach (var agent in fresh)
                    added.Add(await JoinAsync(db, found, agent, role, by));
                return new Added(added, already, found.MemberCount + fresh.Count);
            },
            cancellation
        );

    /// <summary>Takes an agent out of a group, or lets it leave, and says how many are left.</summary>
    /// <exception cref="NotFound">No such conversation, or the agent is no member.</exception>
    /// <exception cref="Forbidden">It is direct, or the member's role is not below one's own.</exception>
    public Task<long> RemoveAsync(
        Id<AgentAccount> by,
        Id<Conversation> conversation,
        Id<AgentAccount> agent,
        CancellationToken cancellation = default
    ) =>
        store.WriteRepeatablyAsync(
            home.Workspace,
            async db =>
            {
                var (found, own) = await Access.LockAsync(db, conversation, by);
                if (!found.IsGroup)
                    throw Access.Refused(
                        "Nobody leaves a direct conversation; block the other agent."
                    );
                var role = await Access.RoleAsync(db, conversation, agent) ?? throw NoMember();
                if (agent != by && own >= role)
                    throw Access.Refused("Only who leads a member removes it.");
                await LeaveAsync(db, conversation, agent, role, by);
                return found.MemberCount - 1;
            },
            cancellation
        );

    /// <summary>Gives a member another role; the owner who hands over becomes an admin.</summary>
    /// <exception cref="NotFound">No such conversation, or the agent is no member.</exception>
    /// <exception cref="Forbidden">It is direct, or the one who asks does not own it.</exception>
    /// <exception cref="Conflict">The owner would leave the group without one.</exception>
    public Task<Member> SetRoleAsync(
        Id<AgentAccount> by,
        Id<Conversation> conversation,
        Id<AgentAccount> agent,
        MemberRole role,
        CancellationToken cancellation = default
    ) =>
        store.WriteRepeatablyAsync(
            home.Workspace,
            async db =>
            {
                var (found, own) = await Access.LockAsync(db, conversation, by);
                if (!found.IsGroup || own is not MemberRole.Owner)
                    throw Access.Refused("Only the owner of a group gives roles.");
                var before = await Access.RoleAsync(db, conversation, agent) ?? throw NoMember();
                if (agent == by && role is not MemberRole.Owner)
                    throw new Conflict(
                        "owner_stays",
                        "Hand the group over first: make another member its owner."
                    );
                if (role != before)
                {
                    await MemberRows.SetRoleAsync(db, conversation, agent, role);
                    if (role is MemberRole.Owner)
                        await MemberRows.SetRoleAsync(db, conversation, by, MemberRole.Admin);
                    await UpdatedAsync(db, conversation);
                }
                return (await MemberRows.FindAsync(db, conversation, agent))!;
            },
            cancellation
        );

    /// <summary>Fails unless a member of that role may add others with a role.</summary>
    internal static void RequireMayAdd(
        Conversation conversation,
        MemberRole own,
        MemberRole granted
    )
    {
        if (!conversation.IsGroup)
            throw Access.Refused("A direct conversation stays between its two agents.");
        if (own is MemberRole.Member && conversation.InvitePolicy is InvitePolicy.Admins)
            throw Access.Refused("Only the owner and admins add members here.");
        if (granted is not MemberRole.Member && own is not MemberRole.Owner)
            throw Access.Refused("Only the owner makes admins.");
    }

    /// <summary>Adds one agent to a locked group.</summary>
    /// <exception cref="Conflict">The group would be too large.</exception>
    internal async ValueTask<Member> JoinAsync(
        Db db,
        Conversation conversation,
        Id<AgentAccount> agent,
        MemberRole role,
        Id<AgentAccount> by
    )
    {
        var count = await CountAsync(db, conversation.Id, 1);
        if (count > options.LargestGroup)
            throw new Conflict(
                "group_full",
                $"A group has at most {options.LargestGroup} members."
            );
        var sequence = await ConversationEvents.MemberAsync(
            events,
            db,
            ConversationEvents.MemberAdded,
            conversation.Id,
            agent,
            by
        );
        var said = await LastSaidAsync(db, conversation.Id, agent);
        await MemberRows.InsertAsync(
            db,
            conversation.Id,
            agent,
            role,
            time.GetUtcNow(),
            sequence,
            said,
            said is { } last
                ? await DeletedAfterAsync(db, conversation.Id, last.Number)
                : conversation.DeletedCount
        );
        await discounts.RecountAsync(db, conversation.Id, agent);
        await db.ExecuteAsync(
            "DELETE FROM group_invitations WHERE workspace_id = $1 AND conversation_id = $2 AND agent_id = $3",
            db.Workspace.Value,
            conversation.Id.Value,
            agent.Value
        );
        return (await MemberRows.FindAsync(db, conversation.Id, agent))!;
    }

    /// <summary>
    /// The last message of an agent that was a member before. It has read up to there, as every sender has, and so none
    /// of its own messages ever lies behind a read position. (fluxra §12.1)
    /// </summary>
    private static ValueTask<(long Number, Id<Message> Id)?> LastSaidAsync(
        Db db,
        Id<Conversation> conversation,
        Id<AgentAccount> agent
    ) =>
        db.FirstAsync(
            """
            SELECT m.number, m.id FROM past_members p JOIN messages m
                ON m.workspace_id = p.workspace_id AND m.conversation_id = p.conversation_id AND m.number = p.said_number
            WHERE p.workspace_id = $1 AND p.conversation_id = $2 AND p.agent_id = $3
            ORDER BY p.to_sequence DESC LIMIT 1
            """,
            row => ((long, Id<Message>)?)(row.Int64(0), row.Id<Message>(1)),
            db.Workspace.Value,
            conversation.Value,
            agent.Value
        );

    private static ValueTask<long> DeletedAfterAsync(
        Db db,
        Id<Conversation> conversation,
        long number
    ) =>
        db.FirstAsync(
            "SELECT COUNT(*) FROM messages WHERE workspace_id = $1 AND conversation_id = $2 AND number > $3 AND deleted_at IS NOT NULL",
            row => row.Int64(0),
            db.Workspace.Value,
            conversation.Value,
            number
        );

    /// <summary>Takes one agent out of a locked group; an owner's place passes on.</summary>
    internal async ValueTask LeaveAsync(
        Db db,
        Id<Conversation> conversation,
        Id<AgentAccount> agent,
        MemberRole role,
        Id<AgentAccount> by
    )
    {
        var sequence = await ConversationEvents.MemberAsync(
            events,
            db,
            ConversationEvents.MemberRemoved,
            conversation,
            agent,
            by
        );
        await CountAsync(db, conversation, -1);
        await MemberRows.EndAsync(db, conversation, agent, time.GetUtcNow(), sequence);
        if (role is not MemberRole.Owner)
            return;
        var heir = await db.FirstAsync(
            """
            SELECT agent_id FROM conversation_members WHERE workspace_id = $1 AND conversation_id = $2
            ORDER BY CASE role WHEN 'admin' THEN 0 ELSE 1 END, joined_at, agent_id LIMIT 1
            """,
            row => (Id<AgentAccount>?)row.Id<AgentAccount>(0),
            db.Workspace.Value,
            conversation.Value
        );
        if (heir is not { } owner)
            return;
        await MemberRows.SetRoleAsync(db, conversation, owner, MemberRole.Owner);
        await UpdatedAsync(db, conversation);
    }

    private static ValueTask<long> CountAsync(Db db, Id<Conversation> conversation, int change) =>
        db.FirstAsync(
            """
            UPDATE conversations SET member_count = member_count + $3 WHERE workspace_id = $1 AND id = $2
            RETURNING member_count
            """,
            row => row.Int64(0),
            db.Workspace.Value,
            conversation.Value,
            (long)change
        );

    private async ValueTask UpdatedAsync(Db db, Id<Conversation> conversation) =>
        await ConversationEvents.AppendAsync(
            events,
            db,
            ConversationEvents.ConversationUpdated,
            conversation
        );

    private static NotFound NoMember() =>
        new("member_not_found", "There is no such member in this conversation.");
}
