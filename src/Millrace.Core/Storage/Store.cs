namespace Millrace.Core.Storage;

/// <summary>
/// The one way to the database. Each statement of a read sees a consistent state; a write is one transaction, and when its task
/// completes the change is on disk. What a delegate changes through <see cref="Db.Set{T}"/> is saved with it.
/// </summary>
/// <remarks>
/// A delegate awaits nothing but its <see cref="Db"/>: on SQLite all writes share one thread, and waiting for anything
/// else there would hold up everybody. A failed write changes nothing, whatever else was committed beside it.
/// </remarks>
public abstract class Store : IAsyncDisposable
{
    /// <summary>Which SQL is spoken below.</summary>
    public abstract Dialect Dialect { get; }

    public abstract Task<T> ReadAsync<T>(
        Reach reach,
        Func<Db, ValueTask<T>> read,
        CancellationToken cancellation = default
    );

    /// <summary>Runs <paramref name="write"/> in a transaction. A write that has begun is no longer cancelled.</summary>
    public abstract Task<T> WriteAsync<T>(
        Reach reach,
        Func<Db, ValueTask<T>> write,
        CancellationToken cancellation = default
    );

    public Task WriteAsync(
        Reach reach,
        Func<Db, ValueTask> write,
        CancellationToken cancellation = default
    ) =>
        WriteAsync(
            reach,
            db =>
            {
                var pending = write(db);
                return pending.IsCompletedSuccessfully
                    ? ValueTask.FromResult(true)
                    : Awaited(pending);
            },
            cancellation
        );

    /// <summary>Brings the schema to what this version of the server needs. Safe to call from many processes at once.</summary>
    public abstract Task MigrateAsync(CancellationToken cancellation = default);

    public abstract ValueTask DisposeAsync();

    private static async ValueTask<bool> Awaited(ValueTask pending)
    {
        await pending;
        return true;
    }
}

/// <summary>The databases that Millrace stands on.</summary>
public enum Dialect
{
    Sqlite,
    Postgres,
}
