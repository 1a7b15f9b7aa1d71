using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Millrace.Core.Storage;

/// <summary>The embedded database: one file, one writer thread, a bounded pool of readers.</summary>
internal sealed class SqliteStore : Store
{
    private readonly string _connectionString;
    private readonly IReadOnlyList<StorageMap> _maps;
    private readonly Pool _readers;
    private readonly Lazy<GroupCommit> _writer;

    public SqliteStore(string path, int readers, IReadOnlyList<StorageMap> maps)
    {
        _maps = maps;
        _connectionString = new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Pooling = false,
            DefaultTimeout = 30,
        }.ConnectionString;
        _readers = new Pool(readers, _ => ValueTask.FromResult(Open("PRAGMA query_only = ON")));
        _writer = new Lazy<GroupCommit>(() => new GroupCommit(Open("PRAGMA synchronous = FULL")));
    }

    public override Dialect Dialect => Dialect.Sqlite;

    protected override async Task<T> ReadApartAsync<T>(
        Reach reach,
        Func<Db, ValueTask<T>> read,
        CancellationToken cancellation
    ) => await _readers.UseAsync(reach, read, cancellation);

    protected override Task<T> WriteApartAsync<T>(
        Reach reach,
        Func<Db, ValueTask<T>> write,
        CancellationToken cancellation
    ) => _writer.Value.WriteAsync(reach, write, isRepeatable: false, cancellation);

    protected override Task<T> WriteRepeatablyApartAsync<T>(
        Reach reach,
        Func<Db, ValueTask<T>> write,
        CancellationToken cancellation
    ) => _writer.Value.WriteAsync(reach, write, isRepeatable: true, cancellation);

    public override async Task MigrateAsync(CancellationToken cancellation = default)
    {
        await using var db = Open("PRAGMA synchronous = FULL");
        await new Migrator(_maps).MigrateAsync(db, cancellation);
    }

    public override async ValueTask DisposeAsync()
    {
        if (_writer.IsValueCreated)
            await _writer.Value.DisposeAsync();
        await _readers.DisposeAsync();
    }

    private Db Open(string pragma)
    {
        var connection = new SqliteConnection(_connectionString);
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText =
            $"PRAGMA journal_mode = WAL; PRAGMA busy_timeout = 30000; PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -8192; {pragma};";
        command.ExecuteNonQuery();
        return new Db(connection, Dialect.Sqlite, CreateContext);
    }

    private MillraceContext CreateContext(Db db)
    {
        var context = new MillraceContext(
            new DbContextOptionsBuilder()
                .UseSqlite(db.Connection)
                .ConfigureWarnings(warnings =>
                    warnings.Ignore(RelationalEventId.AmbientTransactionWarning)
                )
                .Options,
            _maps,
            db
        );
        context.Database.AutoSavepointsEnabled = false;
        return context;
    }
}
