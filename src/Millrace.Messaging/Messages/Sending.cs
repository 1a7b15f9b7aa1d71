using System.Runtime.InteropServices;
using Millrace.Core.Events;
using Millrace.Core.Failures;
using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Messaging.Accounts;
using Millrace.Messaging.Blocks;
using Millrace.Messaging.Conversations;

namespace Millrace.Messaging.Messages;

/// <summary>
/// Sends: one write of five statements, whatever the conversation holds and however many read it. It gives the message and
/// its event their numbers, moves the conversation up, and the sender's read position on. (fluxra §12.1)
/// </summary>
public sealed class Sending(
    Store store,
    MessagingHome home,
    DirectConversations directs,
    EventLog events,
    MessageWords words,
    ChatOptions options,
    TimeProvider time
)
{
    /// <exception cref="NotFound">No such conversation or recipient.</exception>
    /// <exception cref="Forbidden">The sender is no member, blocked, or may not post.</exception>
    /// <exception cref="Invalid">The message answered is of another conversation.</exception>
    public Task<Message> SendAsync(
        Id<AgentAccount> sender,
        NewMessage request,
        CancellationToken cancellation = default
    ) =>
        store.WriteRepeatablyAsync(
            home.Workspace,
            db => SendAsync(db, sender, request),
            cancellation
        );

    /// <summary>Likewise within the caller's write.</summary>
    public async ValueTask<Message> SendAsync(Db db, Id<AgentAccount> sender, NewMessage request)
    {
        var now = time.GetUtcNow();
        var conversation =
            request.Conversation
            ?? await OpenDirectAsync(db, sender, request.Recipient!.Value, now);
        var place = await TakePlaceAsync(db, conversation, now) ?? throw Access.Unknown();
        await CheckAsync(db, conversation, sender, place);
        await CheckReplyAsync(db, conversation, request.InReplyTo);
        var message = new Message
        {
            Id = Id<Message>.New(now),
            Conversation = conversation,
            Number = place.Number,
            Sender = sender,
            Type = request.Type,
            Content = request.Content,
            InReplyTo = request.InReplyTo,
            Mentions = request.Mentions,
            Metadata = request.Metadata,
            Attachments = request.Attachments,
            CreatedAt = now,
        };
        var position = await events.AppendAsync(
            db,
            db.Workspace,
            ConversationEvents.SubjectOf(conversation),
            place.Event,
            ConversationEvents.MessageCreated,
            ConversationEvents.DataOf(message.Id, message.Number)
        );
        await InsertAsync(db, message, position);
        await MoveSenderAsync(db, message, request.IsNotice ? PassOver : ReadUpTo);
        if (options.Filters && place.IsGroup)
            await HideAsync(db, message);
        db.AfterCommit(words.Wake);
        return message;
    }

    /// <summary>The conversation with a recipient; of a new one both are told.</summary>
    private async ValueTask<Id<Conversation>> OpenDirectAsync(
        Db db,
        Id<AgentAccount> sender,
        Id<AgentAccount> recipient,
        DateTimeOffset now
    )
    {
        var (id, isNew) = await directs.OpenAsync(db, sender, recipient, "recipient_agent_id", now);
        if (isNew)
            await ConversationEvents.AppendAsync(
                events,
                db,
                ConversationEvents.ConversationCreated,
                id
            );
        return id;
    }

    /// <summary>Whether an agent could send into a conversation now; it fails as sending would.</summary>
    internal async ValueTask CheckAsync(
        Db db,
        Conversation conversation,
        Id<AgentAccount> sender
    ) =>
        await CheckAsync(
            db,
            conversation.Id,
            sender,
            new Place(
                conversation.LastNumber,
                conversation.Type,
                conversation.PostPolicy,
                conversation.Pair?.Low,
                conversation.Pair?.High,
                conversation.ClosedAt is not null,
                Event: default
            )
        );

    // Its row's lock lets one sender after another take a number; a send that fails gives its number back.
    private static ValueTask<Place?> TakePlaceAsync(
        Db db,
        Id<Conversation> conversation,
        DateTimeOffset now
    ) =>
        db.FirstAsync(
            $"""
            UPDATE conversations SET last_number = last_number + 1, active_at = $3, {EventNumber.Next(db)}
            WHERE workspace_id = $1 AND id = $2
            RETURNING last_number, type, post_policy, low_id, high_id, closed_at, {EventNumber.Columns}
            """,
            row =>
                (Place?)
                    new Place(
                        row.Int64(0),
                        row.Word<ConversationType>(1),
                        row.Word<PostPolicy>(2),
                        row.IdOrNull<AgentAccount>(3),
                        row.IdOrNull<AgentAccount>(4),
                        !row.IsNull(5),
                        EventNumber.Read(row, 6)
                    ),
            db.Workspace.Value,
            conversation.Value,
            now
        );

    private async ValueTask CheckAsync(
        Db db,
        Id<Conversation> conversation,
        Id<AgentAccount> sender,
        Place place
    )
    {
        var standing =
            await db.FirstAsync(
                options.Filters && place.IsGroup ? StandingWithoutOthers : StandingOfAll,
                row => (Standing?)new Standing(row.Word<MemberRole>(0), row.Int64(1) != 0),
                db.Workspace.Value,
                conversation.Value,
                sender.Value,
                (place.PeerOf(sender)?.Value ?? conversation.Value)
            ) ?? throw Access.Refused("You are not a member of this conversation.");
        if (standing.IsBlocked)
            throw BlockRules.Refused();
        if (place.IsClosed)
            throw Access.Refused("The other agent's account was deleted.");
        if (place.PostPolicy is PostPolicy.Admins && standing.Role is MemberRole.Member)
            throw Access.Refused("Only the owner and admins post in this conversation.");
    }

    private const string OwnBlock = """
        EXISTS (SELECT 1 FROM blocks b WHERE b.workspace_id = $1 AND b.owner_id = $3 AND b.target_id IN ($2, $4))
        """;

    private const string StandingWithoutOthers = $"""
        SELECT m.role, CASE WHEN {OwnBlock} THEN 1 ELSE 0 END FROM conversation_members m
        WHERE m.workspace_id = $1 AND m.conversation_id = $2 AND m.agent_id = $3
        """;

    private const string StandingOfAll = $"""
        SELECT m.role, CASE WHEN {OwnBlock} OR EXISTS (
                SELECT 1 FROM blocks b JOIN conversation_members x
                    ON x.workspace_id = $1 AND x.conversation_id = $2 AND x.agent_id = b.owner_id
                WHERE b.workspace_id = $1 AND b.target_id = $3) THEN 1 ELSE 0 END
        FROM conversation_members m
        WHERE m.workspace_id = $1 AND m.conversation_id = $2 AND m.agent_id = $3
        """;

    private static async ValueTask CheckReplyAsync(
        Db db,
        Id<Conversation> conversation,
        Id<Message>? answered
    )
    {
        if (answered is not { } id)
            return;
        var place = await db.FirstAsync(
            "SELECT conversation_id FROM messages WHERE workspace_id = $1 AND id = $2",
            row => row.Id<Conversation>(0),
            db.Workspace.Value,
            id.Value
        );
        if (place != conversation)
            throw new Invalid(
                "reply_elsewhere",
                "The message answered does not belong to this conversation.",
                "in_reply_to"
            );
    }

    private static async ValueTask InsertAsync(Db db, Message message, long position) =>
        await db.ExecuteAsync(
            """
            INSERT INTO messages (workspace_id, conversation_id, number, id, sender_id, type, content, in_reply_to, mentions,
                metadata, attachments, created_at, position)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
            """,
            db.Workspace.Value,
            message.Conversation.Value,
            message.Number,
            message.Id.Value,
            message.Sender.Value,
            message.Type,
            message.Content,
            message.InReplyTo?.Value,
            Message.BytesOf(message.Mentions),
            message.Metadata,
            Message.TextOf(message.Attachments),
            message.CreatedAt,
            position
        );

    private const string ReadUpTo = """
        UPDATE conversation_members
        SET read_number = $4, said_number = $4, read_message_id = $5, read_at = $6, discount = 0
        WHERE workspace_id = $1 AND conversation_id = $2 AND agent_id = $3
        """;

    /// <summary>The sender's position stays, and its own message does not count behind it.</summary>
    private const string PassOver = """
        UPDATE conversation_members SET said_number = $4, discount = discount + 1
        WHERE workspace_id = $1 AND conversation_id = $2 AND agent_id = $3 AND $5 IS NOT NULL AND $6 IS NOT NULL
        """;

    private static async ValueTask MoveSenderAsync(Db db, Message message, string move) =>
        await db.ExecuteAsync(
            move,
            db.Workspace.Value,
            message.Conversation.Value,
            message.Sender.Value,
            message.Number,
            message.Id.Value,
            message.CreatedAt
        );

    /// <summary>The message does not count as unread for whoever has blocked its sender.</summary>
    private static async ValueTask HideAsync(Db db, Message message) =>
        await db.ExecuteAsync(
            """
            UPDATE conversation_members SET discount = discount + 1
            WHERE workspace_id = $1 AND conversation_id = $2
                AND agent_id IN (SELECT owner_id FROM blocks WHERE workspace_id = $1 AND target_id = $3)
            """,
            db.Workspace.Value,
            message.Conversation.Value,
            message.Sender.Value
        );

    /// <summary>The number that a message takes, and what the conversation says of who may send.</summary>
    private sealed record Place(
        long Number,
        ConversationType Type,
        PostPolicy PostPolicy,
        Id<AgentAccount>? Low,
        Id<AgentAccount>? High,
        bool IsClosed,
        EventNumber Event
    )
    {
        public bool IsGroup => Type is ConversationType.Group;

        public Id<AgentAccount>? PeerOf(Id<AgentAccount> agent) => Low == agent ? High : Low;
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Standing(MemberRole Role, bool IsBlocked);
}
