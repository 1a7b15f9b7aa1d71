using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Millrace.Core.Settings;

namespace Millrace.Core.Work;

public static class WorkRegistration
{
    /// <summary>Registers the <see cref="WorkQueue"/> and the dispatcher that empties it.</summary>
    public static IServiceCollection AddWork(
        this IServiceCollection services,
        IConfiguration configuration
    )
    {
        services.AddSection<WorkOptions>(configuration);
        return services
            .AddSingleton<WorkQueue>()
            .AddHostedService<WorkDispatcher>()
            .AddWorkHandler<WorkRetention>();
    }

    /// <summary>Registers who does work of one kind.</summary>
    public static IServiceCollection AddWorkHandler<T>(this IServiceCollection services)
        where T : class, IWorkHandler => services.AddSingleton<IWorkHandler, T>();
}
