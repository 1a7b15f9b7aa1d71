using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Millrace.Core.Settings;
using Millrace.Messaging.Accounts;
using Millrace.Messaging.Blocks;
using Millrace.Messaging.Messages;

namespace Millrace.Messaging.Conversations;

internal static class ConversationsRegistration
{
    public static void AddConversations(
        this IServiceCollection services,
        IConfiguration configuration
    )
    {
        services.AddSection<ChatOptions>(configuration);
        services.AddSingleton<IAccountPart, ChatPart>();
        services.AddSingleton<DirectConversations>();
        services.AddSingleton<ConversationViews>();
        services.AddSingleton<ConversationSettings>();
        services.AddSingleton<Discounts>();
        services.AddSingleton<Members>();
        services.AddSingleton<GroupInvitations>();
        services.AddSingleton<Reading>();
        services.AddSingleton<Audience>();
        services.AddSingleton<BlockList>();
        services.AddSingleton<Sending>();
        services.AddSingleton<KeptAnswers>();
        services.AddSingleton<Revision>();
        services.AddSingleton<MessageHistory>();
        services.AddSingleton<MessageWords>();
        services.AddHostedService(provider => provider.GetRequiredService<MessageWords>());
        services.AddSingleton<MessageSearch>();
    }
}
