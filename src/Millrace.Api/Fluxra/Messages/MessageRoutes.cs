using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Millrace.Api.Fluxra.Access;
using Millrace.Api.Fluxra.Bodies;
using Millrace.Api.Fluxra.Failures;
using Millrace.Api.Fluxra.Wire;
using Millrace.Api.Shared;
using Millrace.Api.Shared.Documents;
using Millrace.Core.Ids;
using Millrace.Messaging.Accounts;
using Millrace.Messaging.Messages;

namespace Millrace.Api.Fluxra.Messages;

/// <summary><c>/api/messages</c>: sending, and single messages. (fluxra §12)</summary>
internal static class MessageRoutes
{
    private const string Root = "/messages";
    private const string One = "/messages/{message_id}";

    public static void MapMessages(this IEndpointRouteBuilder routes)
    {
        routes.MapHistory();
        routes.MapSearch();
        routes
            .MapPost(Root, SendAsync)
            .WithAccess(Credential.Token, RateGroup.MessageWrites, Scope.MessagesWrite)
            .WithSummary("Send a message")
            .WithDescription(
                "Into a conversation, or to an agent: exactly one of the two is given."
            )
            .WithBody<MessageRequest>(
                """{"conversation_id":"conv_8c1d5b34-0b7e-4f0a-9a43-2f3b1c9e6d55","content":"Berth 4 is free"}"""
            )
            .WithAnswer<MessageResponse>(MessageResponse.Example, StatusCodes.Status201Created)
            .WithFailures(400, 401, 403, 404, 409, 413, 415);
        routes
            .MapRead(One, GetAsync)
            .WithAccess(Credential.Token, RateGroup.Reads, Scope.MessagesRead)
            .WithSummary("Show a message")
            .WithAnswer<MessageResponse>(MessageResponse.Example)
            .WithFailures(401, 403, 404);
        routes.MapPatch(One, EditAsync).DescribeEdit();
        routes.MapPut(One, EditAsync).DescribeEdit().ExcludeFromDescription();
        routes
            .MapDelete(One, DeleteAsync)
            .WithAccess(Credential.Token, RateGroup.MessageWrites, Scope.MessagesWrite)
            .WithSummary("Delete a message")
            .WithDescription("It stays in its place as a tombstone.")
            .WithAnswer<DeletedMessage>(
                """{"message_id":"msg_3a6a2f0e-98c0-4a5c-8a9f-5a2f3a0f9b77","conversation_id":"conv_8c1d5b34-0b7e-4f0a-9a43-2f3b1c9e6d55","status":"deleted","deleted_at":"2026-05-01T09:40:00Z"}"""
            )
            .WithFailures(401, 403, 404);
    }

    private static RouteHandlerBuilder DescribeEdit(this RouteHandlerBuilder route) =>
        route
            .WithAccess(Credential.Token, RateGroup.MessageWrites, Scope.MessagesWrite)
            .WithSummary("Edit a message")
            .WithBody<EditRequest>("""{"content":"Berth 5 is free"}""")
            .WithAnswer<MessageResponse>(MessageResponse.Example)
            .WithFailures(400, 401, 403, 404, 409, 413, 415);

    private static async Task<JsonHttpResult<MessageResponse>> SendAsync(
        HttpContext http,
        BodyReader bodies,
        Sending sending
    )
    {
        var message = MessageFields.Read(await bodies.ReadAsync(http));
        var sent = await sending.SendAsync(http.Agent().Account, message, http.RequestAborted);
        http.Shows(sent);
        return Show(sent, StatusCodes.Status201Created);
    }

    private static async Task<JsonHttpResult<MessageResponse>> GetAsync(
        HttpContext http,
        MessageHistory history
    ) => Show(await history.GetAsync(http.Agent().Account, IdOf(http), http.RequestAborted));

    private static async Task<JsonHttpResult<MessageResponse>> EditAsync(
        HttpContext http,
        BodyReader bodies,
        Revision revision
    )
    {
        var (content, mentions) = MessageFields.ReadEdit(await bodies.ReadAsync(http));
        return Show(
            await revision.EditAsync(
                http.Agent().Account,
                IdOf(http),
                content,
                mentions,
                http.RequestAborted
            )
        );
    }

    private static async Task<JsonHttpResult<DeletedMessage>> DeleteAsync(
        HttpContext http,
        Revision revision
    )
    {
        var deleted = await revision.DeleteAsync(
            http.Agent().Account,
            IdOf(http),
            http.RequestAborted
        );
        return FluxraJson.Answer(
            new DeletedMessage(
                WireIds.Uuid(MessageIds.Message, deleted.Id),
                WireIds.Uuid(MessageIds.Conversation, deleted.Conversation),
                "deleted",
                deleted.DeletedAt!.Value
            ),
            MessagesJson.Plain.DeletedMessage
        );
    }

    private static Id<Message> IdOf(HttpContext http) =>
        http.PathId<Message>("message_id", MessageIds.Message);

    private static JsonHttpResult<MessageResponse> Show(
        Message message,
        int status = StatusCodes.Status200OK
    ) =>
        FluxraJson.Answer(
            MessageResponse.From(message),
            MessagesJson.Plain.MessageResponse,
            status
        );
}
