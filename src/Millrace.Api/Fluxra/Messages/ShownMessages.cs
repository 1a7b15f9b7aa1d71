using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Millrace.Api.Shared.Idempotency;
using Millrace.Api.Shared.Streams;
using Millrace.Messaging.Messages;

namespace Millrace.Api.Fluxra.Messages;

/// <summary>Messages that an answer shows, by itself or as a conversation's latest: what is kept of them goes with them.</summary>
internal static class ShownMessages
{
    private const string Latest = "last_message";

    /// <summary>Says which message the answer shows, if it shows one.</summary>
    public static void Shows(this HttpContext http, Message? message)
    {
        if (message is not null)
            http.Features.Set(new AnswerSubject(KeptAnswers.SubjectOf(message.Id)));
    }

    public static ReadOnlyMemory<byte> Bury(ReadOnlyMemory<byte> answer, Message deleted)
    {
        var tombstone = JsonSerializer.SerializeToNode(
            MessageResponse.From(deleted),
            MessagesJson.Plain.MessageResponse
        )!;
        var shown = JsonNode.Parse(answer.Span)!.AsObject();
        if (shown.ContainsKey(Latest))
            shown[Latest] = tombstone;
        else
            shown = tombstone.AsObject();
        var bytes = new ArrayBufferWriter<byte>(answer.Length);
        using (var json = new Utf8JsonWriter(bytes, StreamHeaders.Plain))
            shown.WriteTo(json);
        return bytes.WrittenMemory;
    }
}
