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
using Millrace.Messaging.Accounts;
using Millrace.Messaging.Conversations;
using Millrace.Messaging.Messages;

namespace Millrace.Api.Fluxra.Messages;

/// <summary>Search in the caller's messages.</summary>
internal static class SearchRoute
{
    private const int LongestQuestion = 200;

    public static void MapSearch(this IEndpointRouteBuilder routes) =>
        routes
            .MapRead("/messages/search", SearchAsync)
            .WithAccess(Credential.Token, RateGroup.Reads, Scope.MessagesRead)
            .WithSummary("Search messages")
            .WithDescription(
                "Those that hold all of the words, newest first, in the conversations that the caller is a member of."
            )
            .WithQuery("q", "Words, at most 200 characters.")
            .WithQuery("conversation_id", "Only in this conversation.")
            .WithPage()
            .WithAnswer<MessageList>(MessageList.Example)
            .WithFailures(400, 401, 403, 404);

    private static async Task<JsonHttpResult<MessageList>> SearchAsync(
        HttpContext http,
        Cursors cursors,
        MessageSearch search
    )
    {
        var caller = http.Agent();
        var query = new QueryFields(http.Request);
        var question = query.Text("q", LongestQuestion);
        if (question is null && !query.Errors.Any)
            query.Errors.Add("q", FieldErrors.Required);
        var conversation = query.Id<Conversation>("conversation_id", MessageIds.Conversation);
        var page = query.Page(
            cursors,
            new CursorScope(caller.AgentId, "search", $"{conversation} {question}")
        );
        query.Errors.ThrowIfAny();
        var found = await search.FindAsync(
            caller.Account,
            question!,
            conversation,
            page.After?.Number,
            page.Limit,
            http.RequestAborted
        );
        var next = page.Next(found, hit => new CursorPosition(hit.Position, default));
        return FluxraJson.Answer(
            new MessageList(
                [.. found.Items.Select(hit => MessageResponse.From(hit.Message))],
                next,
                next,
                found.HasMore
            ),
            MessagesJson.Plain.MessageList
        );
    }
}
