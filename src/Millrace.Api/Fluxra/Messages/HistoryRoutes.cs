using System.Collections.Frozen;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Millrace.Api.Fluxra.Access;
using Millrace.Api.Fluxra.Bodies;
using Millrace.Api.Fluxra.Failures;
using Millrace.Api.Fluxra.Lists;
using Millrace.Api.Fluxra.Wire;
using Millrace.Api.Shared;
using Millrace.Api.Shared.Documents;
using Millrace.Core.Ids;
using Millrace.Messaging.Accounts;
using Millrace.Messaging.Conversations;
using Millrace.Messaging.Messages;

namespace Millrace.Api.Fluxra.Messages;

/// <summary>The messages of a conversation, in both orders. (fluxra §12.2)</summary>
internal static class HistoryRoutes
{
    private const int LongestId = 100;

    private static readonly FrozenDictionary<string, bool> Orders = new Dictionary<string, bool>
    {
        ["asc"] = true,
        ["desc"] = false,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static void MapHistory(this IEndpointRouteBuilder routes)
    {
        routes
            .MapRead(
                "/conversations/{conversation_id}/messages",
                (HttpContext http, Cursors cursors, MessageHistory history) =>
                    ListAsync(
                        http,
                        cursors,
                        history,
                        http.PathId<Conversation>("conversation_id", MessageIds.Conversation)
                    )
            )
            .Describe();
        routes
            .MapRead("/messages", ListByQueryAsync)
            .Describe()
            .WithQuery("conversation_id", "The conversation.")
            .ExcludeFromDescription();
    }

    private static RouteHandlerBuilder Describe(this RouteHandlerBuilder route) =>
        route
            .WithAccess(Credential.Token, RateGroup.Reads, Scope.MessagesRead)
            .WithSummary("Read a conversation")
            .WithQuery("order", "desc, newest first, is the default.", "asc", "desc")
            .WithQuery("after", "Only messages later than this one; not together with a cursor.")
            .WithPage()
            .WithAnswer<MessageList>(MessageList.Example)
            .WithFailures(400, 401, 403, 404);

    private static Task<JsonHttpResult<MessageList>> ListByQueryAsync(
        HttpContext http,
        Cursors cursors,
        MessageHistory history
    )
    {
        var query = new QueryFields(http.Request);
        var id = query.Id<Conversation>("conversation_id", MessageIds.Conversation);
        if (id is null && !query.Errors.Any)
            query.Errors.Add("conversation_id", FieldErrors.Required);
        query.Errors.ThrowIfAny();
        return ListAsync(http, cursors, history, id!.Value);
    }

    private static async Task<JsonHttpResult<MessageList>> ListAsync(
        HttpContext http,
        Cursors cursors,
        MessageHistory history,
        Id<Conversation> conversation
    )
    {
        var caller = http.Agent();
        var query = new QueryFields(http.Request);
        var ascending = query.OneOf("order", Orders) ?? false;
        var after = query.Id<Message>("after", MessageIds.Message);
        if (after is not null && query.Text("cursor", LongestId) is not null)
            query.Errors.Add("after", FieldErrors.OneOf);
        var page = query.Page(
            cursors,
            new CursorScope(caller.AgentId, "messages", $"{conversation} {ascending}")
        );
        query.Errors.ThrowIfAny();
        // A cursor says as well behind which message its pages stay.
        if (page.After is { } last && last.Id != Guid.Empty)
            after = last.As<Message>();
        var found = await history.ListAsync(
            caller.Account,
            conversation,
            new HistoryPage(ascending, page.After?.Number, after, page.Limit),
            http.RequestAborted
        );
        // Oldest first, a page that holds anything has a cursor, so that a client can go on asking for what comes.
        var next =
            found.Items.Count > 0 && (ascending || found.HasMore)
                ? cursors.Write(
                    page.Scope,
                    new CursorPosition(found.Items[^1].Number, after?.Value ?? Guid.Empty)
                )
                : null;
        return FluxraJson.Answer(
            new MessageList(
                [.. found.Items.Select(MessageResponse.From)],
                next,
                next,
                found.HasMore
            ),
            MessagesJson.Plain.MessageList
        );
    }
}
