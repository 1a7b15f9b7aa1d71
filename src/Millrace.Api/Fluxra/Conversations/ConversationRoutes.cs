using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Millrace.Api.Fluxra.Access;
using Millrace.Api.Fluxra.Bodies;
using Millrace.Api.Fluxra.Failures;
using Millrace.Api.Fluxra.Lists;
using Millrace.Api.Fluxra.Messages;
using Millrace.Api.Fluxra.Wire;
using Millrace.Api.Shared;
using Millrace.Api.Shared.Documents;
using Millrace.Core.Ids;
using Millrace.Messaging.Accounts;
using Millrace.Messaging.Conversations;

namespace Millrace.Api.Fluxra.Conversations;

/// <summary><c>/api/conversations</c>: making, listing, showing and changing them. (fluxra §13)</summary>
internal static class ConversationRoutes
{
    private const string Root = "/conversations";
    private const string One = "/conversations/{conversation_id}";

    public static void MapConversations(this IEndpointRouteBuilder routes)
    {
        routes
            .MapPost(Root, CreateAsync)
            .WithAccess(Credential.Token, RateGroup.ConversationsMade, Scope.MessagesWrite)
            .WithSummary("Make a conversation")
            .WithDescription("200 when a direct conversation was there already.")
            .WithBody<ConversationRequest>("""{"type":"group","name":"north-quay"}""")
            .WithAnswer<ConversationResponse>(
                ConversationResponse.Example,
                StatusCodes.Status201Created
            )
            .WithFailures(400, 401, 403, 404, 409, 413, 415);
        routes
            .MapRead(Root, ListAsync)
            .WithAccess(Credential.Token, RateGroup.Reads, Scope.ConversationsRead)
            .WithSummary("List the caller's conversations, those with the latest message first")
            .WithQuery("type", "Only of this type.", "direct", "group")
            .WithQuery("unread_only", "Only those with unread messages.", "true", "false")
            .WithQuery("include_blocked", "Blocked groups, too.", "true", "false")
            .WithPage()
            .WithAnswer<ConversationList>(
                $$"""{"conversations":[{{ConversationResponse.Example}}],"next_cursor":null,"cursor":null,"has_more":false}"""
            )
            .WithFailures(400, 401, 403);
        routes
            .MapRead(One, GetAsync)
            .WithAccess(Credential.Token, RateGroup.Reads, Scope.ConversationsRead)
            .WithSummary("Show a conversation and its first 100 members")
            .WithAnswer<ConversationResponse>(ConversationResponse.Example)
            .WithFailures(401, 403, 404);
        routes.MapPatch(One, ChangeAsync).DescribeChange();
        routes.MapPut(One, ChangeAsync).DescribeChange().ExcludeFromDescription();
        routes.MapReading();
        routes.MapMembers();
        routes.MapInvitations();
    }

    public static Id<Conversation> ConversationId(this HttpContext http) =>
        http.PathId<Conversation>("conversation_id", MessageIds.Conversation);

    public static JsonHttpResult<ConversationResponse> Show(
        ConversationView view,
        int status = StatusCodes.Status200OK
    ) =>
        FluxraJson.Answer(
            ConversationResponse.From(view),
            ConversationsJson.Plain.ConversationResponse,
            status
        );

    private static RouteHandlerBuilder DescribeChange(this RouteHandlerBuilder route) =>
        route
            .WithAccess(Credential.Token, RateGroup.ConversationWrites, Scope.ConversationsWrite)
            .WithSummary("Change a group's settings")
            .WithBody<ChangeRequest>(
                """{"name":"south-quay","settings":{"post_policy":"admins"}}"""
            )
            .WithAnswer<ConversationResponse>(ConversationResponse.Example)
            .WithFailures(400, 401, 403, 404, 413, 415);

    private static async Task<JsonHttpResult<ConversationResponse>> CreateAsync(
        HttpContext http,
        BodyReader bodies,
        ConversationSettings conversations
    )
    {
        var caller = http.Agent().Account;
        var (peer, group) = ConversationFields.ReadNew(await bodies.ReadAsync(http), caller);
        if (peer is not { } other)
        {
            return Show(
                await conversations.CreateGroupAsync(caller, group!, http.RequestAborted),
                StatusCodes.Status201Created
            );
        }
        var (view, isNew) = await conversations.OpenDirectAsync(caller, other, http.RequestAborted);
        http.Shows(view.LastMessage);
        return Show(view, isNew ? StatusCodes.Status201Created : StatusCodes.Status200OK);
    }

    private static async Task<JsonHttpResult<ConversationList>> ListAsync(
        HttpContext http,
        Cursors cursors,
        ConversationViews views
    )
    {
        var caller = http.Agent();
        var query = new QueryFields(http.Request);
        var filter = new ConversationFilter
        {
            Type = query.OneOf("type", ConversationFields.AllTypes),
            UnreadOnly = query.Flag("unread_only") ?? false,
            IncludeBlocked = query.Flag("include_blocked") ?? false,
        };
        var page = query.Page(
            cursors,
            new CursorScope(caller.AgentId, "conversations", $"{filter}")
        );
        query.Errors.ThrowIfAny();
        var found = await views.ListAsync(
            caller.Account,
            filter,
            page.After is { } last
                ? new ConversationPlace(
                    DateTimeOffset.FromUnixTimeMilliseconds(last.Number),
                    last.As<Conversation>()
                )
                : null,
            page.Limit,
            http.RequestAborted
        );
        var next = page.Next(
            found,
            view => new CursorPosition(
                view.Conversation.ActiveAt.ToUnixTimeMilliseconds(),
                view.Conversation.Id.Value
            )
        );
        return FluxraJson.Answer(
            new ConversationList(
                [.. found.Items.Select(ConversationResponse.From)],
                next,
                next,
                found.HasMore
            ),
            ConversationsJson.Plain.ConversationList
        );
    }

    private static async Task<JsonHttpResult<ConversationResponse>> GetAsync(
        HttpContext http,
        ConversationViews views
    ) =>
        Show(
            await views.GetAsync(http.Agent().Account, http.ConversationId(), http.RequestAborted)
        );

    private static async Task<JsonHttpResult<ConversationResponse>> ChangeAsync(
        HttpContext http,
        BodyReader bodies,
        ConversationSettings conversations
    )
    {
        var change = ConversationFields.ReadChange(await bodies.ReadAsync(http));
        return Show(
            await conversations.ChangeAsync(
                http.Agent().Account,
                http.ConversationId(),
                change,
                http.RequestAborted
            )
        );
    }
}
