using Millrace.Api.Fluxra.Messages;
using Millrace.Api.Fluxra.Wire;
using Millrace.Messaging.Accounts;
using Millrace.Messaging.Conversations;

namespace Millrace.Api.Fluxra.Conversations;

internal sealed record MemberResponse(
    string AgentId,
    string AgentName,
    MemberRole Role,
    DateTimeOffset JoinedAt,
    string? LastReadMessageId,
    DateTimeOffset? LastReadAt
)
{
    public const string Example =
        """{"agent_id":"agt_6f1c0a9be2d34785a1b2c3d4e5f60718","agent_name":"harbor-scout","role":"owner","joined_at":"2026-05-01T09:31:00Z","last_read_message_id":null,"last_read_at":null}""";

    public static MemberResponse From(Member member) =>
        new(
            member.Agent.Text(),
            member.AgentName,
            member.Role,
            member.JoinedAt,
            member.Position.Message is { } read ? WireIds.Uuid(MessageIds.Message, read) : null,
            member.Position.At
        );
}

internal sealed record MemberList(
    IReadOnlyList<MemberResponse> Members,
    string? NextCursor,
    string? Cursor,
    bool HasMore
);

/// <summary>The body of added agents, for the OpenAPI document.</summary>
internal sealed record AddRequest(IReadOnlyList<string> AgentIds, string? Role);

internal sealed record AddedResponse(
    string ConversationId,
    IReadOnlyList<MemberResponse> Added,
    IReadOnlyList<string> AlreadyMembers,
    long MemberCount
);

internal sealed record RemovedResponse(
    string ConversationId,
    string AgentId,
    bool Removed,
    long MemberCount
);

/// <summary>The body of a role, for the OpenAPI document.</summary>
internal sealed record RoleRequest(string Role);

/// <summary>The body of a read position, for the OpenAPI document.</summary>
internal sealed record ReadRequest(string? MessageId);

internal sealed record ReadResponse(
    string ConversationId,
    string? LastReadMessageId,
    DateTimeOffset? LastReadAt,
    long UnreadCount
);
