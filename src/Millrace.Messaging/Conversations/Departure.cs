using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Messaging.Accounts;
using Millrace.Messaging.Messages;

namespace Millrace.Messaging.Conversations;

/// <summary>
/// How a group stood when an agent left it. Whoever left is told of what happened before, and shown nothing of what came
/// after: the group as it was left, and of what has been edited or deleted since no more than that it was said.
/// </summary>
internal sealed record Departure
{
    public const string Columns =
        "name, description, metadata, invite_policy, post_policy, member_count, last_number, active_at, updated_at";

    /// <summary>The last of the conversation's events that the agent is told of.</summary>
    public required long Sequence { get; init; }

    public required string? Name { get; init; }

    public required string? Description { get; init; }

    public required string Metadata { get; init; }

    public required InvitePolicy InvitePolicy { get; init; }

    public required PostPolicy PostPolicy { get; init; }

    public required long MemberCount { get; init; }

    public required long LastNumber { get; init; }

    public required DateTimeOffset ActiveAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>For each of several conversations, how an agent left it; null where it is a member.</summary>
    public static async ValueTask<Dictionary<Id<Conversation>, Departure?>> FindAsync(
        Db db,
        Id<AgentAccount> agent,
        IReadOnlyList<Id<Conversation>> conversations
    )
    {
        var found = await db.QueryEachAsync(
            $"""
            SELECT to_sequence, {Columns} FROM past_members
            WHERE workspace_id = $1 AND conversation_id = $2 AND agent_id = $3 AND NOT EXISTS (
                SELECT 1 FROM conversation_members m
                WHERE m.workspace_id = $1 AND m.conversation_id = $2 AND m.agent_id = $3)
            ORDER BY to_sequence DESC LIMIT 1
            """,
            Read,
            [
                .. conversations.Select(conversation =>
                    new object?[] { db.Workspace.Value, conversation.Value, agent.Value }
                ),
            ]
        );
        return conversations
            .Zip(found)
            .ToDictionary(pair => pair.First, pair => pair.Second.FirstOrDefault());
    }

    public Message Show(Message message) =>
        message.ChangedSequence > Sequence ? message.Withheld() : message;

    public Conversation Show(Conversation conversation) =>
        conversation with
        {
            Name = Name,
            Description = Description,
            Metadata = Metadata,
            InvitePolicy = InvitePolicy,
            PostPolicy = PostPolicy,
            MemberCount = MemberCount,
            LastNumber = LastNumber,
            ActiveAt = ActiveAt,
            UpdatedAt = UpdatedAt,
        };

    private static Departure Read(Row row) =>
        new()
        {
            Sequence = row.Int64(0),
            Name = row.TextOrNull(1),
            Description = row.TextOrNull(2),
            Metadata = row.Text(3),
            InvitePolicy = row.Word<InvitePolicy>(4),
            PostPolicy = row.Word<PostPolicy>(5),
            MemberCount = row.Int64(6),
            LastNumber = row.Int64(7),
            ActiveAt = row.Time(8),
            UpdatedAt = row.Time(9),
        };
}
