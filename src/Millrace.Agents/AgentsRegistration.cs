using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Millrace.Agents.Chat;
using Millrace.Agents.Runs;
using Millrace.Agents.Sessions;
using Millrace.Agents.Tools;
using Millrace.Core.Identity.Erasure;
using Millrace.Core.Settings;
using Millrace.Core.Storage;
using Millrace.Core.Work;
using Millrace.Models.Routing;

namespace Millrace.Agents;

public static class AgentsRegistration
{
    /// <summary>Registers sessions, runs, tools and the assistant.</summary>
    public static IServiceCollection AddAgents(
        this IServiceCollection services,
        IConfiguration configuration
    )
    {
        services.AddStorageMap("agents", typeof(AgentsRegistration).Assembly);
        services.AddSection<SessionsOptions>(configuration);
        services.AddSection<RunsOptions>(configuration);
        services.AddSection<AssistantOptions>(configuration);
        services.AddSection<SearchOptions>(configuration);

        services.AddSingleton<IToolSource, CalculatorTool>();
        services.AddSingleton<IToolSource, WebSearch>();
        services.AddSingleton<ToolBox>();

        services.AddSingleton<SessionLog>();
        services.AddSingleton<SessionHistory>();
        services.AddSingleton<RecallCache>();
        services.AddSingleton<MemoryMeter>();
        services.AddSingleton<Recall>();
        services.AddSingleton<TurnQueue>();
        services.AddSingleton<SummaryWork>();
        services.AddWorkHandler<SummaryHandler>();
        services.AddWorkHandler<SessionRetention>();
        services.AddWorkspaceData<SessionData>();
        services.AddSingleton<AbandonedRuns>();
        services.AddHostedService<RunRecovery>();

        services.AddSingleton<ToolCalls>();
        services.AddSingleton<RunLoop>();
        services.AddSingleton<Grounding>();
        services.AddSingleton<FactRecall>();
        services.AddSingleton<KnowledgeTools>();
        services.AddSingleton<MemoryWork>();
        services.AddWorkHandler<MemoryHandler>();
        services.AddSingleton<Conversation>();
        services.AddSingleton<TurnRun>();
        services.AddSingleton<TurnReplay>();
        services.AddSingleton<TurnEnd>();
        services.AddSingleton(provider => new Assistant(
            provider.GetRequiredService<SessionLog>(),
            provider.GetRequiredService<TurnQueue>(),
            provider.GetRequiredService<TurnRun>(),
            provider.GetRequiredService<TurnReplay>(),
            provider.GetRequiredService<TurnEnd>(),
            provider.GetRequiredService<MemoryWork>(),
            provider.GetRequiredService<AssistantOptions>(),
            provider.GetRequiredService<RunsOptions>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<Assistant>>()
        ));
        return services;
    }
}
