using Millrace.Core.Events;
using Millrace.Core.Failures;
using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Messaging.Accounts;
using Millrace.Messaging.Blocks;

namespace Millrace.Messaging.Conversations;

/// <summary>What came of inviting agents: those who are in the group are not asked, and nobody is asked twice.</summary>
public sealed record Invited(
    IReadOnlyList<GroupInvitation> Invitations,
    IReadOnlyList<Id<AgentAccount>> AlreadyMembers
);

/// <summary>Asks agents to join a group, where adding them at once is not wanted.</summary>
public sealed class GroupInvitations(
    Store store,
    MessagingHome home,
    Members members,
    ConversationViews views,
    EventLog events,
    TimeProvider time
)
{
    /// <summary>Invites all of them or none; who is invited already stays so.</summary>
    /// <exception cref="NotFound">No such conversation or agent.</exception>
    /// <exception cref="Forbidden">The agent may not add members, or one of them and it have blocked each other.</exception>
    public Task<Invited> InviteAsync(
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
                Members.RequireMayAdd(found, own, role);
                await Access.RequireAgentsAsync(db, agents, "agent_ids");
                await BlockRules.RequireNoneAsync(db, by, agents.Where(agent => agent != by));
                var already = new List<Id<AgentAccount>>();
                var invited = new List<GroupInvitation>();
                // Events of several subjects are appended in the order of their names.
                foreach (
                    var agent in agents.OrderBy(agent => agent.ToString(), StringComparer.Ordinal)
                )
                    if (await Access.RoleAsync(db, conversation, agent) is not null)
                        already.Add(agent);
                    else
                        invited.Add(await InviteAsync(db, conversation, agent, by, role));
                return new Invited(invited, already);
            },
            cancellation
        );

    /// <summary>An agent's own invitations, newest first.</summary>
    /// <param name="before">The last one of the page before.</param>
    public Task<Page<GroupInvitation>> ListAsync(
        Id<AgentAccount> agent,
        Id<GroupInvitation>? before,
        int limit,
        CancellationToken cancellation = default
    ) =>
        store.ReadAsync(
            home.Workspace,
            db => ListAsync(db, "agent_id", agent.Value, before, limit),
            cancellation
        );

    /// <summary>Who is invited to a group, newest first, for its members.</summary>
    /// <exception cref="NotFound">No such conversation, or the agent is no member.</exception>
    public Task<Page<GroupInvitation>> ListAsync(
        Id<AgentAccount> agent,
        Id<Conversation> conversation,
        Id<GroupInvitation>? before,
        int limit,
        CancellationToken cancellation = default
    ) =>
        store.ReadAsync(
            home.Workspace,
            async db =>
            {
                await Access.RequireAsync(db, conversation, agent);
                return await ListAsync(db, "conversation_id", conversation.Value, before, limit);
            },
            cancellation
        );

    /// <summary>Joins the group.</summary>
    /// <exception cref="NotFound">There is no such invitation of this agent.</exception>
    /// <exception cref="Forbidden">It and who invited it have blocked each other since.</exception>
    /// <exception cref="Conflict">The group is full.</exception>
    public Task<ConversationView> AcceptAsync(
        Id<AgentAccount> agent,
        Id<GroupInvitation> invitation,
        CancellationToken cancellation = default
    ) =>
        store.WriteRepeatablyAsync(
            home.Workspace,
            async db =>
            {
                var found = await RequireAsync(db, invitation, agent);
                // The inviter's standing does not matter any more: the invitation stands for itself.
                var conversation = await Access.LockAsync(db, found.Conversation);
                // It may have been withdrawn, or accepted elsewhere, before the lock; and a group without members is over.
                await RequireAsync(db, invitation, agent);
                if (conversation.MemberCount == 0)
                    throw Unknown();
                await BlockRules.RequireNoneAsync(db, agent, [found.InvitedBy]);
                await members.JoinAsync(db, conversation, agent, found.Role, found.InvitedBy);
                return await views.GetAsync(db, agent, found.Conversation);
            },
            cancellation
        );

    /// <exception cref="NotFound">There is no such invitation of this agent.</exception>
    public Task<GroupInvitation> DeclineAsync(
        Id<AgentAccount> agent,
        Id<GroupInvitation> invitation,
        CancellationToken cancellation = default
    ) =>
        store.WriteRepeatablyAsync(
            home.Workspace,
            async db =>
            {
                var found = await RequireAsync(db, invitation, agent);
                await Access.LockAsync(db, found.Conversation);
                await EndAsync(db, found, found.InvitedBy, "declined");
                return found;
            },
            cancellation
        );

    /// <summary>Takes an invitation back: who made it may, and who leads the group.</summary>
    /// <exception cref="NotFound">There is no such invitation to this group, or the agent is no member.</exception>
    /// <exception cref="Forbidden">Somebody else made it.</exception>
    public Task<GroupInvitation> WithdrawAsync(
        Id<AgentAccount> agent,
        Id<Conversation> conversation,
        Id<GroupInvitation> invitation,
        CancellationToken cancellation = default
    ) =>
        store.WriteRepeatablyAsync(
            home.Workspace,
            async db =>
            {
                var (_, role) = await Access.LockAsync(db, conversation, agent);
                var found = await FindAsync(db, invitation);
                if (found?.Conversation != conversation)
                    throw Unknown();
                if (found.InvitedBy != agent && role is MemberRole.Member)
                    throw Access.Refused(
                        "Only who made an invitation, owner and admins withdraw it."
                    );
                await EndAsync(db, found, found.Agent, "withdrawn");
                return found;
            },
            cancellation
        );

    private async ValueTask<GroupInvitation> InviteAsync(
        Db db,
        Id<Conversation> conversation,
        Id<AgentAccount> agent,
        Id<AgentAccount> by,
        MemberRole role
    )
    {
        var now = time.GetUtcNow();
        var added = await db.ExecuteAsync(
            """
            INSERT INTO group_invitations (workspace_id, id, conversation_id, agent_id, invited_by, role, created_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (workspace_id, conversation_id, agent_id) DO NOTHING
            """,
            db.Workspace.Value,
            Id<GroupInvitation>.New(now).Value,
            conversation.Value,
            agent.Value,
            by.Value,
            role,
            now
        );
        var invitation = await db.FirstAsync(
            $"SELECT {GroupInvitation.Columns} {From} AND i.conversation_id = $2 AND i.agent_id = $3",
            GroupInvitation.Read,
            db.Workspace.Value,
            conversation.Value,
            agent.Value
        );
        if (added == 1)
            await AppendAsync(
                db,
                agent,
                ConversationEvents.InvitationCreated,
                invitation!,
                "pending"
            );
        return invitation!;
    }

    private async ValueTask EndAsync(
        Db db,
        GroupInvitation invitation,
        Id<AgentAccount> told,
        string status
    )
    {
        var ended = await db.ExecuteAsync(
            "DELETE FROM group_invitations WHERE workspace_id = $1 AND id = $2",
            db.Workspace.Value,
            invitation.Id.Value
        );
        if (ended == 0)
            throw Unknown();
        await AppendAsync(db, told, ConversationEvents.InvitationUpdated, invitation, status);
    }

    private async ValueTask AppendAsync(
        Db db,
        Id<AgentAccount> told,
        string type,
        GroupInvitation invitation,
        string status
    ) =>
        await events.AppendAsync(
            db,
            db.Workspace,
            ConversationEvents.SubjectOf(told),
            type,
            $$"""{"invitation":"{{invitation.Id}}","conversation":"{{invitation.Conversation}}","agent":"{{invitation.Agent}}","status":"{{status}}"}"""
        );

    private const string From =
        "FROM group_invitations i JOIN conversations c ON c.workspace_id = i.workspace_id AND c.id = i.conversation_id WHERE i.workspace_id = $1";

    private static async ValueTask<Page<GroupInvitation>> ListAsync(
        Db db,
        string column,
        Guid value,
        Id<GroupInvitation>? before,
        int limit
    ) =>
        Page.Of(
            await db.QueryAsync(
                $"SELECT {GroupInvitation.Columns} {From} AND i.{column} = $2 AND i.id < $3 ORDER BY i.id DESC LIMIT $4",
                GroupInvitation.Read,
                db.Workspace.Value,
                value,
                before?.Value ?? Guid.AllBitsSet,
                (long)limit + 1
            ),
            limit
        );

    private static ValueTask<GroupInvitation?> FindAsync(Db db, Id<GroupInvitation> invitation) =>
        db.FirstAsync(
            $"SELECT {GroupInvitation.Columns} {From} AND i.id = $2",
            GroupInvitation.Read,
            db.Workspace.Value,
            invitation.Value
        );

    private static async ValueTask<GroupInvitation> RequireAsync(
        Db db,
        Id<GroupInvitation> invitation,
        Id<AgentAccount> agent
    ) =>
        await FindAsync(db, invitation) is { } found && found.Agent == agent
            ? found
            : throw Unknown();

    private static NotFound Unknown() =>
        new("invitation_not_found", "There is no such invitation.");
}
