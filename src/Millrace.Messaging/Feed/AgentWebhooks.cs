using Millrace.Core.Events;
using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Core.Webhooks;
using Millrace.Messaging.Accounts;
using Millrace.Messaging.Conversations;

namespace Millrace.Messaging.Feed;

/// <summary>An agent's feed as its webhooks get it.</summary>
internal sealed class AgentWebhooks(AgentFeed feed) : IWebhookSource
{
    private const string Prefix = "agent:";

    public string Kind => "agent";

    public async Task<WebhookPage> ReadAsync(
        string owner,
        LogPosition after,
        int limit,
        TimeSpan wait,
        CancellationToken cancellation
    )
    {
        if (!Id<AgentAccount>.TryParse(owner, Prefix, out var agent))
            return new WebhookPage([], after);
        var page = await feed.ReadKeptAsync(agent, after, limit, wait, cancellation);
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

    public ValueTask CloseAsync(Db db, Id<AgentAccount> account, DateTimeOffset now) =>
        endpoints.DeleteAllAsync(db, ConversationEvents.SubjectOf(account));
}
