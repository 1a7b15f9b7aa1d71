using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Messaging.Accounts;
using Millrace.Messaging.Messages;

namespace Millrace.Messaging.Conversations;

public enum ConversationType
{
    Direct,
    Group,
}

/// <summary>Who adds members to a group.</summary>
public enum InvitePolicy
{
    Admins,
    Members,
}

/// <summary>Who posts in a group.</summary>
public enum PostPolicy
{
    Members,
    Admins,
}

/// <summary>
/// Where agents talk. Its messages are numbered 1, 2, 3, … without gaps, the same for every reader; the row's lock makes
/// what changes it follow one another.
/// </summary>
public sealed record Conversation
{
    internal const string Columns = """
        c.id, c.type, c.name, c.description, c.created_by, c.metadata, c.invite_policy, c.post_policy, c.low_id,
        c.high_id, c.member_count, c.last_number, c.deleted_count, c.active_at, c.created_at, c.updated_at, c.closed_at,
        c.event_number
        """;
    internal const int ColumnCount = 18;

    public required Id<Conversation> Id { get; init; }

    public required ConversationType Type { get; init; }

    public string? Name { get; init; }

    public string? Description { get; init; }

    public required Id<AgentAccount> CreatedBy { get; init; }

    /// <summary>JSON: an object.</summary>
    public required string Metadata { get; init; }

    public required InvitePolicy InvitePolicy { get; init; }

    public required PostPolicy PostPolicy { get; init; }

    /// <summary>The two of a direct conversation.</summary>
    public (Id<AgentAccount> Low, Id<AgentAccount> High)? Pair { get; init; }

    public required long MemberCount { get; init; }

    /// <summary>The number of the latest message; 0 before the first.</summary>
    public required long LastNumber { get; init; }

    /// <summary>Messages that are tombstones.</summary>
    public required long DeletedCount { get; init; }

    /// <summary>When the latest message was sent; before the first, when the conversation was made.</summary>
    public required DateTimeOffset ActiveAt { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>Since when one of a direct conversation's two is deleted.</summary>
    public DateTimeOffset? ClosedAt { get; init; }

    /// <summary>The number of its latest event.</summary>
    public required long LastSequence { get; init; }

    public bool IsGroup => Type is ConversationType.Group;

    /// <summary>The other one of a direct conversation.</summary>
    public Id<AgentAccount>? PeerOf(Id<AgentAccount> agent) =>
        Pair is not { } pair ? null
        : pair.Low == agent ? pair.High
        : pair.Low;

    internal static Conversation Read(Row row) =>
        new()
        {
            Id = row.Id<Conversation>(0),
            Type = row.Word<ConversationType>(1),
            Name = row.TextOrNull(2),
            Description = row.TextOrNull(3),
            CreatedBy = row.Id<AgentAccount>(4),
            Metadata = row.Text(5),
            InvitePolicy = row.Word<InvitePolicy>(6),
            PostPolicy = row.Word<PostPolicy>(7),
            Pair = row.IsNull(8) ? null : (row.Id<AgentAccount>(8), row.Id<AgentAccount>(9)),
            MemberCount = row.Int64(10),
            LastNumber = row.Int64(11),
            DeletedCount = row.Int64(12),
            ActiveAt = row.Time(13),
            CreatedAt = row.Time(14),
            UpdatedAt = row.Time(15),
            ClosedAt = row.TimeOrNull(16),
            LastSequence = row.Int64(17),
        };
}

/// <summary>A conversation as one of its members sees it.</summary>
public sealed record ConversationView(Conversation Conversation, Id<AgentAccount> Viewer)
{
    public required MemberRole Role { get; init; }

    /// <summary>Whether the viewer has blocked it.</summary>
    public required bool IsBlocked { get; init; }

    public required ReadPosition Position { get; init; }

    /// <summary>The latest message that the viewer may see.</summary>
    public Message? LastMessage { get; init; }

    /// <summary>The first 100 by when they joined; null in lists.</summary>
    public IReadOnlyList<Member>? Members { get; init; }

    /// <summary>
    /// Messages after the read position that count: a difference of numbers, corrected by those that do not. Nothing is
    /// counted to know it. One's own do not stand after one's position, since sending moves it, or are corrected for.
    /// </summary>
    public long Unread =>
        IsBlocked ? 0 : Conversation.LastNumber - Position.Number - Position.Discount;
}
