using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Millrace.Core.Audit;
using Millrace.Core.Identity;
using Millrace.Core.Identity.Erasure;
using Millrace.Core.Ids;
using Millrace.Core.Settings;
using Millrace.Core.Storage;
using Millrace.Core.Work;
using Millrace.Knowledge.Graph.Extraction;
using Millrace.Knowledge.Graph.Memory;
using Millrace.Knowledge.Graph.Recognition;
using Millrace.Knowledge.Graph.Vectors;

namespace Millrace.Knowledge.Graph;

internal static class GraphRegistration
{
    private static readonly JsonSerializerOptions ResultForm = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
    };

    public static IServiceCollection AddGraph(
        this IServiceCollection services,
        IConfiguration configuration
    )
    {
        services.AddSection<GraphOptions>(configuration);
        services.AddSection<MemoryOptions>(configuration);
        services.AddSingleton<ModelMemory>();
        services.AddSingleton(provider => new GraphMemory(
            provider.GetRequiredService<FactLog>(),
            provider.GetRequiredService<FactReader>(),
            provider.GetRequiredService<ModelMemory>()
        ));
        services.AddSingleton<Gazetteer>();
        services.AddSingleton<EntityRecognizer>();
        services.AddSingleton<FactExtraction>();
        services.AddSingleton<DocumentFacts>();
        services.AddSingleton<IWorkHandler>(provider =>
            provider.GetRequiredService<DocumentFacts>()
        );
        services.AddSingleton<GraphAccess>();
        services.AddSingleton(provider => new GraphErasure(
            provider.GetRequiredService<Store>(),
            provider.GetRequiredService<FactVectors>()
        ));
        services.AddSingleton<Graphs>();
        services.AddSingleton<GraphSessions>();
        services.AddSingleton<FactEmbedding>();
        services.AddSingleton(provider => new FactLog(
            provider.GetRequiredService<Store>(),
            provider.GetRequiredService<GraphOptions>(),
            provider.GetRequiredService<FactEmbedding>(),
            provider.GetRequiredService<FactVectors>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<EntityRecognizer>()
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
        services.AddSingleton<AccessibleSearch>();
        services.AddSingleton<Episodes>();
        services.AddSingleton(provider => new Consolidation(
            provider.GetRequiredService<Store>(),
            provider.GetRequiredService<AuditLog>(),
            provider.GetRequiredService<FactEmbedding>(),
            provider.GetRequiredService<TimeProvider>()
        ));
        services.AddWorkspaceData<GraphData>();
        services.AddSingleton<GraphTasks>();
        services.AddSingleton<Reprocessing>();
        services.AddSingleton<SessionMigration>();
        services.AddSingleton<GraphCensus>();
        services.AddSingleton<IWorkHandler>(all => new GraphTaskHandler(
            GraphTasks.Erase,
            all.GetRequiredService<GraphTasks>(),
            async (graph, _, _, cancellation) =>
            {
                await all.GetRequiredService<Graphs>().EraseAsync(graph, cancellation);
                return "{}";
            }
        ));
        services.AddSingleton<IWorkHandler>(all => new GraphTaskHandler(
            GraphTasks.Consolidate,
            all.GetRequiredService<GraphTasks>(),
            async (graph, job, item, cancellation) =>
                Result(
                    await all.GetRequiredService<Consolidation>()
                        .RunAsync(
                            graph,
                            new ConsolidationScope(job.DryRun, job.MaxFacts, job.Session),
                            job.Actor,
                            item.Id.ToString(),
                            cancellation
                        )
                )
        ));
        services.AddSingleton<IWorkHandler>(all => new GraphTaskHandler(
            GraphTasks.Reprocess,
            all.GetRequiredService<GraphTasks>(),
            async (graph, job, _, cancellation) =>
                Result(
                    await all.GetRequiredService<Reprocessing>()
                        .RunAsync(graph, job.Session, cancellation)
                )
        ));
        services.AddSingleton<IWorkHandler>(all => new GraphTaskHandler(
            GraphTasks.Migrate,
            all.GetRequiredService<GraphTasks>(),
            async (graph, job, item, cancellation) =>
            {
                var source = job.Source!;
                var home = new Id<Workspace>(source.Workspace);
                var from = new OpenedGraph(
                    new Id<KnowledgeGraph>(source.Graph),
                    home,
                    GraphRole.Owner,
                    IsDefault: false
                )
                {
                    Guest = graph.Caller == home ? null : graph.Caller,
                };
                return Result(
                    await all.GetRequiredService<SessionMigration>()
                        .RunAsync(
                            from,
                            graph,
                            job.Session!,
                            source.Copy,
                            item.CreatedAt,
                            cancellation
                        )
                );
            }
        ));
        return services;
    }

    private static string Result<T>(T result) => JsonSerializer.Serialize(result, ResultForm);
}
