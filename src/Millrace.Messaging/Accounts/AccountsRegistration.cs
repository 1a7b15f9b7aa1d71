using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Millrace.Core.Settings;
using Millrace.Core.Work;

namespace Millrace.Messaging.Accounts;

internal static class AccountsRegistration
{
    public static void AddAccounts(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSection<AccountOptions>(configuration);
        services.AddSingleton<CredentialDigests>();
        services.AddSingleton<TokenSigner>();
        services.AddSingleton<LiveTokens>();
        services.AddSingleton<Tokens>();
        services.AddSingleton<AgentAuditLog>();
        services.AddSingleton<AgentKeys>();
        services.AddSingleton<Invitations>();
        services.AddSingleton<Registration>();
        services.AddSingleton<AgentAccounts>();
        services.AddSingleton<Recovery>();
        services.AddWorkHandler<AccountRetention>();
    }
}
