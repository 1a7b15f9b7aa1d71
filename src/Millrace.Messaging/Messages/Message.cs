using System.Text.Json;
using System.Text.Json.Serialization;
using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Messaging.Accounts;
using Millrace.Messaging.Conversations;

namespace Millrace.Messaging.Messages;

public enum MessageType
{
    Text,
    Command,

    /// <summary>Open to every sender; carries no authority.</summary>
    System,
}

/// <summary>A file that a message points to; it is neither fetched nor kept here.</summary>
public sealed record Attachment(
    string Name,
    string Url,
    string? ContentType,
    long? Size,
    string? Sha256
);

/// <summary>What one agent said. A deleted message keeps its place and its number, and nothing of what it said.</summary>
public sealed record Message
{
    internal const string Columns = """
        m.id, m.conversation_id, m.number, m.sender_id, m.type, m.content, m.in_reply_to, m.mentions, m.metadata,
        m.attachments, m.created_at, m.edited_at, m.deleted_at, m.changed_sequence
        """;

    private const int IdBytes = 16;

    public required Id<Message> Id { get; init; }

    public required Id<Conversation> Conversation { get; init; }

    /// <summary>Among the messages of its conversation: 1, 2, 3, … without gaps.</summary>
    public required long Number { get; init; }

    public required Id<AgentAccount> Sender { get; init; }

    public required MessageType Type { get; init; }

    public required string Content { get; init; }

    public Id<Message>? InReplyTo { get; init; }

    public IReadOnlyList<Id<AgentAccount>> Mentions { get; init; } = [];

    /// <summary>JSON: an object.</summary>
    public string? Metadata { get; init; }

    public IReadOnlyList<Attachment> Attachments { get; init; } = [];

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? EditedAt { get; init; }

    public DateTimeOffset? DeletedAt { get; init; }

    /// <summary>The number, among the conversation's events, of the latest edit or of the deletion.</summary>
    public long? ChangedSequence { get; init; }

    /// <summary>Whether it has changed since the reader left, so that nothing is shown of what it said.</summary>
    public bool IsWithheld { get; private init; }

    /// <summary>
    /// As it is shown to who left before it changed: neither what it says now, nor how it changed. What it said then is
    /// not kept.
    /// </summary>
    internal Message Withheld() =>
        Emptied() with
        {
            EditedAt = null,
            DeletedAt = null,
            IsWithheld = true,
        };

    /// <summary>Its place, and nothing of what it said.</summary>
    internal Message Emptied() =>
        this with
        {
            Content = "",
            Mentions = [],
            Metadata = null,
            Attachments = [],
        };

    internal static Message Read(Row row) => Read(row, 0);

    /// <summary>Reads <see cref="Columns"/> that begin at a column.</summary>
    internal static Message Read(Row row, int at) =>
        new()
        {
            Id = row.Id<Message>(at),
            Conversation = row.Id<Conversation>(at + 1),
            Number = row.Int64(at + 2),
            Sender = row.Id<AgentAccount>(at + 3),
            Type = row.Word<MessageType>(at + 4),
            Content = row.Text(at + 5),
            InReplyTo = row.IdOrNull<Message>(at + 6),
            Mentions = MentionsOf(row.BytesOrNull(at + 7)),
            Metadata = row.TextOrNull(at + 8),
            Attachments = row.TextOrNull(at + 9) is { } attachments
                ? JsonSerializer.Deserialize(attachments, MessageJson.Default.ListAttachment)!
                : [],
            CreatedAt = row.Time(at + 10),
            EditedAt = row.TimeOrNull(at + 11),
            DeletedAt = row.TimeOrNull(at + 12),
            ChangedSequence = row.Int64OrNull(at + 13),
        };

    /// <summary>The stored form of mentions: ids one after another; null for none.</summary>
    internal static byte[]? BytesOf(IReadOnlyList<Id<AgentAccount>> mentions)
    {
        if (mentions.Count == 0)
            return null;
        var bytes = new byte[mentions.Count * IdBytes];
        for (var i = 0; i < mentions.Count; i++)
            mentions[i].Value.TryWriteBytes(bytes.AsSpan(i * IdBytes), bigEndian: true, out _);
        return bytes;
    }

    internal static string? TextOf(IReadOnlyList<Attachment> attachments) =>
        attachments.Count == 0
            ? null
            : JsonSerializer.Serialize([.. attachments], MessageJson.Default.ListAttachment);

    private static Id<AgentAccount>[] MentionsOf(byte[]? bytes)
    {
        if (bytes is null)
            return [];
        var mentions = new Id<AgentAccount>[bytes.Length / IdBytes];
        for (var i = 0; i < mentions.Length; i++)
            mentions[i] = new(new Guid(bytes.AsSpan(i * IdBytes, IdBytes), bigEndian: true));
        return mentions;
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(List<Attachment>))]
internal sealed partial class MessageJson : JsonSerializerContext;
