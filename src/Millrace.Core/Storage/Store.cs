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
    private readonly AsyncLocal<Whole?> _whole = new();

    /// <summary>Which SQL is spoken below.</summary>
    public abstract Dialect Dialect { get; }

    public Task<T> ReadAsync<T>(
        Reach reach,
        Func<Db, ValueTask<T>> read,
        CancellationToken cancellation = default
    ) => WholeOf(reach)?.RunAsync(read) ?? ReadApartAsync(reach, read, cancellation);

    /// <summary>Runs <paramref name="write"/> in a transaction. A write that has begun is no longer cancelled.</summary>
    /// <exception cref="Failures.Unavailable">The database has ended it in favour of another. It may be asked for again.</exception>
    public Task<T> WriteAsync<T>(
        Reach reach,
        Func<Db, ValueTask<T>> write,
        CancellationToken cancellation = default
    ) => WholeOf(reach)?.RunAsync(write) ?? WriteApartAsync(reach, write, cancellation);

    /// <summary>
    /// Likewise, of a write that changes nothing but the database, so that it may be run again: it costs less where many
    /// such writes come at once, and when the database ends it in favour of another it is run again.
    /// </summary>
    public Task<T> WriteRepeatablyAsync<T>(
        Reach reach,
        Func<Db, ValueTask<T>> write,
        CancellationToken cancellation = default
    ) => WholeOf(reach)?.RunAsync(write) ?? WriteRepeatablyApartAsync(reach, write, cancellation);

    /// <summary>
    /// Makes one write of all reads and writes of the same reach that <paramref name="act"/> calls for, one after
    /// another, through whichever services. What it awaits besides must be there already, and a failure that it
    /// catches takes nothing back. Like a repeatable write it may be run again, and with it whatever it calls for.
    /// </summary>
    public Task<T> TogetherAsync<T>(
        Reach reach,
        Func<Db, ValueTask<T>> act,
        CancellationToken cancellation = default
    )
    {
        // SQLite's writer has no context of its own to log and trace in.
        var context = ExecutionContext.Capture();
        return WriteRepeatablyApartAsync(reach, InContext, cancellation);

        ValueTask<T> InContext(Db db)
        {
            if (context is null)
                return new(InWhole(db));
            Task<T>? pending = null;
            ExecutionContext.Run(context, _ => pending = InWhole(db), null);
            return new(pending!);
        }

        async Task<T> InWhole(Db db)
        {
            using var whole = _whole.Value = new Whole(db);
            return await act(db);
        }
    }

    protected abstract Task<T> ReadApartAsync<T>(
        Reach reach,
        Func<Db, ValueTask<T>> read,
        CancellationToken cancellation
    );

    protected abstract Task<T> WriteApartAsync<T>(
        Reach reach,
        Func<Db, ValueTask<T>> write,
        CancellationToken cancellation
    );

    protected virtual Task<T> WriteRepeatablyApartAsync<T>(
        Reach reach,
        Func<Db, ValueTask<T>> write,
        CancellationToken cancellation
    ) => WriteApartAsync(reach, write, cancellation);

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

    /// <summary>The write that a read or write of that reach is called for within, if there is one.</summary>
    private Whole? WholeOf(Reach reach) =>
        _whole.Value is { } whole && whole.Holds(reach) ? whole : null;

    private static async ValueTask<bool> Awaited(ValueTask pending)
    {
        await pending;
        return true;
    }

    /// <summary>A write that others join. What was started within it and outlives it goes its own way.</summary>
    private sealed class Whole(Db db) : IDisposable
    {
        private bool _isOver;

        public bool Holds(Reach reach) => !_isOver && db.Reach == reach;

        public async Task<T> RunAsync<T>(Func<Db, ValueTask<T>> use)
        {
            var result = await use(db);
            await db.SaveAsync();
            return result;
        }

        public void Dispose() => _isOver = true;
    }
}

/// <summary>The databases that Millrace stands on.</summary>
public enum Dialect
{
    Sqlite,
    Postgres,
}
