using Microsoft.Extensions.DependencyInjection;

namespace Millrace.Core.Health;

public static class HealthRegistration
{
    /// <summary>Registers the <see cref="HealthBoard"/> with the ground's own probes; each floor adds its own.</summary>
    public static IServiceCollection AddHealth(this IServiceCollection services) =>
        services
            .AddSingleton<HealthBoard>()
            .AddSingleton<IHealthProbe, DatabaseProbe>()
            .AddSingleton<IHealthProbe, QueueProbe>()
            .AddSingleton<IHealthProbe, DiskProbe>();
}
