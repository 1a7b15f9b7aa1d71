using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Millrace.Core.Settings;
using Millrace.Core.Work;

namespace Millrace.Core.Events;

public static class EventRegistration
{
    /// <summary>Registers the <see cref="EventLog"/>.</summary>
    public static IServiceCollection AddEvents(
        this IServiceCollection services,
        IConfiguration configuration
    )
    {
        services.AddSection<EventOptions>(configuration);
        return services
            .AddSingleton<EventLog>()
            .AddHostedService<EventTail>()
            .AddWorkHandler<EventRetention>();
    }
}
