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
using Millrace.Core.Webhooks;
using Millrace.Messaging;
using Millrace.Messaging.Accounts;
using Millrace.Messaging.Feed;

namespace Millrace.Api.Fluxra.Webhooks;

/// <summary><c>/api/webhooks</c>: where the caller's events are posted to.</summary>
internal static class WebhookRoutes
{
    private const string Root = "/webhooks";
    public const string One = "/webhooks/{webhook_id}";

    public static void MapWebhooks(this IEndpointRouteBuilder routes)
    {
        routes
            .MapPost(Root, CreateAsync)
            .WithAccess(
                Credential.Token,
                RateGroup.AccountWrites,
                Scope.MessagesRead,
                givesSecret: true
            )
            .WithSummary("Have events posted to an address")
            .WithDescription(
                "The secret that signs them is shown only here. What is posted is what the token may see, as long as its API key lives."
            )
            .WithBody<WebhookRequest>(
                """{"url":"https://hooks.example.com/fluxra","event_types":["message.created"]}"""
            )
            .WithAnswer<WebhookResponse>(
                WebhookResponse.SecretExample,
                StatusCodes.Status201Created
            )
            .WithFailures(400, 401, 403, 409, 413, 415);
        routes
            .MapRead(Root, ListAsync)
            .WithAccess(Credential.Token, RateGroup.Reads, Scope.MessagesRead)
            .WithSummary("List the caller's webhooks, the newest first")
            .WithPage()
            .WithAnswer<WebhookList>(
                $$"""{"webhooks":[{{WebhookResponse.Example}}],"next_cursor":null,"cursor":null,"has_more":false}"""
            )
            .WithFailures(400, 401, 403);
        routes
            .MapRead(One, GetAsync)
            .WithAccess(Credential.Token, RateGroup.Reads, Scope.MessagesRead)
            .WithSummary("Show a webhook")
            .WithAnswer<WebhookResponse>(WebhookResponse.Example)
            .WithFailures(401, 403, 404);
        routes
            .MapPatch(One, ChangeAsync)
            .WithAccess(Credential.Token, RateGroup.AccountWrites, Scope.MessagesRead)
            .WithSummary("Change, disable or enable a webhook")
            .WithDescription(
                "One that is enabled goes on where it stopped. From then on it gets what this token may see."
            )
            .WithBody<WebhookChangeRequest>("""{"event_types":null,"enabled":true}""")
            .WithAnswer<WebhookResponse>(WebhookResponse.Example)
            .WithFailures(400, 401, 403, 404, 413, 415);
        routes
            .MapDelete(One, DeleteAsync)
            .WithAccess(Credential.Token, RateGroup.AccountWrites, Scope.MessagesRead)
            .WithSummary("Delete a webhook")
            .WithAnswer<WebhookDeleted>(
                """{"webhook_id":"whk_2b1c9a7e-5a38-4f3e-9a50-4d2f0b1c7e66","deleted":true}"""
            )
            .WithFailures(401, 403, 404);
        routes
            .MapPost(One + "/rotate-secret", RotateAsync)
            .WithAccess(
                Credential.Token,
                RateGroup.AccountWrites,
                Scope.MessagesRead,
                givesSecret: true
            )
            .WithSummary("Sign with a new secret")
            .WithDescription("Until previous_secret_until deliveries are signed with both.")
            .WithAnswer<WebhookResponse>(WebhookResponse.SecretExample)
            .WithFailures(401, 403, 404);
        routes.MapDeliveries();
    }

    public static string Owner(this AgentCaller caller) => OwnWebhooks.OwnerOf(caller);

    public static Id<WebhookEndpoint> WebhookId(this HttpContext http) =>
        http.PathId<WebhookEndpoint>("webhook_id", WebhookIds.Webhook);

    public static JsonHttpResult<WebhookResponse> Show(
        WebhookEndpoint webhook,
        string? secret = null,
        int status = StatusCodes.Status200OK
    ) =>
        FluxraJson.Answer(
            WebhookResponse.From(webhook, secret),
            WebhooksJson.Plain.WebhookResponse,
            status
        );

    private static async Task<JsonHttpResult<WebhookResponse>> CreateAsync(
        HttpContext http,
        BodyReader bodies,
        OwnWebhooks webhooks
    )
    {
        var asked = WebhookFields.Read(await bodies.ReadAsync(http));
        var (webhook, secret) = await webhooks.CreateAsync(
            http.Agent(),
            asked,
            http.Origin(),
            http.RequestAborted
        );
        return Show(webhook, secret, StatusCodes.Status201Created);
    }

    // There are few of them, so a page is cut from all.
    private static async Task<JsonHttpResult<WebhookList>> ListAsync(
        HttpContext http,
        Cursors cursors,
        MessagingHome home,
        WebhookEndpoints webhooks
    )
    {
        var caller = http.Agent();
        var query = new QueryFields(http.Request);
        var page = query.Page(cursors, new CursorScope(caller.AgentId, "webhooks"));
        query.Errors.ThrowIfAny();
        var all = await webhooks.ListAsync(home.Workspace, caller.Owner(), http.RequestAborted);
        var rest = page.After is { } after
            ? all.SkipWhile(webhook => webhook.Id >= after.As<WebhookEndpoint>())
            : all;
        var found = Page.Of([.. rest.Take(page.Limit + 1)], page.Limit);
        var next = page.Next(found, webhook => new CursorPosition(0, webhook.Id.Value));
        return FluxraJson.Answer(
            new WebhookList(
                [.. found.Items.Select(webhook => WebhookResponse.From(webhook))],
                next,
                next,
                found.HasMore
            ),
            WebhooksJson.Plain.WebhookList
        );
    }

    private static async Task<JsonHttpResult<WebhookResponse>> GetAsync(
        HttpContext http,
        MessagingHome home,
        WebhookEndpoints webhooks
    ) =>
        Show(
            await webhooks.GetAsync(
                home.Workspace,
                http.Agent().Owner(),
                http.WebhookId(),
                http.RequestAborted
            )
        );

    private static async Task<JsonHttpResult<WebhookResponse>> ChangeAsync(
        HttpContext http,
        BodyReader bodies,
        OwnWebhooks webhooks
    )
    {
        var change = WebhookFields.ReadChange(await bodies.ReadAsync(http));
        return Show(
            await webhooks.ChangeAsync(
                http.Agent(),
                http.WebhookId(),
                change,
                http.Origin(),
                http.RequestAborted
            )
        );
    }

    private static async Task<JsonHttpResult<WebhookDeleted>> DeleteAsync(
        HttpContext http,
        OwnWebhooks webhooks
    )
    {
        var id = http.WebhookId();
        await webhooks.DeleteAsync(http.Agent(), id, http.Origin(), http.RequestAborted);
        return FluxraJson.Answer(
            new WebhookDeleted(WireIds.Uuid(WebhookIds.Webhook, id), Deleted: true),
            WebhooksJson.Plain.WebhookDeleted
        );
    }

    private static async Task<JsonHttpResult<WebhookResponse>> RotateAsync(
        HttpContext http,
        OwnWebhooks webhooks
    )
    {
        var (webhook, secret) = await webhooks.RotateAsync(
            http.Agent(),
            http.WebhookId(),
            http.Origin(),
            http.RequestAborted
        );
        return Show(webhook, secret);
    }
}
