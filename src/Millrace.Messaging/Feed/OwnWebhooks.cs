using System.Text.Json.Nodes;
using Millrace.Core.Failures;
using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Core.Webhooks;
using Millrace.Messaging.Accounts;
using Millrace.Messaging.Conversations;

namespace Millrace.Messaging.Feed;

/// <summary>
/// What an agent changes of its webhooks: each change stands in its audit log, by id and never with the address, which
/// may hold a secret. (fluxra §9.5)
/// </summary>
public sealed class OwnWebhooks(WebhookEndpoints webhooks, MessagingHome home, AgentAuditLog audit)
{
    /// <summary>How the id of a webhook begins.</summary>
    public const string IdPrefix = "whk_";

    /// <exception cref="Invalid">The address may not be reached.</exception>
    /// <exception cref="Forbidden">It asks for events that the token gives no right to.</exception>
    /// <exception cref="Conflict">The agent has as many as it may.</exception>
    public Task<(WebhookEndpoint Endpoint, string Secret)> CreateAsync(
        AgentCaller caller,
        NewWebhook webhook,
        CallOrigin origin,
        CancellationToken cancellation = default
    ) =>
        webhooks.CreateAsync(
            home.Workspace,
            OwnerOf(caller),
            webhook,
            Granted(caller, Note(caller, origin, "webhook.created")),
            cancellation
        );

    /// <exception cref="NotFound">The agent has none such.</exception>
    /// <exception cref="Invalid">The address may not be reached.</exception>
    /// <exception cref="Forbidden">It asks for events that the token gives no right to.</exception>
    public Task<WebhookEndpoint> ChangeAsync(
        AgentCaller caller,
        Id<WebhookEndpoint> id,
        WebhookChange change,
        CallOrigin origin,
        CancellationToken cancellation = default
    ) =>
        webhooks.ChangeAsync(
            home.Workspace,
            OwnerOf(caller),
            id,
            change,
            Granted(caller, Note(caller, origin, "webhook.updated", ChangedBy(change))),
            cancellation
        );

    /// <exception cref="NotFound">The agent has none such.</exception>
    public Task<(WebhookEndpoint Endpoint, string Secret)> RotateAsync(
        AgentCaller caller,
        Id<WebhookEndpoint> id,
        CallOrigin origin,
        CancellationToken cancellation = default
    ) =>
        webhooks.RotateAsync(
            home.Workspace,
            OwnerOf(caller),
            id,
            Note(caller, origin, "webhook.secret_rotated"),
            cancellation
        );

    /// <exception cref="NotFound">The agent has none such.</exception>
    public Task DeleteAsync(
        AgentCaller caller,
        Id<WebhookEndpoint> id,
        CallOrigin origin,
        CancellationToken cancellation = default
    ) =>
        webhooks.DeleteAsync(
            home.Workspace,
            OwnerOf(caller),
            id,
            Note(caller, origin, "webhook.deleted"),
            cancellation
        );

    /// <summary>Under which an agent's webhooks are kept: its subject in the event log.</summary>
    public static string OwnerOf(AgentCaller caller) =>
        ConversationEvents.SubjectOf(caller.Account);

    /// <summary>Whoever makes or changes one answers for what it gets from then on.</summary>
    private static Func<Db, WebhookEndpoint, ValueTask> Granted(
        AgentCaller caller,
        Func<Db, WebhookEndpoint, ValueTask> note
    ) =>
        (db, webhook) =>
        {
            if (webhook.Types.Any(type => !caller.May(FeedScopes.Of(type))))
                throw new Forbidden(
                    "scope_missing",
                    "The token lacks the scope for events that the webhook asks for."
                );
            webhook.GrantedBy = WebhookGrant.Of(caller).ToString();
            return note(db, webhook);
        };

    private Func<Db, WebhookEndpoint, ValueTask> Note(
        AgentCaller caller,
        CallOrigin origin,
        string action,
        IEnumerable<string>? changed = null
    ) =>
        (db, webhook) =>
        {
            var details = new JsonObject { ["webhook_id"] = $"{IdPrefix}{webhook.Id.Value:D}" };
            if (changed is not null)
                details["changed"] = new JsonArray([
                    .. changed.Select(name => (JsonNode)JsonValue.Create(name)),
                ]);
            return audit.AppendAsync(
                db,
                caller.Account,
                action,
                caller.Credential,
                origin,
                caller.Key,
                details
            );
        };

    private static IEnumerable<string> ChangedBy(WebhookChange change)
    {
        if (change.Url is not null)
            yield return "url";
        if (change.EventTypes is not null)
            yield return "event_types";
        if (change.Description is not null)
            yield return "description";
        if (change.Enabled is not null)
            yield return "enabled";
    }
}
