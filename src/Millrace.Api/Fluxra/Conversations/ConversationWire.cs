using System.Text.Json.Serialization;
using Millrace.Api.Fluxra.Messages;
using Millrace.Api.Fluxra.Wire;
using Millrace.Messaging.Accounts;
using Millrace.Messaging.Conversations;

namespace Millrace.Api.Fluxra.Conversations;

/// <summary>The body of a conversation, for the OpenAPI document.</summary>
internal sealed record ConversationRequest(
    string? Type,
    string? Name,
    string? Description,
    IReadOnlyList<string>? MemberIds,
    object? Metadata,
    SettingsWire? Settings
);

/// <summary>The body of a change, for the OpenAPI document.</summary>
internal sealed record ChangeRequest(
    string? Name,
    string? Description,
    object? Metadata,
    SettingsWire? Settings
);

internal sealed record SettingsWire(InvitePolicy InvitePolicy, PostPolicy PostPolicy);

/// <summary>A conversation from the caller's point of view. (fluxra §13.1)</summary>
internal sealed record ConversationResponse(
    string ConversationId,
    ConversationType Type,
    string? Name,
    string? Description,
    string CreatedBy,
    MemberRole Role,
    long MemberCount,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        IReadOnlyList<MemberResponse>? Members,
    string? PeerAgentId,
    SettingsWire Settings,
    RawJson Metadata,
    bool Blocked,
    MessageResponse? LastMessage,
    DateTimeOffset? LastMessageAt,
    long UnreadCount,
    string? LastReadMessageId,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt
)
{
    public const string Example = """
        {"conversation_id":"conv_8c1d5b34-0b7e-4f0a-9a43-2f3b1c9e6d55","type":"group","name":"north-quay","description":null,
         "created_by":"agt_6f1c0a9be2d34785a1b2c3d4e5f60718","role":"owner","member_count":1,"peer_agent_id":null,
         "settings":{"invite_policy":"admins","post_policy":"members"},"metadata":{},"blocked":false,"last_message":null,
         "last_message_at":null,"unread_count":0,"last_read_message_id":null,"created_at":"2026-05-01T09:31:00Z",
         "updated_at":"2026-05-01T09:31:00Z"}
        """;

    public static ConversationResponse From(ConversationView view)
    {
        var conversation = view.Conversation;
        return new(
            WireIds.Uuid(MessageIds.Conversation, conversation.Id),
            conversation.Type,
            conversation.Name,
            conversation.Description,
            conversation.CreatedBy.Text(),
            view.Role,
            conversation.MemberCount,
            view.Members is { } members ? [.. members.Select(MemberResponse.From)] : null,
            conversation.PeerOf(view.Viewer)?.Text(),
            new SettingsWire(conversation.InvitePolicy, conversation.PostPolicy),
            new RawJson(conversation.Metadata),
            view.IsBlocked,
            view.LastMessage is { } last ? MessageResponse.From(last) : null,
            conversation.LastNumber > 0 ? conversation.ActiveAt : null,
            view.Unread,
            view.Position.Message is { } read ? WireIds.Uuid(MessageIds.Message, read) : null,
            conversation.CreatedAt,
            conversation.UpdatedAt
        );
    }
}

internal sealed record ConversationList(
    IReadOnlyList<ConversationResponse> Conversations,
    string? NextCursor,
    string? Cursor,
    bool HasMore
);
