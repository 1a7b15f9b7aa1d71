using System.Text.Json.Serialization;

namespace Millrace.Core.Webhooks;

/// <summary>What the event <see cref="EventType"/>, in the log of the endpoint's owner, tells: nothing was delivered for days.</summary>
public sealed record WebhookDisabled(Guid Endpoint, string Url, string Reason)
{
    public const string EventType = "webhook.disabled";
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(WebhookDisabled))]
public sealed partial class WebhookJson : JsonSerializerContext;
