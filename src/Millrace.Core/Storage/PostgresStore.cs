using Microsoft.EntityFrameworkCore;
using Millrace.Core.Failures;
using Npgsql;

namespace Millrace.Core.Storage;

/// <summary>PostgreSQL: a write is a transaction of its own on one of a bounded pool of connections.</summary>
/// <remarks>
/// Of writes that wait for each other in a ring the database ends one, which has changed nothing then. One that may be run
/// again is, a few times; any other fails with <see cref="Unavailable"/>, and its caller may ask again.
/// </remarks>
internal sealed class PostgresStore : Store
{
    private const int MostTries = 5;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan ComeBackAfter = TimeSpan.FromSeconds(1);

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
    ) => await UseAsync(_readers, reach, read, cancellation);

    protected override Task<T> WriteApartAsync<T>(
        Reach reach,
        Func<Db, ValueTask<T>> write,
        CancellationToken cancellation
    ) => WriteAsync(reach, write, tries: 1, cancellation);

    protected override Task<T> WriteRepeatablyApartAsync<T>(
        Reach reach,
        Func<Db, ValueTask<T>> write,
        CancellationToken cancellation
    ) => WriteAsync(reach, write, MostTries, cancellation);

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

    private async Task<T> WriteAsync<T>(
        Reach reach,
        Func<Db, ValueTask<T>> write,
        int tries,
        CancellationToken cancellation
    )
    {
        for (var tried = 1; ; tried++)
        {
            try
            {
                return await UseAsync(
                    _writers,
                    reach,
                    db => InTransaction(db, write),
                    cancellation
                );
            }
            catch (Exception failure) when (StorageFault.IsLostToAnother(failure))
            {
                if (tried == tries)
                    throw new Unavailable(
                        "write_conflict",
                        "Others were changing the same. Nothing was changed; try again.",
                        ComeBackAfter,
                        failure
                    );
            }
            // Not all at once, or they meet again.
            await Task.Delay(FirstPause * tried * (1 + Random.Shared.NextDouble()), cancellation);
        }
    }

    private async ValueTask<T> UseAsync<T>(
        Pool pool,
        Reach reach,
        Func<Db, ValueTask<T>> use,
        CancellationToken cancellation
    )
    {
        try
        {
            return await pool.UseAsync(reach, use, cancellation);
        }
        catch (Exception failure) when (StorageFault.IsUnavailable(failure))
        {
            // What has cut one connection has cut the others: nobody is to find out by each of them.
            await _readers.CloseIdleAsync();
            await _writers.CloseIdleAsync();
            throw;
        }
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
