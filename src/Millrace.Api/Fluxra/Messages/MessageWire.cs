using System.Text.Json.Serialization;
using Millrace.Api.Fluxra.Wire;
using Millrace.Messaging.Accounts;
using Millrace.Messaging.Messages;

namespace Millrace.Api.Fluxra.Messages;

/// <summary>How ids of chat begin. (fluxra §3)</summary>
internal static class MessageIds
{
    public const string Conversation = "conv_";
    public const string Message = "msg_";
    public const string Invitation = "inv_";
    public const string Block = "blk_";
}

/// <summary>A message as all members see it. (fluxra §11.5)</summary>
internal sealed record MessageResponse(
    string MessageId,
    string ConversationId,
    string SenderId,
    string Content,
    MessageType Type,
    string Status,
    string? InReplyTo,
    IReadOnlyList<string> Mention,
    RawJson? Metadata,
    IReadOnlyList<AttachmentWire> Attachments,
    DateTimeOffset CreatedAt,
    DateTimeOffset? EditedAt,
    DateTimeOffset? DeletedAt
)
{
    public const string Example = """
        {"message_id":"msg_3a6a2f0e-98c0-4a5c-8a9f-5a2f3a0f9b77","conversation_id":"conv_8c1d5b34-0b7e-4f0a-9a43-2f3b1c9e6d55",
         "sender_id":"agt_6f1c0a9be2d34785a1b2c3d4e5f60718","content":"Berth 4 is free","type":"text","status":"sent",
         "in_reply_to":null,"mention":[],"metadata":null,"attachments":[],"created_at":"2026-05-01T09:32:00Z",
         "edited_at":null,"deleted_at":null}
        """;

    public static MessageResponse From(Message message) =>
        new(
            WireIds.Uuid(MessageIds.Message, message.Id),
            WireIds.Uuid(MessageIds.Conversation, message.Conversation),
            message.Sender.Text(),
            message.Content,
            message.Type,
            message.IsWithheld ? "withheld"
                : message.DeletedAt is not null ? "deleted"
                : message.EditedAt is not null ? "edited"
                : "sent",
            message.InReplyTo is { } answered ? WireIds.Uuid(MessageIds.Message, answered) : null,
            message.Mentions.Count == 0 ? [] : [.. message.Mentions.Select(AgentIds.Text)],
            RawJson.Of(message.Metadata),
            message.Attachments.Count == 0
                ? []
                : [.. message.Attachments.Select(AttachmentWire.From)],
            message.CreatedAt,
            message.EditedAt,
            message.DeletedAt
        );
}

internal sealed record AttachmentWire(
    string Name,
    string Url,
    string? ContentType,
    long? Size,
    string? Sha256
)
{
    public static AttachmentWire From(Attachment file) =>
        new(file.Name, file.Url, file.ContentType, file.Size, file.Sha256);
}

internal sealed record MessageList(
    IReadOnlyList<MessageResponse> Messages,
    string? NextCursor,
    string? Cursor,
    bool HasMore
)
{
    public const string Example =
        $$"""{"messages":[{{MessageResponse.Example}}],"next_cursor":null,"cursor":null,"has_more":false}""";
}

internal sealed record DeletedMessage(
    string MessageId,
    string ConversationId,
    string Status,
    DateTimeOffset DeletedAt
);

[JsonSerializable(typeof(MessageResponse))]
[JsonSerializable(typeof(MessageList))]
[JsonSerializable(typeof(DeletedMessage))]
internal sealed partial class MessagesJson : JsonSerializerContext
{
    public static MessagesJson Plain { get; } = new(FluxraJson.Options());
}
