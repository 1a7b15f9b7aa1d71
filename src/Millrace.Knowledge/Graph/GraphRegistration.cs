using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Millrace.Core.Identity.Erasure;
using Millrace.Core.Settings;
using Millrace.Core.Storage;
using Millrace.Core.Work;
using Millrace.Knowledge.Graph.Memory;
using Millrace.Knowledge.Graph.Recognition;
using Millrace.Knowledge.Graph.Vectors;

namespace Millrace.Knowledge.Graph;

internal static class GraphRegistration
{
    public static IServiceCollection AddGraph(
        this IServiceCollection services,
        IConfiguration configuration
    )
    {
        services.AddSection<GraphOptions>(configuration);
        services.AddSection<MemoryOptions>(configuration);
        services.AddSingleton<GraphMemory>();
        services.AddSingleton<Gazetteer>();
        services.AddSingleton<EntityRecognizer>();
        services.AddSingleton<GraphAccess>();
        services.AddSingleton<Graphs>();
        services.AddSingleton<GraphSessions>();
        services.AddSingleton<FactEmbedding>();
        services.AddSingleton(provider => new FactLog(
            provider.GetRequiredService<Store>(),
            provider.GetRequiredService<GraphOptions>(),
            provider.GetRequiredService<FactEmbedding>(),
            provider.GetRequiredService<TimeProvider>()
        ));
        services.AddSingleton<FactReader>();
        services.AddSingleton<Entities>();
        services.AddSingleton<FactVectors>();
        services.AddWorkHandler<FactEmbedder>();
        services.AddWorkHandler<FactUpkeep>();
        services.AddSingleton<FactMeaning>();
        services.AddSingleton(provider => new GraphSearch(
            provider.GetRequiredService<Store>(),
            provider.GetRequiredService<FactMeaning>()
        ));
        services.AddSingleton<Episodes>();
        services.AddSingleton<Consolidation>();
        services.AddWorkspaceData<GraphData>();
        return services;
    }
}
