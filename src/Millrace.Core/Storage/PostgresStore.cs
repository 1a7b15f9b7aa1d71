using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Millrace.Core.Storage;

/// <summary>PostgreSQL: a write is a transaction of its own on one of a bounded pool of connections.</summary>
internal sealed class PostgresStore : Store
{
    private readonly NpgsqlDataSource _source;
    private readonly IReadOnlyList<StorageMap> _maps;
    private readonly Pool _readers;
    private readonly Pool _writers;

    public PostgresStore(StorageOptions options, IReadOnlyList<StorageMap> maps)
    {
        _maps = maps;
        var connection = new NpgsqlConnectionStringBuilder(options.Postgres)
        {
            // Statements are constants, so each is prepared by its second use on a connection.
            MaxAutoPrepare = 256,
            AutoPrepareMinUsages = 2,
            MaxPoolSize = options.Readers + options.Writers + 2,
            ApplicationName = "millrace",
        };
        _source = new NpgsqlDataSourceBuilder(connection.ConnectionString).Build();
        _readers = new Pool(options.Readers, OpenAsync);
        _writers = new Pool(options.Writers, OpenAsync);
    }

    public override Dialect Dialect => Dialect.Postgres;

    protected override async Task<T> ReadApartAsync<T>(
        Reach reach,
        Func<Db, ValueTask<T>> read,
        CancellationToken cancellation
    ) => await _readers.UseAsync(reach, read, cancellation);

    protected override async Task<T> WriteApartAsync<T>(
        Reach reach,
        Func<Db, ValueTask<T>> write,
        CancellationToken cancellation
    ) => await _writers.UseAsync(reach, db => InTransaction(db, write), cancellation);

    public override async Task MigrateAsync(CancellationToken cancellation = default)
    {
        await using var db = await OpenAsync(cancellation);
        await new Migrator(_maps).MigrateAsync(db, cancellation);
    }

    public override async ValueTask DisposeAsync()
    {
        await _readers.DisposeAsync();
        await _writers.DisposeAsync();
        await _source.DisposeAsync();
    }

    private static async ValueTask<T> InTransaction<T>(Db db, Func<Db, ValueTask<T>> write)
    {
        await using var transaction = await db.Connection.BeginTransactionAsync();
        db.Join(transaction);
        try
        {
            var result = await write(db);
            await db.SaveAsync();
            await transaction.CommitAsync();
            foreach (var wake in db.TakeAfterCommit())
                wake();
            return result;
        }
        finally
        {
            db.Join(null);
        }
    }

    private async ValueTask<Db> OpenAsync(CancellationToken cancellation) =>
        new(await _source.OpenConnectionAsync(cancellation), Dialect.Postgres, CreateContext);

    private MillraceContext CreateContext(Db db)
    {
        var context = new MillraceContext(
            new DbContextOptionsBuilder().UseNpgsql(db.Connection).Options,
            _maps,
            db
        );
        context.Database.AutoSavepointsEnabled = false;
        return context;
    }
}
