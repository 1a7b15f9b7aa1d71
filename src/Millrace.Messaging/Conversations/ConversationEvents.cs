using Millrace.Core.Events;
using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Messaging.Accounts;
using Millrace.Messaging.Messages;

namespace Millrace.Messaging.Conversations;

/// <summary>
/// What is appended to the log in the write of a change: one event for the change, never one for each member. An event
/// names what changed and holds nothing of its text, so that what is deleted is gone from the log as well.
/// </summary>
/// <remarks>
/// Who is told: an event of <c>conversation:…</c> concerns an agent when its number lies within one of the agent's
/// memberships, <c>from_sequence</c> to <c>to_sequence</c>, ends included: <see cref="Audience"/>. So a feed of an agent
/// is the installation's log filtered, on any node and at any later time. An event of <c>agent:…</c> concerns that agent.
/// </remarks>
public static class ConversationEvents
{
    public const string MessageCreated = "message.created";
    public const string MessageUpdated = "message.updated";
    public const string MessageDeleted = "message.deleted";
    public const string ConversationCreated = "conversation.created";
    public const string ConversationUpdated = "conversation.updated";
    public const string MemberAdded = "member.added";
    public const string MemberRemoved = "member.removed";
    public const string InvitationCreated = "invitation.created";
    public const string InvitationUpdated = "invitation.updated";

    /// <summary>For those who follow the log: what an agent is shown has changed. Agents are not told of it.</summary>
    public const string BlocksChanged = "blocks.changed";

    public const string SubjectPrefix = "conversation:";

    public static string SubjectOf(Id<Conversation> conversation) =>
        $"{SubjectPrefix}{conversation}";

    public static string SubjectOf(Id<AgentAccount> agent) => $"agent:{agent}";

    /// <summary>The conversation of a subject; null when it is an agent's.</summary>
    public static Id<Conversation>? ConversationOf(string subject) =>
        Id<Conversation>.TryParse(subject, SubjectPrefix, out var id) ? id : null;

    /// <summary>Appends to a conversation within the caller's write.</summary>
    /// <returns>The event's number among those of the conversation.</returns>
    internal static async ValueTask<long> AppendAsync(
        EventLog events,
        Db db,
        string type,
        Id<Conversation> conversation,
        string data = "{}"
    )
    {
        var number = await db.FirstAsync(
            $"""
            UPDATE conversations SET {EventNumber.Next(db)} WHERE workspace_id = $1 AND id = $2
            RETURNING {EventNumber.Columns}
            """,
            row => EventNumber.Read(row, 0),
            db.Workspace.Value,
            conversation.Value
        );
        await events.AppendAsync(db, db.Workspace, SubjectOf(conversation), number, type, data);
        return number.Sequence;
    }

    internal static string DataOf(Id<Message> message, long number) =>
        $$"""{"message":"{{message}}","number":{{number}}}""";

    internal static ValueTask<long> MemberAsync(
        EventLog events,
        Db db,
        string type,
        Id<Conversation> conversation,
        Id<AgentAccount> agent,
        Id<AgentAccount> by
    ) =>
        AppendAsync(events, db, type, conversation, $$"""{"agent":"{{agent}}","by":"{{by}}"}""");
}
