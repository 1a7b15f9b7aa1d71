using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Millrace.Core.Settings;
using Millrace.Knowledge.Graph.Recognition;

namespace Millrace.Knowledge.Graph;

internal static class GraphRegistration
{
    public static IServiceCollection AddGraph(
        this IServiceCollection services,
        IConfiguration configuration
    )
    {
        services.AddSection<GraphOptions>(configuration);
        services.AddSingleton<Gazetteer>();
        services.AddSingleton<EntityRecognizer>();
        services.AddSingleton<GraphAccess>();
        services.AddSingleton<Graphs>();
        services.AddSingleton<GraphSessions>();
        services.AddSingleton<FactLog>();
        services.AddSingleton<FactReader>();
        services.AddSingleton<Entities>();
        services.AddSingleton<GraphSearch>();
        services.AddSingleton<Episodes>();
        services.AddSingleton<Consolidation>();
        return services;
    }
}
