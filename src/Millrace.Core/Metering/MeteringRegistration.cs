using Microsoft.Extensions.DependencyInjection;

namespace Millrace.Core.Metering;

public static class MeteringRegistration
{
    /// <summary>Registers the <see cref="UsageJournal"/>, what folds it, and the <see cref="UsageReport"/>.</summary>
    public static IServiceCollection AddMetering(this IServiceCollection services) =>
        services
            .AddSingleton<UsageJournal>()
            .AddSingleton<UsageReport>()
            .AddHostedService<UsageFold>();
}
