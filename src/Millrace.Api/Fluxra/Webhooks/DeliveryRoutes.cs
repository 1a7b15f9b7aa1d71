using System.Collections.Frozen;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Millrace.Api.Fluxra.Access;
using Millrace.Api.Fluxra.Bodies;
using Millrace.Api.Fluxra.Failures;
using Millrace.Api.Fluxra.Feed;
using Millrace.Api.Fluxra.Lists;
using Millrace.Api.Fluxra.Wire;
using Millrace.Api.Shared;
using Millrace.Api.Shared.Documents;
using Millrace.Core.Events;
using Millrace.Core.Ids;
using Millrace.Core.Webhooks;
using Millrace.Messaging;
using Millrace.Messaging.Accounts;
using NotFound = Millrace.Core.Failures.NotFound;

namespace Millrace.Api.Fluxra.Webhooks;

/// <summary>What was posted to a webhook, and how to have it posted again.</summary>
internal static class DeliveryRoutes
{
    private const string Deliveries = WebhookRoutes.One + "/deliveries";
    private const int LongestCursor = 100;

    private static readonly FrozenDictionary<string, WebhookDeliveryState> States = new Dictionary<
        string,
        WebhookDeliveryState
    >
    {
        ["delivered"] = WebhookDeliveryState.Delivered,
        ["waiting"] = WebhookDeliveryState.Waiting,
        ["failed"] = WebhookDeliveryState.Failed,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static void MapDeliveries(this IEndpointRouteBuilder routes)
    {
        routes
            .MapRead(Deliveries, ListAsync)
            .WithAccess(Credential.Token, RateGroup.Reads, Scope.MessagesRead)
            .WithSummary("List what was posted to a webhook, the newest first")
            .WithQuery("status", "Only of this status.", "delivered", "waiting", "failed")
            .WithPage()
            .WithAnswer<WebhookDeliveryList>(
                $$"""{"deliveries":[{{WebhookDeliveryResponse.Example}}],"next_cursor":null,"cursor":null,"has_more":false}"""
            )
            .WithFailures(400, 401, 403, 404);
        routes
            .MapPost(Deliveries + "/{delivery_id}/replay", ReplayOneAsync)
            .WithAccess(Credential.Token, RateGroup.AccountWrites, Scope.MessagesRead)
            .WithSummary("Post one event again, with all its attempts")
            .WithAnswer<WebhookDeliveryResponse>(
                WebhookDeliveryResponse.Example,
                StatusCodes.Status202Accepted
            )
            .WithFailures(401, 403, 404, 409);
        routes
            .MapPost(WebhookRoutes.One + "/replay", ReplayAllAsync)
            .WithMetadata(new CallsOut())
            .WithAccess(Credential.Token, RateGroup.AccountWrites, Scope.MessagesRead)
            .WithSummary("Post everything again that happened since")
            .WithDescription(
                "Since a time, or behind a cursor of /api/events: exactly one of the two."
            )
            .WithBody<ReplayRequest>("""{"since":"2026-05-01T09:00:00Z"}""")
            .WithAnswer<WebhookResponse>(WebhookResponse.Example, StatusCodes.Status202Accepted)
            .WithFailures(400, 401, 403, 404, 413, 415);
        routes
            .MapPost(WebhookRoutes.One + "/test", TestAsync)
            .WithMetadata(new CallsOut())
            .WithAccess(Credential.Token, RateGroup.AccountWrites, Scope.MessagesRead)
            .WithSummary("Post a signed test message now, and tell how it went")
            .WithAnswer<WebhookTestResponse>(
                """{"message_id":"evt_7e5a1c52-1c0b-4b8a-a0a3-6f9b8b6c2d11","delivered":true,"response_status":204,"error":null,"sent_at":"2026-05-01T09:32:00Z"}"""
            )
            .WithFailures(401, 403, 404);
    }

    private static async Task<JsonHttpResult<WebhookDeliveryList>> ListAsync(
        HttpContext http,
        Cursors cursors,
        MessagingHome home,
        WebhookDeliveries deliveries
    )
    {
        var caller = http.Agent();
        var webhook = http.WebhookId();
        var query = new QueryFields(http.Request);
        var state = query.OneOf("status", States);
        var page = query.Page(
            cursors,
            new CursorScope(caller.AgentId, "deliveries", $"{webhook} {state}")
        );
        query.Errors.ThrowIfAny();
        var rows = await deliveries.ListAsync(
            home.Workspace,
            caller.Owner(),
            webhook,
            state,
            page.After?.As<WebhookDelivery>(),
            page.Limit + 1,
            http.RequestAborted
        );
        var found = Page.Of(rows, page.Limit);
        var next = page.Next(found, delivery => new CursorPosition(0, delivery.Id.Value));
        return FluxraJson.Answer(
            new WebhookDeliveryList(
                [.. found.Items.Select(WebhookDeliveryResponse.From)],
                next,
                next,
                found.HasMore
            ),
            WebhooksJson.Plain.WebhookDeliveryList
        );
    }

    private static async Task<JsonHttpResult<WebhookDeliveryResponse>> ReplayOneAsync(
        HttpContext http,
        MessagingHome home,
        WebhookDeliveries deliveries
    )
    {
        var text = http.Request.RouteValues["delivery_id"] as string;
        if (!WireIds.TryParseUuid<WebhookDelivery>(text, WebhookIds.Delivery, out var id))
            throw new NotFound("delivery_not_found", "There is no such delivery.");
        var delivery = await deliveries.ReplayAsync(
            home.Workspace,
            http.Agent().Owner(),
            http.WebhookId(),
            id,
            http.RequestAborted
        );
        return FluxraJson.Answer(
            WebhookDeliveryResponse.From(delivery),
            WebhooksJson.Plain.WebhookDeliveryResponse,
            StatusCodes.Status202Accepted
        );
    }

    private static async Task<JsonHttpResult<WebhookResponse>> ReplayAllAsync(
        HttpContext http,
        BodyReader bodies,
        FeedCursors cursors,
        EventLog log,
        MessagingHome home,
        WebhookEndpoints webhooks
    )
    {
        var caller = http.Agent();
        var (since, after) = ReadPlace(await bodies.ReadAsync(http), cursors, caller);
        var webhook = await webhooks.ReplayAsync(
            home.Workspace,
            caller.Owner(),
            http.WebhookId(),
            after ?? await log.BeforeAsync(since!.Value, http.RequestAborted),
            http.RequestAborted
        );
        return WebhookRoutes.Show(webhook, status: StatusCodes.Status202Accepted);
    }

    private static (DateTimeOffset? Since, LogPosition? After) ReadPlace(
        Fields fields,
        FeedCursors cursors,
        AgentCaller caller
    )
    {
        DateTimeOffset? since = null;
        LogPosition? after = null;
        var (time, cursor) = (
            fields.Text("since", LongestCursor),
            fields.Text("cursor", LongestCursor)
        );
        if (time is null == cursor is null)
            fields.Refuse("since", FieldErrors.Required);
        else if (time is not null && WireTime.TryParse(time, out var parsed))
            since = parsed;
        else if (cursor is not null && cursors.TryRead(caller, cursor, out var position))
            after = position;
        else
            fields.Refuse(time is null ? "cursor" : "since", FieldErrors.Malformed);
        fields.Errors.ThrowIfAny();
        return (since, after);
    }

    private static async Task<JsonHttpResult<WebhookTestResponse>> TestAsync(
        HttpContext http,
        MessagingHome home,
        WebhookDeliveries deliveries,
        TimeProvider time
    )
    {
        var webhook = http.WebhookId();
        var message = $"evt_{Guid.NewGuid():D}";
        var body = new WebhookTestBody(
            message,
            "webhook.test",
            time.GetUtcNow(),
            new WebhookTestData(WireIds.Uuid(WebhookIds.Webhook, webhook))
        );
        var attempt = await deliveries.TestAsync(
            home.Workspace,
            http.Agent().Owner(),
            webhook,
            message,
            JsonSerializer.SerializeToUtf8Bytes(body, WebhooksJson.Plain.WebhookTestBody),
            http.RequestAborted
        );
        return FluxraJson.Answer(
            new WebhookTestResponse(
                message,
                attempt.HasSucceeded,
                attempt.Status,
                attempt.Error,
                attempt.At
            ),
            WebhooksJson.Plain.WebhookTestResponse
        );
    }
}
