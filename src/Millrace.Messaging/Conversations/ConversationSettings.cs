using Millrace.Core.Events;
using Millrace.Core.Failures;
using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Messaging.Accounts;
using Millrace.Messaging.Blocks;

namespace Millrace.Messaging.Conversations;

/// <summary>A group that is to be made.</summary>
public sealed record NewGroup
{
    public string? Name { get; init; }

    public string? Description { get; init; }

    /// <summary>Besides the one who makes it; each once.</summary>
    public IReadOnlyList<Id<AgentAccount>> Members { get; init; } = [];

    /// <summary>JSON: an object.</summary>
    public string Metadata { get; init; } = "{}";

    public InvitePolicy InvitePolicy { get; init; }

    public PostPolicy PostPolicy { get; init; }
}

/// <summary>What is to change of a group.</summary>
public sealed record GroupChange
{
    public Change<string?> Name { get; init; }

    public Change<string?> Description { get; init; }

    /// <summary>Null leaves it as it is, as with the policies.</summary>
    public string? Metadata { get; init; }

    public InvitePolicy? InvitePolicy { get; init; }

    public PostPolicy? PostPolicy { get; init; }
}

/// <summary>Makes conversations and changes their settings. (fluxra §13.1, 13.4)</summary>
public sealed class ConversationSettings(
    Store store,
    MessagingHome home,
    DirectConversations directs,
    ConversationViews views,
    EventLog events,
    ChatOptions options,
    TimeProvider time
)
{
    /// <summary>Finds the pair's conversation, or makes it; the other one is not told before somebody writes.</summary>
    /// <exception cref="NotFound">There is no such other agent.</exception>
    /// <exception cref="Forbidden">One of the two has blocked the other.</exception>
    public Task<(ConversationView View, bool IsNew)> OpenDirectAsync(
        Id<AgentAccount> agent,
        Id<AgentAccount> other,
        CancellationToken cancellation = default
    ) =>
        store.WriteAsync(
            home.Workspace,
            async db =>
            {
                var (id, isNew) = await directs.OpenAsync(
                    db,
                    agent,
                    other,
                    "member_ids",
                    time.GetUtcNow()
                );
                await BlockRules.RequireNoneAsync(db, agent, [other]);
                // A message that this shows is not deleted before the answer is kept.
                await Access.LockAsync(db, id);
                if (isNew)
                    await events.AppendAsync(
                        db,
                        db.Workspace,
                        ConversationEvents.SubjectOf(agent),
                        ConversationEvents.ConversationCreated,
                        $$"""{"conversation":"{{id}}"}"""
                    );
                return (await views.GetAsync(db, agent, id), isNew);
            },
            cancellation
        );

    /// <exception cref="NotFound">A listed agent does not exist.</exception>
    /// <exception cref="Forbidden">One of them and the creator have blocked each other.</exception>
    /// <exception cref="Invalid">More than a group may have.</exception>
    public Task<ConversationView> CreateGroupAsync(
        Id<AgentAccount> creator,
        NewGroup group,
        CancellationToken cancellation = default
    )
    {
        if (group.Members.Count + 1 > options.LargestGroup)
            throw new Invalid(
                "group_too_large",
                $"A group has at most {options.LargestGroup} members.",
                "member_ids"
            );
        return store.WriteAsync(
            home.Workspace,
            async db =>
            {
                var now = time.GetUtcNow();
                await Access.RequireAgentsAsync(db, group.Members, "member_ids");
                await BlockRules.RequireNoneAsync(db, creator, group.Members);
                var id = Id<Conversation>.New(now);
                await InsertAsync(db, id, creator, group, now);
                await ConversationEvents.AppendAsync(
                    events,
                    db,
                    ConversationEvents.ConversationCreated,
                    id
                );
                await MemberRows.InsertAsync(db, id, creator, MemberRole.Owner, now, sequence: 1);
                foreach (var member in group.Members)
                    await MemberRows.InsertAsync(
                        db,
                        id,
                        member,
                        MemberRole.Member,
                        now,
                        sequence: 1
                    );
                return await views.GetAsync(db, creator, id);
            },
            cancellation
        );
    }

    /// <exception cref="NotFound">No such conversation, or the agent is no member.</exception>
    /// <exception cref="Forbidden">It is direct, or the agent neither owns nor administers it.</exception>
    public Task<ConversationView> ChangeAsync(
        Id<AgentAccount> agent,
        Id<Conversation> conversation,
        GroupChange change,
        CancellationToken cancellation = default
    ) =>
        store.WriteAsync(
            home.Workspace,
            async db =>
            {
                var (found, role) = await Access.LockAsync(db, conversation, agent);
                if (!found.IsGroup)
                    throw Access.Refused("A direct conversation has no settings.");
                if (role is MemberRole.Member)
                    throw Access.Refused("Only the owner and admins change a conversation.");
                await db.ExecuteAsync(
                    """
                    UPDATE conversations SET name = $3, description = $4, metadata = $5, invite_policy = $6,
                        post_policy = $7, updated_at = $8
                    WHERE workspace_id = $1 AND id = $2
                    """,
                    db.Workspace.Value,
                    conversation.Value,
                    change.Name.Or(found.Name),
                    change.Description.Or(found.Description),
                    change.Metadata ?? found.Metadata,
                    change.InvitePolicy ?? found.InvitePolicy,
                    change.PostPolicy ?? found.PostPolicy,
                    time.GetUtcNow()
                );
                await ConversationEvents.AppendAsync(
                    events,
                    db,
                    ConversationEvents.ConversationUpdated,
                    conversation
                );
                return await views.GetAsync(db, agent, conversation);
            },
            cancellation
        );

    private static async ValueTask InsertAsync(
        Db db,
        Id<Conversation> id,
        Id<AgentAccount> creator,
        NewGroup group,
        DateTimeOffset now
    ) =>
        await db.ExecuteAsync(
            """
            INSERT INTO conversations (workspace_id, id, type, name, description, created_by, metadata, invite_policy,
                post_policy, member_count, last_number, deleted_count, active_at, created_at, updated_at)
            VALUES ($1, $2, 'group', $3, $4, $5, $6, $7, $8, $9, 0, 0, $10, $10, $10)
            """,
            db.Workspace.Value,
            id.Value,
            group.Name,
            group.Description,
            creator.Value,
            group.Metadata,
            group.InvitePolicy,
            group.PostPolicy,
            (long)group.Members.Count + 1,
            now
        );
}
