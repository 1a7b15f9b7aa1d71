using Millrace.Core.Events;
using Millrace.Core.Failures;
using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Messaging.Accounts;
using Millrace.Messaging.Conversations;

namespace Millrace.Messaging.Messages;

/// <summary>Changes what was said, and takes it back. (fluxra §11.4, 12.4, 12.5)</summary>
public sealed class Revision(
    Store store,
    MessagingHome home,
    Sending sending,
    KeptAnswers answers,
    EventLog events,
    MessageWords words,
    ChatOptions options,
    TimeProvider time
)
{
    /// <param name="mentions">Null leaves them as they are.</param>
    /// <exception cref="NotFound">No such message, or the agent is no member.</exception>
    /// <exception cref="Forbidden">The agent is not its sender, could not send there now, or is too late.</exception>
    /// <exception cref="Conflict">It is deleted.</exception>
    public Task<Message> EditAsync(
        Id<AgentAccount> agent,
        Id<Message> message,
        string content,
        IReadOnlyList<Id<AgentAccount>>? mentions,
        CancellationToken cancellation = default
    ) =>
        store.WriteRepeatablyAsync(
            home.Workspace,
            async db =>
            {
                var (found, conversation, _) = await LockAsync(db, agent, message);
                if (found.Sender != agent)
                    throw Access.Refused("Only its sender edits a message.");
                await sending.CheckAsync(db, conversation, agent);
                CheckWindow(found, options.EditWindow, "edited");
                if (found.DeletedAt is not null)
                    throw new Conflict("message_deleted", "A deleted message cannot be edited.");
                var mentioned = mentions ?? found.Mentions;
                if (found.Content == content && found.Mentions.SequenceEqual(mentioned))
                    return found;
                var edited = found with
                {
                    Content = content,
                    Mentions = mentioned,
                    EditedAt = time.GetUtcNow(),
                    ChangedSequence = await AppendAsync(
                        db,
                        ConversationEvents.MessageUpdated,
                        found
                    ),
                };
                await db.ExecuteAsync(
                    """
                    UPDATE messages SET content = $4, mentions = $5, edited_at = $6, changed_sequence = $7
                    WHERE workspace_id = $1 AND conversation_id = $2 AND number = $3
                    """,
                    db.Workspace.Value,
                    edited.Conversation.Value,
                    edited.Number,
                    edited.Content,
                    Message.BytesOf(edited.Mentions),
                    edited.EditedAt,
                    edited.ChangedSequence
                );
                return edited;
            },
            cancellation
        );

    /// <summary>Leaves a tombstone in its place. Doing it again changes nothing.</summary>
    /// <exception cref="NotFound">No such message, or the agent is no member.</exception>
    /// <exception cref="Forbidden">The agent is neither its sender nor owner or admin of the group, or is too late.</exception>
    public Task<Message> DeleteAsync(
        Id<AgentAccount> agent,
        Id<Message> message,
        CancellationToken cancellation = default
    ) =>
        store.WriteRepeatablyAsync(
            home.Workspace,
            async db =>
            {
                var (found, conversation, role) = await LockAsync(db, agent, message);
                var leads = conversation.IsGroup && role is not MemberRole.Member;
                if (found.Sender != agent && !leads)
                    throw Access.Refused(
                        "Only its sender, and owner and admins of a group, delete a message."
                    );
                if (found.DeletedAt is not null)
                    return found;
                CheckWindow(found, options.DeleteWindow, "deleted");
                var deleted = found.Emptied() with
                {
                    DeletedAt = time.GetUtcNow(),
                    ChangedSequence = await AppendAsync(
                        db,
                        ConversationEvents.MessageDeleted,
                        found
                    ),
                };
                await BuryAsync(db, deleted, hides: options.Filters && conversation.IsGroup);
                await answers.BuryAsync(db, deleted);
                return deleted;
            },
            cancellation
        );

    private static async ValueTask<(Message, Conversation, MemberRole)> LockAsync(
        Db db,
        Id<AgentAccount> agent,
        Id<Message> id
    )
    {
        var before = await MessageHistory.FindAsync(db, id) ?? throw MessageHistory.Unknown();
        if (await Access.RoleAsync(db, before.Conversation, agent) is null)
            throw MessageHistory.Unknown();
        var (conversation, role) = await Access.LockAsync(db, before.Conversation, agent);
        // Read again now that nobody else changes it.
        var message = await MessageHistory.FindAsync(db, conversation.Id, before.Number);
        return (message!, conversation, role);
    }

    private void CheckWindow(Message message, TimeSpan? window, string done)
    {
        if (window is { } longest && time.GetUtcNow() - message.CreatedAt > longest)
            throw Access.Refused($"A message can be {done} for {longest}.");
    }

    /// <summary>Empties the row, and counts it off for those who have not come to it.</summary>
    /// <param name="hides">Whether it is not counted already for those who have blocked its sender.</param>
    private static async ValueTask BuryAsync(Db db, Message message, bool hides)
    {
        await db.ExecuteAsync(
            """
            UPDATE messages SET content = '', mentions = NULL, metadata = NULL, attachments = NULL, deleted_at = $4,
                changed_sequence = $5
            WHERE workspace_id = $1 AND conversation_id = $2 AND number = $3
            """,
            db.Workspace.Value,
            message.Conversation.Value,
            message.Number,
            message.DeletedAt,
            message.ChangedSequence
        );
        await db.ExecuteAsync(
            "UPDATE conversations SET deleted_count = deleted_count + 1 WHERE workspace_id = $1 AND id = $2",
            db.Workspace.Value,
            message.Conversation.Value
        );
        var others = hides
            ? "AND agent_id NOT IN (SELECT owner_id FROM blocks WHERE workspace_id = $1 AND target_id = $4)"
            : "";
        await db.ExecuteAsync(
            $"""
            UPDATE conversation_members SET discount = discount + 1
            WHERE workspace_id = $1 AND conversation_id = $2 AND read_number < $3 AND agent_id <> $4 {others}
            """,
            db.Workspace.Value,
            message.Conversation.Value,
            message.Number,
            message.Sender.Value
        );
    }

    /// <returns>The event's number among those of the conversation.</returns>
    private ValueTask<long> AppendAsync(Db db, string type, Message message)
    {
        db.AfterCommit(words.Wake);
        return ConversationEvents.AppendAsync(
            events,
            db,
            type,
            message.Conversation,
            ConversationEvents.DataOf(message.Id, message.Number)
        );
    }
}
