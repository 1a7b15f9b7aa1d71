using System.Diagnostics;
using System.Text;
using Microsoft.Extensions.AI;
using Millrace.Core.Identity;
using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Knowledge.Files;
using Millrace.Knowledge.Ingest;
using Millrace.Knowledge.Stores;
using Millrace.Models.Embedded;
using Millrace.Models.Routing;
using Millrace.Server.Starting;

namespace Millrace.Bench.Ingesting;

/// <summary>A server in this process with one store, into which texts are read as a client's are.</summary>
internal sealed class Library : IAsyncDisposable
{
    private readonly MillraceHost _host;
    private string _store = "";

    private Library(MillraceHost host) => _host = host;

    public IServiceProvider Services => _host.Services;

    public Store Database => Services.GetRequiredService<Store>();

    public Id<Workspace> Workspace { get; } = Id<Workspace>.Random();

    /// <param name="embedder">What stands for the embedded one.</param>
    /// <param name="more">Settings by name.</param>
    public static async Task<Library> OpenAsync(
        string folder,
        Func<UseLiteEmbedder, IEmbeddingGenerator<string, Embedding<float>>> embedder,
        params (string Name, string Value)[] more
    )
    {
        var settings = more.ToDictionary(
            one => $"Millrace:{one.Name}",
            one => (string?)one.Value,
            StringComparer.Ordinal
        );
        settings["Millrace:Data:Folder"] = folder;
        settings["Millrace:Server:Urls"] = "http://127.0.0.1:0";
        var host = MillraceHost.Build(
            all => all.AddInMemoryCollection(settings),
            customise: builder =>
            {
                // A line for each document would stand between the tables.
                builder.Logging.AddFilter(level => level >= LogLevel.Error);
                builder.Services.AddKeyedSingleton<IEmbeddingGenerator<string, Embedding<float>>>(
                    EmbeddedModels.UseLite,
                    (services, _) => embedder(services.GetRequiredService<UseLiteEmbedder>())
                );
            }
        );
        var library = new Library(host);
        await host.PrepareAsync(CancellationToken.None);
        await host.StartAsync(CancellationToken.None);
        var made = await library
            .Services.GetRequiredService<VectorStores>()
            .CreateAsync(library.Workspace, new StoreFields { Name = "bench" }, default);
        library._store = made.Store.PublicId;
        return library;
    }

    public async Task<TimeSpan> ReadAsync(string name, string text)
    {
        using var content = new MemoryStream(Encoding.UTF8.GetBytes(text));
        return await ReadAsync(name, content);
    }

    /// <summary>Adds a text and waits until it is read to its end; gives how long that took.</summary>
    public Task<TimeSpan> ReadAsync(string name, Stream content) =>
        ReadAsync(new NewFile($"{name}.txt", "text/plain"), content);

    /// <inheritdoc cref="ReadAsync(string, Stream)"/>
    public async Task<TimeSpan> ReadAsync(NewFile file, Stream content)
    {
        var files = Services.GetRequiredService<FileLibrary>();
        var began = Stopwatch.GetTimestamp();
        using var received = await files.ReceiveAsync(Workspace, content, default);
        var added = await files.AddAsync(
            received,
            file with { StoreId = _store },
            default
        );
        var document = await Database.ReadAsync(
            Workspace,
            db =>
                db.FirstAsync(
                    "SELECT id FROM documents WHERE file_id = $1",
                    row => row.Id<Document>(0),
                    added.File.Id.Value
                )
        );
        await Services
            .GetRequiredService<Ingestion>()
            .WaitAsync(Workspace, document, TimeSpan.FromMinutes(20), default);
        return Stopwatch.GetElapsedTime(began);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync(CancellationToken.None);
        await _host.DisposeAsync();
    }
}
