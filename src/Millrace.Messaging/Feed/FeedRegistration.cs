using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Millrace.Core.Events;
using Millrace.Core.Settings;
using Millrace.Core.Storage;
using Millrace.Core.Webhooks;
using Millrace.Messaging.Accounts;
using Millrace.Messaging.Conversations;
using Millrace.Messaging.Messages;
using Millrace.Messaging.Presence;

namespace Millrace.Messaging.Feed;

internal static class FeedRegistration
{
    /// <summary>Registers agents' feeds, which need a <see cref="FeedFormat"/>, the webhooks on them, and presence.</summary>
    public static void AddFeed(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSection<FeedOptions>(configuration);
        services.AddSingleton<FeedRetention>();
        services.AddSingleton<FeedContents>();
        services.AddSingleton<FeedTail>();
        services.AddHostedService(provider => provider.GetRequiredService<FeedTail>());
        services.AddSingleton(provider => new AgentFeed(
            provider.GetRequiredService<Store>(),
            provider.GetRequiredService<MessagingHome>(),
            provider.GetRequiredService<EventLog>(),
            provider.GetRequiredService<Audience>(),
            provider.GetRequiredService<DirectConversations>(),
            provider.GetRequiredService<ChatOptions>(),
            provider.GetRequiredService<LiveTokens>(),
            provider.GetRequiredService<FeedContents>(),
            provider.GetRequiredService<FeedTail>(),
            provider.GetRequiredService<FeedRetention>(),
            provider.GetRequiredService<TimeProvider>()
        ));
        services.AddSingleton(provider => new Typing(
            provider.GetRequiredService<Store>(),
            provider.GetRequiredService<MessagingHome>(),
            provider.GetRequiredService<Sending>(),
            provider.GetRequiredService<FeedTail>(),
            provider.GetRequiredService<FeedFormat>(),
            provider.GetRequiredService<TimeProvider>()
        ));
        services.AddSingleton<IWebhookSource, AgentWebhooks>();
        services.AddSingleton<OwnWebhooks>();
        services.AddSingleton<IAccountPart, WebhookPart>();
        services.AddSingleton<PresenceBoard>();
        services.AddSingleton<IAccountPart, PresencePart>();
    }
}
