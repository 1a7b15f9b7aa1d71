using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Millrace.Core.Storage;

/// <summary>
/// SQLite's one writer. A thread of its own takes all writes that wait, runs each inside its savepoint, commits them
/// together with one flush to disk, and only then tells their callers. So a write costs a share of a flush, no caller
/// sees "database is locked", and a write that fails takes nothing of its neighbours with it.
/// </summary>
/// <remarks>
/// A savepoint copies every page that is changed in it, which is a good part of what a small write costs. Where all that
/// wait may be run again there is none; when one of them fails after it has changed something, all are undone, and each
/// runs again inside its own.
/// </remarks>
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
        bool isRepeatable,
        CancellationToken cancellation
    )
    {
        if (cancellation.IsCancellationRequested)
            return Task.FromCanceled<T>(cancellation);
        var pending = new PendingWrite<T>(reach, write, isRepeatable, cancellation);
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
            transaction = Begin();
            // A write that is alone in its commit needs no savepoint: the transaction is one.
            var alone = _batch.Count == 1;
            if (!alone && _batch.TrueForAll(write => write.IsRepeatable) && !RunTogether())
            {
                transaction.Rollback();
                transaction.Dispose();
                transaction = Begin();
                _batch.ForEach(write => write.Forget());
            }
            foreach (var write in _batch)
            {
                if (!write.HasRun)
                    Run(write, alone);
            }
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

    private SqliteTransaction Begin()
    {
        var transaction = ((SqliteConnection)_db.Connection).BeginTransaction(deferred: false);
        _db.Join(transaction);
        return transaction;
    }

    /// <summary>False when a write has failed after it had changed something.</summary>
    private bool RunTogether()
    {
        foreach (var write in _batch)
        {
            var changes = Changes();
            Run(write);
            if (write.HasFailed && Changes() != changes)
                return false;
        }
        return true;
    }

    private void Run(PendingWrite write, bool alone)
    {
        if (!alone)
            _savepoint.Set();
        Run(write);
        if (alone)
            return;
        if (write.HasFailed)
            _savepoint.Undo();
        else
            _savepoint.Release();
    }

    private void Run(PendingWrite write)
    {
        _db.Enter(write.Reach);
        write.Run(_db);
        write.AfterCommit = _db.TakeAfterCommit();
        _db.Leave();
    }

    // Rows that the connection has changed so far.
    private long Changes() =>
        raw.sqlite3_total_changes(((SqliteConnection)_db.Connection).Handle);

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

    private abstract class PendingWrite(
        Reach reach,
        bool isRepeatable,
        CancellationToken cancellation
    )
    {
        private Exception? _failure;

        public Reach Reach { get; } = reach;

        public bool IsRepeatable { get; } = isRepeatable;

        public IReadOnlyList<Action> AfterCommit { get; set; } = [];

        public bool HasRun { get; private set; }

        public bool HasFailed => _failure is not null;

        public bool IsCancelled { get; private set; }

        public void Fail(Exception failure) => _failure = failure;

        /// <summary>Forgets how it ended, to be run again.</summary>
        public void Forget() => (HasRun, _failure) = (false, null);

        public void Run(Db db)
        {
            HasRun = true;
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
        bool isRepeatable,
        CancellationToken cancellation
    ) : PendingWrite(reach, isRepeatable, cancellation)
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
