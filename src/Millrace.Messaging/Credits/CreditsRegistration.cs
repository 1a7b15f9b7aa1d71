using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Millrace.Core.Settings;
using Millrace.Messaging.Accounts;

namespace Millrace.Messaging.Credits;

internal static class CreditsRegistration
{
    public static void AddCredits(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSection<CreditOptions>(configuration);
        services.AddSingleton<IAccountPart, CreditsPart>();
        services.AddSingleton<CreditLapse>();
        services.AddSingleton<AgentCredits>();
        services.AddSingleton<AgentHolds>();
    }
}
