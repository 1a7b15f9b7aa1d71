using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Millrace.Agents;
using Millrace.Agents.Chat;
using Millrace.Agents.Tools;
using Millrace.Core.Audit;
using Millrace.Core.Events;
using Millrace.Core.Identity;
using Millrace.Core.Ids;
using Millrace.Core.Metering;
using Millrace.Core.Sandboxing;
using Millrace.Core.Storage;
using Millrace.Core.Work;
using Millrace.Knowledge;
using Millrace.Models;
using Millrace.Models.Routing;
using Millrace.Testing;

namespace Millrace.Tests.Agents;

/// <summary>The assistant over a scripted model and a real store, that can be restarted.</summary>
internal sealed class AssistantHarness : IAsyncDisposable
{
    private readonly TestStore _store;
    private readonly TimeProvider _time;
    private readonly Dictionary<string, string?> _settings;
    private readonly bool _ownsStore;
    private ServiceProvider _services;

    private AssistantHarness(
        TestStore store,
        TimeProvider time,
        Dictionary<string, string?> settings,
        bool ownsStore = true
    )
    {
        _ownsStore = ownsStore;
        _store = store;
        _time = time;
        _settings = settings;
        _services = Build();
    }

    public ScriptedModel Model { get; } = new();

    public WordEmbedder Embedder { get; } = new();

    /// <summary>Further tools, offered from the next start on.</summary>
    public List<Tool> Tools { get; } = [];

    public Store Store => _store.Store;

    public Assistant Assistant => _services.GetRequiredService<Assistant>();

    public T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    public static Task<AssistantHarness> CreateAsync(
        Dialect dialect,
        params (string Name, string Value)[] settings
    ) => CreateAsync(dialect, TimeProvider.System, settings);

    public static async Task<AssistantHarness> CreateAsync(
        Dialect dialect,
        TimeProvider time,
        params (string Name, string Value)[] settings
    ) =>
        new(
            await TestStore.CreateAsync(dialect),
            time,
            settings.ToDictionary(
                setting => $"Millrace:{setting.Name}",
                setting => (string?)setting.Value
            )
        );

    /// <summary>Another process on the same data, with a model of its own.</summary>
    public AssistantHarness Neighbour() => new(_store, _time, _settings, ownsStore: false);

    /// <summary>Drops the process's memory and starts anew on the same data.</summary>
    public async Task RestartAsync()
    {
        await _services.DisposeAsync();
        await _store.RestartAsync();
        _services = Build();
        foreach (var hosted in _services.GetServices<IHostedService>())
            await hosted.StartAsync(CancellationToken.None);
    }

    public async Task<Principal> NewPrincipalAsync()
    {
        var workspace = await _store.AddWorkspaceAsync($"w{Guid.NewGuid():N}");
        return new Principal
        {
            Workspace = workspace,
            Key = Id<ApiKey>.Random(),
            KeyNumber = 1,
            Scopes = new HashSet<string>(),
            IsAdmin = false,
            RateClass = "default",
            StreamDialect = "",
        };
    }

    public Task<TurnAnswer> SayAsync(
        Principal who,
        string message,
        string? session = "s1",
        string? requestKey = null
    ) =>
        Assistant.AnswerAsync(
            Request(who, message, session) with
            {
                RequestKey = requestKey,
            },
            CancellationToken.None
        );

    public static TurnRequest Request(Principal who, string message, string? session = "s1") =>
        new()
        {
            Principal = who,
            Endpoint = "/chat",
            Message = message,
            SessionId = session,
        };

    /// <summary>All turns of a workspace: role, state and text.</summary>
    public Task<List<string>> TurnsAsync(Principal who) =>
        Store.ReadAsync(
            who.Workspace,
            db =>
                db.QueryAsync(
                    "SELECT number, role, state, text FROM turns WHERE workspace_id = $1 ORDER BY session_id, number",
                    row => $"{row.Int64(0)} {row.Text(1)} {row.Text(2)}: {row.Text(3)}",
                    who.Workspace.Value
                )
        );

    public Task<List<string>> RunStatesAsync(Principal who) =>
        Store.ReadAsync(
            who.Workspace,
            db =>
                db.QueryAsync(
                    "SELECT state FROM runs WHERE workspace_id = $1 ORDER BY started_at",
                    row => row.Text(0),
                    who.Workspace.Value
                )
        );

    /// <summary>Moves what was metered into the tables, as happens now and then.</summary>
    public Task FoldUsageAsync() =>
        _services.GetServices<IHostedService>().OfType<UsageFold>().Single().FoldAsync();

    /// <summary>What time does to the claims of a process that no longer renews them.</summary>
    public Task ExpireClaimsAsync() =>
        Store.WriteAsync(
            Reach.Installation,
            async db =>
            {
                await db.ExecuteAsync(
                    "UPDATE sessions SET active_until = 1 WHERE active_run IS NOT NULL"
                );
            }
        );

    /// <summary>Waits for a query to have a row.</summary>
    public async Task UntilAsync(string sql)
    {
        while (!await Store.ReadAsync(Reach.Installation, db => db.FirstAsync(sql, _ => true)))
            await Task.Yield();
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        if (_ownsStore)
            await _store.DisposeAsync();
    }

    private ServiceProvider Build()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(_settings).Build();
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton(_time);
        services.AddSingleton(_store.Store);
        services.AddSingleton(_store.Folder);
        services.AddWork(configuration);
        services.AddSingleton(new EventOptions());
        services.AddSingleton<EventLog>();
        services.AddSingleton<AuditLog>();
        services.AddMetering();
        services.AddSingleton(new SandboxOptions());
        services.AddSingleton<Sandbox>();
        services.AddModels(configuration);
        services.AddKeyedSingleton<IChatClient>(EmbeddedModels.Local, Model);
        services.AddKeyedSingleton<IEmbeddingGenerator<string, Embedding<float>>>(
            EmbeddedModels.UseLite,
            Embedder
        );
        services.AddKnowledge(configuration);
        services.AddAgents(configuration);
        services.AddSingleton<IToolSource>(new FurtherTools(Tools));
        return services.BuildServiceProvider();
    }

    private sealed class FurtherTools(List<Tool> tools) : IToolSource
    {
        public IEnumerable<Tool> Tools => tools;
    }
}
