using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Millrace.Api.Fluxra.Access;
using Millrace.Api.Fluxra.Bodies;
using Millrace.Api.Fluxra.Failures;
using Millrace.Api.Fluxra.Messages;
using Millrace.Api.Fluxra.Wire;
using Millrace.Api.Shared.Documents;
using Millrace.Core.Ids;
using Millrace.Messaging.Accounts;
using Millrace.Messaging.Conversations;
using Millrace.Messaging.Messages;

namespace Millrace.Api.Fluxra.Conversations;

/// <summary>How far the caller has read. (fluxra §13.9)</summary>
internal static class ReadingRoutes
{
    public static void MapReading(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/conversations/{conversation_id}/read", MarkAsync).Describe();
        routes
            .MapPost("/messages/{message_id}/read", MarkMessageAsync)
            .Describe()
            .ExcludeFromDescription();
    }

    private static RouteHandlerBuilder Describe(this RouteHandlerBuilder route) =>
        route
            .WithAccess(
                Credential.Token,
                RateGroup.ConversationWrites,
                Scope.MessagesRead | Scope.MessagesWrite
            )
            .WithSummary("Mark as read")
            .WithDescription("Up to a message, or up to the latest. The position never goes back.")
            .WithBody<ReadRequest>("{}")
            .WithAnswer<ReadResponse>(
                """{"conversation_id":"conv_8c1d5b34-0b7e-4f0a-9a43-2f3b1c9e6d55","last_read_message_id":"msg_3a6a2f0e-98c0-4a5c-8a9f-5a2f3a0f9b77","last_read_at":"2026-05-01T09:40:00Z","unread_count":0}"""
            )
            .WithFailures(400, 401, 403, 404, 413, 415);

    private static async Task<JsonHttpResult<ReadResponse>> MarkAsync(
        HttpContext http,
        BodyReader bodies,
        Reading reading
    )
    {
        var fields = await bodies.ReadAsync(http);
        var message = IdField.Optional<Message>(fields, "message_id", MessageIds.Message);
        fields.Errors.ThrowIfAny();
        return await MoveAsync(http, reading, http.ConversationId(), message);
    }

    private static async Task<JsonHttpResult<ReadResponse>> MarkMessageAsync(
        HttpContext http,
        MessageHistory history,
        Reading reading
    )
    {
        var message = await history.GetAsync(
            http.Agent().Account,
            http.PathId<Message>("message_id", MessageIds.Message),
            http.RequestAborted
        );
        return await MoveAsync(http, reading, message.Conversation, message.Id);
    }

    private static async Task<JsonHttpResult<ReadResponse>> MoveAsync(
        HttpContext http,
        Reading reading,
        Id<Conversation> conversation,
        Id<Message>? message
    )
    {
        var view = await reading.MarkAsync(
            http.Agent().Account,
            conversation,
            message,
            http.RequestAborted
        );
        return FluxraJson.Answer(
            new ReadResponse(
                WireIds.Uuid(MessageIds.Conversation, conversation),
                view.Position.Message is { } read ? WireIds.Uuid(MessageIds.Message, read) : null,
                view.Position.At,
                view.Unread
            ),
            ConversationsJson.Plain.ReadResponse
        );
    }
}
