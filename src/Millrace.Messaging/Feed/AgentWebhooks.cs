using Millrace.Core.Events;
using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Core.Webhooks;
using Millrace.Messaging.Accounts;
using Millrace.Messaging.Conversations;

namespace Millrace.Messaging.Feed;

/// <summary>An agent's feed as its webhooks get it.</summary>
internal sealed class AgentWebhooks(AgentFeed feed, AgentKeys keys) : IWebhookSource
{
    private const string Prefix = "agent:";
    private const string KeyEnded =
        "The API key that it was made by has ended: enable it with a token of another.";

    public string Kind => "agent";

    public async Task<WebhookPage> ReadAsync(
        WebhookEndpoint endpoint,
        LogPosition after,
        int limit,
        TimeSpan wait,
        CancellationToken cancellation
    )
    {
        if (!Id<AgentAccount>.TryParse(endpoint.Owner, Prefix, out var agent))
            return new WebhookPage([], after);
        var grant = WebhookGrant.Of(endpoint);
        var reader = new FeedReader(agent, grant?.Scopes ?? ScopeSet.Default);
        var page = await feed.ReadKeptAsync(reader, after, limit, wait, cancellation);
        // Asked behind the events, so that nothing is posted that came after the key's end.
        if (grant is not null && !await keys.IsLiveAsync(grant.Key, cancellation))
            return new WebhookPage([], after) { Ended = KeyEnded };
        return new WebhookPage([.. page.Items.Select(Posted)], page.Next);
    }

    private static WebhookEvent Posted(FeedItem item) =>
        new(item.Position!.Value, item.EventId, item.Type, item.Body);
}

/// <summary>A deleted account's webhooks go with it; those of a recovered one may be a stranger's, and stop.</summary>
internal sealed class WebhookPart(WebhookEndpoints endpoints) : IAccountPart
{
    public ValueTask RecoverAsync(Db db, Id<AgentAccount> account, DateTimeOffset now) =>
        endpoints.DisableAllAsync(
            db,
            ConversationEvents.SubjectOf(account),
            "The account was recovered: enable it if it is yours."
        );

    public ValueTask ReplaceKeyAsync(
        Db db,
        Id<AgentAccount> account,
        Id<AgentKey> old,
        Id<AgentKey> key
    ) =>
        endpoints.GrantAgainAsync(
            db,
            ConversationEvents.SubjectOf(account),
            grant => WebhookGrant.Replace(grant, old, key)
        );

    public ValueTask CloseAsync(Db db, Id<AgentAccount> account, DateTimeOffset now) =>
        endpoints.DeleteAllAsync(db, ConversationEvents.SubjectOf(account));
}
