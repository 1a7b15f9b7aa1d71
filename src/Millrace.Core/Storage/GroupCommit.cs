using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;

namespace Millrace.Core.Storage;

/// <summary>
/// SQLite's one writer. A thread of its own takes all writes that wait, runs each inside its savepoint, commits them
/// together with one flush to disk, and only then tells their callers. So a write costs a share of a flush, no caller
/// sees "database is locked", and a write that fails takes nothing of its neighbours with it.
/// </summary>
internal sealed class GroupCommit : IAsyncDisposable
{
    private const int MostPerCommit = 1_000;

    private readonly BlockingCollection<PendingWrite> _queue = new(
        new ConcurrentQueue<PendingWrite>()
    );
    private readonly List<PendingWrite> _batch = new(MostPerCommit);
    private readonly Db _db;
    private readonly Savepoint _savepoint;
    private readonly Thread _thread;

    public GroupCommit(Db db)
    {
        _db = db;
        _savepoint = new Savepoint((SqliteConnection)db.Connection);
        _thread = new Thread(Run) { Name = "store-writer", IsBackground = true };
        _thread.Start();
    }

    public Task<T> WriteAsync<T>(
        Reach reach,
        Func<Db, ValueTask<T>> write,
        CancellationToken cancellation
    )
    {
        if (cancellation.IsCancellationRequested)
            return Task.FromCanceled<T>(cancellation);
        var pending = new PendingWrite<T>(reach, write, cancellation);
        _queue.Add(pending, CancellationToken.None);
        return pending.Task;
    }

    public async ValueTask DisposeAsync()
    {
        _queue.CompleteAdding();
        _thread.Join();
        _queue.Dispose();
        _savepoint.Dispose();
        await _db.DisposeAsync();
    }

    private void Run()
    {
        foreach (var first in _queue.GetConsumingEnumerable())
        {
            _batch.Add(first);
            while (_batch.Count < MostPerCommit && _queue.TryTake(out var next))
                _batch.Add(next);
            Commit();
            _batch.Clear();
        }
    }

    private void Commit()
    {
        SqliteTransaction? transaction = null;
        try
        {
            transaction = ((SqliteConnection)_db.Connection).BeginTransaction(deferred: false);
            _db.Join(transaction);
            // A write that is alone in its commit needs no savepoint: the transaction is one.
            var alone = _batch.Count == 1;
            foreach (var write in _batch)
                Run(write, alone);
            if (alone && _batch[0].HasFailed)
                transaction.Rollback();
            else
                transaction.Commit();
        }
        catch (Exception failure)
        {
            foreach (var write in _batch)
                write.Fail(failure);
            TryRollBack(transaction);
        }
        finally
        {
            _db.Join(null);
            transaction?.Dispose();
        }
        foreach (var write in _batch)
            write.Complete();
    }

    private void Run(PendingWrite write, bool alone)
    {
        if (write.IsCancelled)
            return;
        if (!alone)
            _savepoint.Set();
        _db.Enter(write.Reach);
        write.Run(_db);
        write.AfterCommit = _db.TakeAfterCommit();
        _db.Leave();
        if (alone)
            return;
        if (write.HasFailed)
            _savepoint.Undo();
        else
            _savepoint.Release();
    }

    private static void TryRollBack(SqliteTransaction? transaction)
    {
        try
        {
            transaction?.Rollback();
        }
        catch (Exception failure) when (failure is SqliteException or InvalidOperationException)
        {
            // SQLite has rolled back by itself, as it does when the disk is full.
        }
    }

    private abstract class PendingWrite(Reach reach, CancellationToken cancellation)
    {
        private Exception? _failure;

        public Reach Reach { get; } = reach;

        public IReadOnlyList<Action> AfterCommit { get; set; } = [];

        public bool HasFailed => _failure is not null;

        public bool IsCancelled { get; private set; }

        public void Fail(Exception failure) => _failure = failure;

        public void Run(Db db)
        {
            if (cancellation.IsCancellationRequested)
            {
                IsCancelled = true;
                return;
            }
            try
            {
                RunCore(db);
            }
            catch (Exception failure)
            {
                _failure = failure;
            }
        }

        public void Complete()
        {
            if (_failure is not null)
                Failed(_failure);
            else if (IsCancelled)
                Cancelled(cancellation);
            else
                Succeed();
        }

        private void Succeed()
        {
            foreach (var wake in AfterCommit)
                wake();
            Succeeded();
        }

        protected abstract void RunCore(Db db);

        protected abstract void Succeeded();

        protected abstract void Failed(Exception failure);

        protected abstract void Cancelled(CancellationToken token);
    }

    private sealed class PendingWrite<T>(
        Reach reach,
        Func<Db, ValueTask<T>> write,
        CancellationToken cancellation
    ) : PendingWrite(reach, cancellation)
    {
        private readonly TaskCompletionSource<T> _done = new(
            TaskCreationOptions.RunContinuationsAsynchronously
        );
        private T _result = default!;

        public Task<T> Task => _done.Task;

        protected override void RunCore(Db db)
        {
            var pending = write(db);
            if (!pending.IsCompleted)
                throw new InvalidOperationException("A write awaits nothing but its Db.");
            _result = pending.GetAwaiter().GetResult();
            db.Save();
        }

        protected override void Succeeded() => _done.SetResult(_result);

        protected override void Failed(Exception failure) => _done.SetException(failure);

        protected override void Cancelled(CancellationToken token) => _done.SetCanceled(token);
    }
}
