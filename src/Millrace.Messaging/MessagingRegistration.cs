using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Millrace.Core.Storage;
using Millrace.Messaging.Accounts;
using Millrace.Messaging.Contracts;
using Millrace.Messaging.Conversations;
using Millrace.Messaging.Credits;
using Millrace.Messaging.Feed;
using Millrace.Messaging.Mail;
using Millrace.Messaging.Profiles;

namespace Millrace.Messaging;

public static class MessagingRegistration
{
    /// <summary>Registers agents' accounts and their conversations. Needs the ground floor and the ledger.</summary>
    public static IServiceCollection AddMessaging(
        this IServiceCollection services,
        IConfiguration configuration
    )
    {
        services.AddStorageMap("messaging", typeof(MessagingRegistration).Assembly);
        services.AddSingleton<MessagingHome>();
        services.AddMail(configuration);
        services.AddAccounts(configuration);
        services.AddProfiles();
        services.AddContracts();
        services.AddConversations(configuration);
        services.AddFeed(configuration);
        services.AddCredits(configuration);
        return services;
    }
}
