using System.Text.Json.Serialization;
using Millrace.Api.Fluxra.Wire;
using Millrace.Core.Webhooks;
using Millrace.Messaging.Feed;

namespace Millrace.Api.Fluxra.Webhooks;

/// <summary>How ids of webhooks begin.</summary>
internal static class WebhookIds
{
    public const string Webhook = OwnWebhooks.IdPrefix;
    public const string Delivery = "whd_";
}

/// <summary>The body of a webhook, for the OpenAPI document.</summary>
internal sealed record WebhookRequest(
    string Url,
    IReadOnlyList<string>? EventTypes,
    string? Description
);

/// <summary>The body of a change, for the OpenAPI document.</summary>
internal sealed record WebhookChangeRequest(
    string? Url,
    IReadOnlyList<string>? EventTypes,
    string? Description,
    bool? Enabled
);

internal sealed record WebhookResponse(
    string WebhookId,
    string Url,
    string Description,
    IReadOnlyList<string> EventTypes,
    bool Enabled,
    string? DisabledReason,
    DateTimeOffset? DisabledAt,
    DateTimeOffset? FailingSince,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Secret,
    DateTimeOffset? PreviousSecretUntil,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt
)
{
    public const string Example = """
        {"webhook_id":"whk_2b1c9a7e-5a38-4f3e-9a50-4d2f0b1c7e66","url":"https://hooks.example.com/fluxra","description":"",
         "event_types":["message.created"],"enabled":true,"disabled_reason":null,"disabled_at":null,"failing_since":null,
         "previous_secret_until":null,"created_at":"2026-05-01T09:31:00Z","updated_at":"2026-05-01T09:31:00Z"}
        """;

    public const string SecretExample = """
        {"webhook_id":"whk_2b1c9a7e-5a38-4f3e-9a50-4d2f0b1c7e66","url":"https://hooks.example.com/fluxra","description":"",
         "event_types":["message.created"],"enabled":true,"disabled_reason":null,"disabled_at":null,"failing_since":null,
         "secret":"whsec_Q0FNcGxlLXNlY3JldC1vZi0zMi1ieXRlcy1sb25nISE=","previous_secret_until":null,
         "created_at":"2026-05-01T09:31:00Z","updated_at":"2026-05-01T09:31:00Z"}
        """;

    public static WebhookResponse From(WebhookEndpoint webhook, string? secret = null) =>
        new(
            WireIds.Uuid(WebhookIds.Webhook, webhook.Id),
            webhook.Url,
            webhook.Description,
            webhook.Types,
            webhook.State is WebhookState.Enabled,
            webhook.DisabledReason,
            webhook.DisabledAt,
            webhook.FailingSince,
            secret,
            webhook.PreviousSecretUntil,
            webhook.CreatedAt,
            webhook.UpdatedAt
        );
}

internal sealed record WebhookList(
    IReadOnlyList<WebhookResponse> Webhooks,
    string? NextCursor,
    string? Cursor,
    bool HasMore
);

internal sealed record WebhookDeleted(string WebhookId, bool Deleted);

internal sealed record WebhookDeliveryResponse(
    string DeliveryId,
    string EventId,
    string EventType,
    WebhookDeliveryState Status,
    long Attempts,
    long? ResponseStatus,
    string? Error,
    DateTimeOffset CreatedAt,
    DateTimeOffset LastAttemptAt,
    DateTimeOffset? NextAttemptAt
)
{
    public const string Example = """
        {"delivery_id":"whd_5a1c9a7e-5a38-4f3e-9a50-4d2f0b1c7e66","event_id":"evt_7e5a1c52-1c0b-8b8a-a0a3-6f9b8b6c2d11",
         "event_type":"message.created","status":"waiting","attempts":2,"response_status":500,
         "error":"The receiver answered 500.","created_at":"2026-05-01T09:32:00Z","last_attempt_at":"2026-05-01T09:32:05Z",
         "next_attempt_at":"2026-05-01T09:37:05Z"}
        """;

    public static WebhookDeliveryResponse From(WebhookDelivery delivery) =>
        new(
            WireIds.Uuid(WebhookIds.Delivery, delivery.Id),
            delivery.EventId,
            delivery.EventType,
            delivery.State,
            delivery.Attempts,
            delivery.Status,
            delivery.Error,
            delivery.CreatedAt,
            delivery.AttemptedAt,
            delivery.NextAttemptAt
        );
}

internal sealed record WebhookDeliveryList(
    IReadOnlyList<WebhookDeliveryResponse> Deliveries,
    string? NextCursor,
    string? Cursor,
    bool HasMore
);

/// <summary>The body of a replay, for the OpenAPI document: exactly one of the two.</summary>
internal sealed record ReplayRequest(string? Since, string? Cursor);

internal sealed record WebhookTestResponse(
    string MessageId,
    bool Delivered,
    long? ResponseStatus,
    string? Error,
    DateTimeOffset SentAt
);

internal sealed record WebhookTestBody(
    string EventId,
    string Type,
    DateTimeOffset CreatedAt,
    WebhookTestData Data
);

internal sealed record WebhookTestData(string WebhookId);

[JsonSerializable(typeof(WebhookResponse))]
[JsonSerializable(typeof(WebhookList))]
[JsonSerializable(typeof(WebhookDeleted))]
[JsonSerializable(typeof(WebhookDeliveryResponse))]
[JsonSerializable(typeof(WebhookDeliveryList))]
[JsonSerializable(typeof(WebhookTestResponse))]
[JsonSerializable(typeof(WebhookTestBody))]
internal sealed partial class WebhooksJson : JsonSerializerContext
{
    public static WebhooksJson Plain { get; } = new(FluxraJson.Options());
}
