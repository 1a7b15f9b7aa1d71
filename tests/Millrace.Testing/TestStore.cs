using Millrace.Core.Identity;
using Millrace.Core.Ids;
using Millrace.Core.Storage;

namespace Millrace.Testing;

/// <summary>A migrated, empty store of a test's own, on either database.</summary>
public sealed class TestStore : IAsyncDisposable
{
    // What every migrated database is copied from: to run all migrations for each test takes a good part of its time.
    private static readonly Lazy<Task<byte[]>> MigratedFile = new(MigrateFileAsync);

    private readonly string _folder;

    private TestStore(Store store, string folder) => (Store, _folder) = (store, folder);

    public Store Store { get; private set; }

    /// <summary>The folder beside the store, for what else a test keeps.</summary>
    public DataFolder Folder => new(_folder);

    private string Postgres { get; init; } = "";

    public static async Task<TestStore> CreateAsync(Dialect dialect)
    {
        var folder = Directory.CreateTempSubdirectory("millrace-test-").FullName;
        var postgres = await MigratedAsync(dialect, folder);
        return new TestStore(Open(folder, postgres), folder) { Postgres = postgres };
    }

    /// <summary>Puts a migrated database into a folder, or gives the connection string of one.</summary>
    internal static async Task<string> MigratedAsync(Dialect dialect, string folder)
    {
        if (dialect is Dialect.Postgres)
            return await PostgresCluster.CreateMigratedAsync();
        await File.WriteAllBytesAsync(PathIn(folder), await MigratedFile.Value);
        return "";
    }

    /// <summary>A store with no schema at all.</summary>
    public static async Task<TestStore> CreateEmptyAsync(Dialect dialect)
    {
        var folder = Directory.CreateTempSubdirectory("millrace-test-").FullName;
        var postgres =
            dialect is Dialect.Postgres ? await PostgresCluster.CreateDatabaseAsync() : "";
        return new TestStore(Open(folder, postgres), folder) { Postgres = postgres };
    }

    /// <summary>Another store on the same database, as a second process has.</summary>
    public Store OpenSecond() => Open(_folder, Postgres);

    /// <summary>Closes the store and opens it again on the same data, as a restart does.</summary>
    public async Task RestartAsync()
    {
        await Store.DisposeAsync();
        Store = Open(_folder, Postgres);
        await Store.MigrateAsync();
    }

    public async Task<Id<Workspace>> AddWorkspaceAsync(string name = "test")
    {
        var workspace = new Workspace
        {
            Id = Id<Workspace>.Random(),
            Name = name,
            CreatedAt = DateTimeOffset.UnixEpoch,
        };
        await Store.WriteAsync(
            Reach.Installation,
            db =>
            {
                db.Set<Workspace>().Add(workspace);
                return ValueTask.CompletedTask;
            }
        );
        return workspace.Id;
    }

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private static Store Open(string folder, string postgres)
    {
        var maps = StorageMaps.All;
        return postgres.Length > 0
            ? new PostgresStore(new StorageOptions { Postgres = postgres }, maps)
            : new SqliteStore(PathIn(folder), 4, maps);
    }

    private static string PathIn(string folder) => Path.Combine(folder, "millrace.db");

    private static async Task<byte[]> MigrateFileAsync()
    {
        var folder = Directory.CreateTempSubdirectory("millrace-test-").FullName;
        await using (var store = Open(folder, ""))
            await store.MigrateAsync();
        var file = await File.ReadAllBytesAsync(PathIn(folder));
        Directory.Delete(folder, recursive: true);
        return file;
    }
}

/// <summary>What all floors keep, in the order of the floors.</summary>
public static class StorageMaps
{
    public static IReadOnlyList<StorageMap> All { get; } =
    [
        new("core", typeof(Store).Assembly),
        new("payments", typeof(Millrace.Payments.PaymentsRegistration).Assembly),
        new("messaging", typeof(Millrace.Messaging.MessagingRegistration).Assembly),
        new("knowledge", typeof(Millrace.Knowledge.KnowledgeRegistration).Assembly),
        new("agents", typeof(Millrace.Agents.Runs.Run).Assembly),
    ];
}
