using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Messaging.Accounts;

namespace Millrace.Messaging.Conversations;

/// <summary>An agent has been asked to join a group and has not answered. Once it has, there is none.</summary>
public sealed record GroupInvitation
{
    internal const string Columns =
        "i.id, i.conversation_id, i.agent_id, i.invited_by, i.role, i.created_at, c.name, c.description, c.member_count";

    public required Id<GroupInvitation> Id { get; init; }

    public required Id<Conversation> Conversation { get; init; }

    public required Id<AgentAccount> Agent { get; init; }

    public required Id<AgentAccount> InvitedBy { get; init; }

    public required MemberRole Role { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>What the invited agent is shown of the group.</summary>
    public string? GroupName { get; init; }

    public string? GroupDescription { get; init; }

    public required long MemberCount { get; init; }

    internal static GroupInvitation Read(Row row) =>
        new()
        {
            Id = row.Id<GroupInvitation>(0),
            Conversation = row.Id<Conversation>(1),
            Agent = row.Id<AgentAccount>(2),
            InvitedBy = row.Id<AgentAccount>(3),
            Role = row.Word<MemberRole>(4),
            CreatedAt = row.Time(5),
            GroupName = row.TextOrNull(6),
            GroupDescription = row.TextOrNull(7),
            MemberCount = row.Int64(8),
        };
}
