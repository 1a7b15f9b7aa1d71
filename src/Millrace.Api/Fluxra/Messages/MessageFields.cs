using System.Collections.Frozen;
using Millrace.Api.Fluxra.Bodies;
using Millrace.Api.Fluxra.Wire;
using Millrace.Core.Ids;
using Millrace.Messaging.Accounts;
using Millrace.Messaging.Conversations;
using Millrace.Messaging.Messages;

namespace Millrace.Api.Fluxra.Messages;

/// <summary>Reads messages. (fluxra §12.1, 12.4)</summary>
internal static class MessageFields
{
    private const int LongestContent = 10_000;
    private const int MostMentions = 50;
    private const int LargestMetadata = 8 * 1024;
    private const int LongestWord = 100;

    private static readonly FrozenDictionary<string, MessageType> Types = new Dictionary<
        string,
        MessageType
    >
    {
        ["text"] = MessageType.Text,
        ["command"] = MessageType.Command,
        ["system"] = MessageType.System,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static NewMessage Read(Fields fields)
    {
        var message = new NewMessage(Content(fields))
        {
            Conversation = IdField.Optional<Conversation>(
                fields,
                "conversation_id",
                MessageIds.Conversation
            ),
            Recipient = AgentField.Optional(fields, "recipient_agent_id"),
            Type = Type(fields),
            InReplyTo = IdField.Optional<Message>(fields, "in_reply_to", MessageIds.Message),
            Mentions = IdField.Agents(fields, "mention", MostMentions) ?? [],
            Metadata = fields.RawObject("metadata", LargestMetadata),
            Attachments = AttachmentFields.Read(fields),
        };
        // Exactly one target.
        if (fields.Has("conversation_id") == fields.Has("recipient_agent_id"))
            fields.Refuse("conversation_id", FieldErrors.OneOf);
        fields.Errors.ThrowIfAny();
        return message;
    }

    public static (string Content, IReadOnlyList<Id<AgentAccount>>? Mentions) ReadEdit(
        Fields fields
    )
    {
        var edit = (Content(fields), IdField.Agents(fields, "mention", MostMentions));
        fields.Errors.ThrowIfAny();
        return edit;
    }

    private static string Content(Fields fields)
    {
        var content = fields.RequiredText("content", LongestContent);
        if (content.Length > 0 && string.IsNullOrWhiteSpace(content))
            fields.Refuse("content", FieldErrors.TooShort);
        return content;
    }

    private static MessageType Type(Fields fields)
    {
        if (fields.Text("type", LongestWord) is not { } text)
            return MessageType.Text;
        if (Types.TryGetValue(text, out var type))
            return type;
        fields.Refuse("type", FieldErrors.UnknownValue);
        return MessageType.Text;
    }
}

/// <summary>The body of a message, for the OpenAPI document.</summary>
internal sealed record MessageRequest(
    string? ConversationId,
    string? RecipientAgentId,
    string Content,
    string? Type,
    string? InReplyTo,
    IReadOnlyList<string>? Mention,
    object? Metadata,
    IReadOnlyList<AttachmentWire>? Attachments
);

/// <summary>The body of a change, for the OpenAPI document.</summary>
internal sealed record EditRequest(string Content, IReadOnlyList<string>? Mention);
