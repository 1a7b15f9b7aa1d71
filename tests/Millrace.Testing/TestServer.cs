using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Millrace.Core.Identity;
using Millrace.Core.Secrets;
using Millrace.Core.Storage;
using Millrace.Models.Routing;
using Millrace.Server.Starting;
using Millrace.Testing.Doubles;

namespace Millrace.Testing;

/// <summary>
/// The whole server on a free port of this machine, over a real database, with a scripted model in place of the
/// embedded one unless a test asks for that. It can be restarted on its data.
/// </summary>
public sealed class TestServer : IAsyncDisposable
{
    private readonly string _folder;
    private readonly Dictionary<string, string?> _settings;
    private readonly bool _isEmbedded;
    private readonly bool _canBreak;
    private MillraceHost _host;

    private TestServer(
        string folder,
        Dictionary<string, string?> settings,
        ScriptedModel model,
        TimeProvider time,
        bool isEmbedded,
        bool canBreak
    )
    {
        _isEmbedded = isEmbedded;
        _canBreak = canBreak;
        _folder = folder;
        _settings = settings;
        Model = model;
        Time = time;
        _host = Build();
    }

    /// <summary>Where the server keeps its data.</summary>
    public string Folder => _folder;

    public ScriptedModel Model { get; }

    public TimeProvider Time { get; }

    public Uri Address { get; private set; } = null!;

    /// <summary>Opens the server's first workspace, as an administrator.</summary>
    public string Key { get; private set; } = "";

    public IServiceProvider Services => _host.Services;

    /// <param name="settings">Names below <c>Millrace:</c> with their values.</param>
    public static Task<TestServer> StartAsync(
        Dialect dialect = Dialect.Sqlite,
        TimeProvider? time = null,
        params (string Name, string Value)[] settings
    ) => StartAsync(dialect, time, isEmbedded: false, canBreak: false, settings);

    /// <summary>With the chat model and the embedder that an installation comes with.</summary>
    public static Task<TestServer> StartEmbeddedAsync(
        Dialect dialect = Dialect.Sqlite,
        params (string Name, string Value)[] settings
    ) => StartAsync(dialect, null, isEmbedded: true, canBreak: false, settings);

    /// <summary>With a store that a test can break: <see cref="Break"/>.</summary>
    public static Task<TestServer> StartBreakableAsync(
        Dialect dialect = Dialect.Sqlite,
        params (string Name, string Value)[] settings
    ) => StartAsync(dialect, null, isEmbedded: false, canBreak: true, settings);

    private static async Task<TestServer> StartAsync(
        Dialect dialect,
        TimeProvider? time,
        bool isEmbedded,
        bool canBreak,
        (string Name, string Value)[] settings
    )
    {
        var folder = Directory.CreateTempSubdirectory("millrace-server-").FullName;
        var all = settings.ToDictionary(
            setting => $"Millrace:{setting.Name}",
            setting => (string?)setting.Value,
            StringComparer.OrdinalIgnoreCase
        );
        all["Millrace:Data:Folder"] = folder;
        all["Millrace:Server:Urls"] = "http://127.0.0.1:0";
        // One for all, as servers on one database need it.
        all[MasterKeys.Variable] = Convert.ToBase64String(new byte[32]);
        var postgres = await TestStore.MigratedAsync(dialect, folder);
        if (postgres.Length > 0)
            all["Millrace:Storage:Postgres"] = postgres;
        var server = new TestServer(
            folder,
            all,
            new ScriptedModel(),
            time ?? TimeProvider.System,
            isEmbedded,
            canBreak
        );
        await server.StartAsync();
        return server;
    }

    /// <summary>Stops the server and starts another on the same data.</summary>
    public async Task RestartAsync()
    {
        await _host.StopAsync(CancellationToken.None);
        await _host.DisposeAsync();
        _host = Build();
        await StartAsync();
    }

    /// <summary>Lets every read and write end in a fault; null mends the store again.</summary>
    public void Break(Exception? fault) =>
        ((BreakableStore)Services.GetRequiredService<Store>()).Fault = fault;

    /// <summary>A key that opens a workspace of its own.</summary>
    public async Task<string> NewKeyAsync(NewApiKey? request = null) =>
        (
            await Services.GetRequiredService<ApiKeys>().CreateAsync(request ?? new NewApiKey())
        ).Secret;

    /// <summary>A client that presents a key; by default the first one, with an empty text none.</summary>
    public HttpClient Client(string? key = null)
    {
        var client = new HttpClient { BaseAddress = Address };
        if ((key ?? Key) is { Length: > 0 } presented)
            client.DefaultRequestHeaders.Add("api-key", presented);
        return client;
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync(CancellationToken.None);
        await _host.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task StartAsync()
    {
        if (await _host.PrepareAsync(CancellationToken.None) is { } issued)
            Key = issued.Secret;
        await _host.StartAsync(CancellationToken.None);
        Address = new Uri(_host.Addresses.First());
    }

    private MillraceHost Build() =>
        MillraceHost.Build(
            settings => settings.AddInMemoryCollection(_settings),
            customise: builder =>
            {
                builder.Logging.ClearProviders();
                builder.Services.AddSingleton(Time);
                if (_canBreak)
                    LetBreak(builder.Services);
                if (_isEmbedded)
                    return;
                builder.Services.AddKeyedSingleton<IChatClient>(EmbeddedModels.Local, Model);
                builder.Services.AddKeyedSingleton<IEmbeddingGenerator<string, Embedding<float>>>(
                    EmbeddedModels.UseLite,
                    new WordEmbedder()
                );
            }
        );

    private static void LetBreak(IServiceCollection services)
    {
        var store = services.Single(service => service.ServiceType == typeof(Store));
        services.Remove(store);
        services.AddSingleton<Store>(provider => new BreakableStore(
            (Store)store.ImplementationFactory!(provider)
        ));
    }
}
