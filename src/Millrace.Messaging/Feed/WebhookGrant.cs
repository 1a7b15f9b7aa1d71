using Millrace.Core.Ids;
using Millrace.Core.Webhooks;
using Millrace.Messaging.Accounts;

namespace Millrace.Messaging.Feed;

/// <summary>
/// What an agent's webhook may get, and until when: that of the token by which it was made or changed last, as long as
/// that token's API key, or one that has taken its place, lives.
/// </summary>
internal sealed record WebhookGrant(Id<AgentKey> Key, ScopeSet Scopes)
{
    public static WebhookGrant Of(AgentCaller caller) => new(caller.Key!.Value, caller.Scopes);

    /// <summary>Null of a webhook that is older than grants: it gets what every reader of the feed gets.</summary>
    public static WebhookGrant? Of(WebhookEndpoint endpoint) => Read(endpoint.GrantedBy);

    /// <summary>The same, as it is written, with another key in the place of one that it is by.</summary>
    public static string Replace(string written, Id<AgentKey> old, Id<AgentKey> key) =>
        Read(written) is { } grant && grant.Key == old
            ? (grant with { Key = key }).ToString()
            : written;

    public override string ToString() => $"{Key} {Scopes}";

    private static WebhookGrant? Read(string written)
    {
        var parts = written.Split(' ', 2);
        return parts.Length == 2 && Id<AgentKey>.TryParse(parts[0], "", out var key)
            ? new WebhookGrant(key, ScopeSet.Read(parts[1]))
            : null;
    }
}
