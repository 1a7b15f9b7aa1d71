using System.Collections.Concurrent;
using Millrace.Core.Failures;

namespace Millrace.Core.Storage;

/// <summary>
/// A bounded set of open connections. One whose use ended in anything but a <see cref="Failure"/> is closed and not
/// given out again.
/// </summary>
internal sealed class Pool(int size, Func<CancellationToken, ValueTask<Db>> open) : IAsyncDisposable
{
    private readonly SemaphoreSlim _places = new(size);
    private readonly ConcurrentStack<Db> _idle = new();

    public async ValueTask<T> UseAsync<T>(
        Reach reach,
        Func<Db, ValueTask<T>> use,
        CancellationToken cancellation
    )
    {
        await _places.WaitAsync(cancellation);
        Db? db = null;
        try
        {
            if (!_idle.TryPop(out db))
                db = await open(cancellation);
            db.Enter(reach);
            var result = await use(db);
            GiveBack(db);
            return result;
        }
        catch (Failure) when (db is not null)
        {
            GiveBack(db);
            throw;
        }
        catch
        {
            if (db is not null)
                await db.DisposeAsync();
            throw;
        }
        finally
        {
            _places.Release();
        }
    }

    /// <summary>Closes what nobody uses; whoever comes next opens a connection anew.</summary>
    public async ValueTask CloseIdleAsync()
    {
        while (_idle.TryPop(out var db))
            await db.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await CloseIdleAsync();
        _places.Dispose();
    }

    private void GiveBack(Db db)
    {
        db.Leave();
        _idle.Push(db);
    }
}
