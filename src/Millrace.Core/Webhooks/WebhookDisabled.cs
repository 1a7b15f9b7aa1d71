using System.Text.Json;
using System.Text.Json.Serialization;
using Millrace.Core.Events;
using Millrace.Core.Storage;

namespace Millrace.Core.Webhooks;

/// <summary>What the event <see cref="EventType"/>, in the log of the endpoint's owner, tells: the endpoint gets nothing more, and why.</summary>
public sealed record WebhookDisabled(Guid Endpoint, string Url, string Reason)
{
    public const string EventType = "webhook.disabled";

    /// <summary>Tells it within the write that disables the endpoint.</summary>
    internal static async ValueTask TellAsync(EventLog log, Db db, WebhookEndpoint endpoint)
    {
        var data = JsonSerializer.Serialize(
            new WebhookDisabled(endpoint.Id.Value, endpoint.Url, endpoint.DisabledReason!),
            WebhookJson.Default.WebhookDisabled
        );
        await log.AppendAsync(db, endpoint.WorkspaceId, endpoint.Owner, EventType, data);
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(WebhookDisabled))]
public sealed partial class WebhookJson : JsonSerializerContext;
