using System.Runtime.InteropServices;
using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Messaging.Accounts;
using Millrace.Messaging.Messages;

namespace Millrace.Messaging.Conversations;

public enum MemberRole
{
    Owner,
    Admin,
    Member,
}

/// <summary>How far a member has read.</summary>
/// <param name="Number">The number of the last message read; 0 before any.</param>
/// <param name="Discount">Later messages that do not count as unread: tombstones, and those hidden from the member.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ReadPosition(
    long Number,
    long Discount,
    Id<Message>? Message,
    DateTimeOffset? At
);

/// <summary>One agent's place in a conversation.</summary>
public sealed record Member
{
    internal const string Columns =
        "m.agent_id, a.name, m.role, m.joined_at, m.read_number, m.discount, m.read_message_id, m.read_at";

    public required Id<AgentAccount> Agent { get; init; }

    public required string AgentName { get; init; }

    public required MemberRole Role { get; init; }

    public required DateTimeOffset JoinedAt { get; init; }

    public required ReadPosition Position { get; init; }

    internal static Member Read(Row row) =>
        new()
        {
            Agent = row.Id<AgentAccount>(0),
            AgentName = row.Text(1),
            Role = row.Word<MemberRole>(2),
            JoinedAt = row.Time(3),
            Position = new ReadPosition(
                row.Int64(4),
                row.Int64(5),
                row.IdOrNull<Message>(6),
                row.TimeOrNull(7)
            ),
        };
}
