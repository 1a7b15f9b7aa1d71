using Microsoft.Extensions.DependencyInjection;

namespace Millrace.Core.Identity;

public static class IdentityRegistration
{
    /// <summary>Registers <see cref="ApiKeys"/>.</summary>
    public static IServiceCollection AddIdentity(this IServiceCollection services) =>
        services.AddSingleton<ApiKeys>().AddHostedService<LastUsedFlush>();
}
