using Microsoft.Extensions.DependencyInjection;
using Millrace.Messaging.Accounts;

namespace Millrace.Messaging.Profiles;

internal static class ProfilesRegistration
{
    public static void AddProfiles(this IServiceCollection services)
    {
        services.AddSingleton<AgentProfiles>();
        services.AddSingleton<IAccountPart>(provider =>
            provider.GetRequiredService<AgentProfiles>()
        );
    }
}
