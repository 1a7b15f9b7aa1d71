using Millrace.Core.Ids;

namespace Millrace.Core.Work;

/// <summary>
/// One process's right to run and finish one item, for as long as it renews it. Every taking has an id of its own, so
/// that a run which lost its lease cannot finish what a later one, even in the same process, has begun.
/// </summary>
internal sealed class WorkLease(WorkItem item, Id<WorkLease> id) : IDisposable
{
    private readonly CancellationTokenSource _over = new();
    private readonly Lock _lock = new();
    private bool _isDisposed;

    public Id<WorkLease> Id { get; } = id;

    public WorkItem Item { get; } = item;

    /// <summary>Cancelled when the lease is lost or the process must end.</summary>
    public CancellationToken Over => _over.Token;

    /// <summary>Whether somebody else decides about the item now.</summary>
    public bool IsLost { get; private set; }

    /// <summary>Whether the handler finished the item in a write of its own.</summary>
    public bool IsFinished { get; set; }

    /// <summary>Completes when the run has ended.</summary>
    public Task Ended { get; set; } = Task.CompletedTask;

    public void Lose()
    {
        IsLost = true;
        Interrupt();
    }

    public void Interrupt()
    {
        lock (_lock)
        {
            // Not Cancel: that would run the handler's continuations on the caller's thread, which may be the store's.
            if (!_isDisposed)
                _ = _over.CancelAsync();
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _isDisposed = true;
            _over.Dispose();
        }
    }
}
