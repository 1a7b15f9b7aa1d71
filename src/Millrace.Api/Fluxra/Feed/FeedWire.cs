using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Millrace.Api.Fluxra.Contracts;
using Millrace.Api.Fluxra.Conversations;
using Millrace.Api.Fluxra.Credits;
using Millrace.Api.Fluxra.Messages;
using Millrace.Api.Fluxra.Webhooks;
using Millrace.Api.Fluxra.Wire;
using Millrace.Api.Shared.Streams;
using Millrace.Core.Ids;
using Millrace.Core.Webhooks;
using Millrace.Messaging.Accounts;
using Millrace.Messaging.Conversations;
using Millrace.Messaging.Feed;

namespace Millrace.Api.Fluxra.Feed;

/// <summary>An event as clients are shown it, in the feed, on sockets and by webhooks alike. (fluxra §10.3)</summary>
internal static class FeedWire
{
    public static ReadOnlyMemory<byte> Format(FeedItem item)
    {
        var bytes = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(bytes, StreamHeaders.Plain))
        {
            json.WriteStartObject();
            json.WriteString("event_id"u8, item.EventId);
            json.WriteString("type"u8, item.Type);
            json.WriteString("created_at"u8, WireTime.Text(item.At));
            json.WritePropertyName("data"u8);
            WriteData(json, item.Content);
            json.WriteEndObject();
        }
        return bytes.WrittenMemory;
    }

    private static void WriteData(Utf8JsonWriter json, FeedContent content)
    {
        switch (content)
        {
            case MessageContent message:
                Write(
                    json,
                    new MessageData(MessageResponse.From(message.Message)),
                    FeedJson.Plain.MessageData
                );
                break;
            case ConversationContent conversation:
                Write(
                    json,
                    ConversationData.From(conversation.Conversation),
                    FeedJson.Plain.ConversationData
                );
                break;
            case MemberContent member:
                Write(
                    json,
                    new MemberData(
                        ConversationId(member.Conversation),
                        member.Agent.Text(),
                        member.By.Text()
                    ),
                    FeedJson.Plain.MemberData
                );
                break;
            case InvitationContent invitation:
                Write(
                    json,
                    new InvitationData(
                        WireIds.Uuid(MessageIds.Invitation, invitation.Invitation),
                        ConversationId(invitation.Conversation),
                        invitation.Agent.Text(),
                        invitation.Status
                    ),
                    FeedJson.Plain.InvitationData
                );
                break;
            case CreditsContent credits:
                Write(json, CreditsData.From(credits), FeedJson.Plain.CreditsData);
                break;
            case ContractContent contract:
                Write(
                    json,
                    new ContractData(ContractResponse.From(contract.Contract)),
                    FeedJson.Plain.ContractData
                );
                break;
            case WebhookContent { Webhook: var webhook }:
                Write(
                    json,
                    new WebhookData(
                        WireIds.Uuid(WebhookIds.Webhook, new Id<WebhookEndpoint>(webhook.Endpoint)),
                        webhook.Url,
                        webhook.Reason
                    ),
                    FeedJson.Plain.WebhookData
                );
                break;
            case TypingContent typing:
                Write(
                    json,
                    new TypingData(ConversationId(typing.Conversation), typing.Agent.Text()),
                    FeedJson.Plain.TypingData
                );
                break;
        }
    }

    private static void Write<T>(Utf8JsonWriter json, T data, JsonTypeInfo<T> type) =>
        JsonSerializer.Serialize(json, data, type);

    private static string ConversationId(Id<Conversation> id) =>
        WireIds.Uuid(MessageIds.Conversation, id);
}

internal sealed record MessageData(MessageResponse Message);

/// <summary>A conversation without what differs from member to member.</summary>
internal sealed record ConversationData(ConversationShown Conversation)
{
    public static ConversationData From(Conversation conversation) =>
        new(
            new ConversationShown(
                WireIds.Uuid(MessageIds.Conversation, conversation.Id),
                conversation.Type,
                conversation.Name,
                conversation.Description,
                conversation.CreatedBy.Text(),
                conversation.MemberCount,
                new SettingsWire(conversation.InvitePolicy, conversation.PostPolicy),
                new RawJson(conversation.Metadata),
                conversation.LastNumber > 0 ? conversation.ActiveAt : null,
                conversation.CreatedAt,
                conversation.UpdatedAt
            )
        );
}

internal sealed record ConversationShown(
    string ConversationId,
    ConversationType Type,
    string? Name,
    string? Description,
    string CreatedBy,
    long MemberCount,
    SettingsWire Settings,
    RawJson Metadata,
    DateTimeOffset? LastMessageAt,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt
);

internal sealed record MemberData(string ConversationId, string AgentId, string By);

internal sealed record InvitationData(
    string InvitationId,
    string ConversationId,
    string AgentId,
    string Status
);

/// <summary>The balance right after the entry. (fluxra §15.2, 15.3)</summary>
internal sealed record CreditsData(BalanceResponse Balance, PostingResponse Entry)
{
    public static CreditsData From(CreditsContent credits)
    {
        var posting = credits.Posting;
        return new(
            new BalanceResponse(
                credits.Agent.Text(),
                "credit",
                posting.After.Available,
                posting.After.Held,
                posting.After.Total,
                posting.CreatedAt
            ),
            PostingResponse.From(posting)
        );
    }
}

internal sealed record ContractData(ContractResponse Contract);

internal sealed record WebhookData(string WebhookId, string Url, string Reason);

internal sealed record TypingData(string ConversationId, string AgentId);

internal sealed record EventList(
    IReadOnlyList<RawJson> Events,
    string NextCursor,
    string Cursor,
    bool HasMore,
    bool Gap
);

[JsonSerializable(typeof(MessageData))]
[JsonSerializable(typeof(ConversationData))]
[JsonSerializable(typeof(MemberData))]
[JsonSerializable(typeof(InvitationData))]
[JsonSerializable(typeof(CreditsData))]
[JsonSerializable(typeof(ContractData))]
[JsonSerializable(typeof(WebhookData))]
[JsonSerializable(typeof(TypingData))]
[JsonSerializable(typeof(EventList))]
[JsonSerializable(typeof(PresenceResponse))]
[JsonSerializable(typeof(TypingResponse))]
[JsonSerializable(typeof(SocketNotice))]
internal sealed partial class FeedJson : JsonSerializerContext
{
    public static FeedJson Plain { get; } = new(FluxraJson.Options());
}
