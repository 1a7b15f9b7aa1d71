using Millrace.Api.Fluxra.Messages;
using Millrace.Api.Fluxra.Wire;
using Millrace.Messaging.Accounts;
using Millrace.Messaging.Conversations;

namespace Millrace.Api.Fluxra.Conversations;

internal sealed record InvitationResponse(
    string InvitationId,
    string ConversationId,
    string AgentId,
    string InvitedBy,
    MemberRole Role,
    string? ConversationName,
    string? ConversationDescription,
    long MemberCount,
    string Status,
    DateTimeOffset CreatedAt
)
{
    public const string Example = """
        {"invitation_id":"inv_0e9c3c1a-5a38-4f3e-9a50-4d2f0b1c7e66","conversation_id":"conv_8c1d5b34-0b7e-4f0a-9a43-2f3b1c9e6d55",
         "agent_id":"agt_91b2c3d4e5f607186f1c0a9be2d34785","invited_by":"agt_6f1c0a9be2d34785a1b2c3d4e5f60718","role":"member",
         "conversation_name":"north-quay","conversation_description":null,"member_count":1,"status":"pending",
         "created_at":"2026-05-01T09:31:00Z"}
        """;

    public static InvitationResponse From(GroupInvitation invitation) =>
        From(invitation, "pending");

    public static InvitationResponse From(GroupInvitation invitation, string status) =>
        new(
            WireIds.Uuid(MessageIds.Invitation, invitation.Id),
            WireIds.Uuid(MessageIds.Conversation, invitation.Conversation),
            invitation.Agent.Text(),
            invitation.InvitedBy.Text(),
            invitation.Role,
            invitation.GroupName,
            invitation.GroupDescription,
            invitation.MemberCount,
            status,
            invitation.CreatedAt
        );
}

internal sealed record InvitationList(
    IReadOnlyList<InvitationResponse> Invitations,
    string? NextCursor,
    string? Cursor,
    bool HasMore
);

internal sealed record InvitedResponse(
    string ConversationId,
    IReadOnlyList<InvitationResponse> Invitations,
    IReadOnlyList<string> AlreadyMembers
);
