using Millrace.Core.Ids;

namespace Millrace.Knowledge.Ingest;

/// <summary>Who in this process waits for the end of which document's reading; holds nothing for those that nobody waits for.</summary>
internal sealed class EndWatch
{
    private readonly Dictionary<Id<Document>, List<Waiter>> _waiters = [];
    private readonly Lock _lock = new();

    /// <summary>Waits until it is disposed. What ends after this returns is not missed.</summary>
    public Waiter Watch(Id<Document> document)
    {
        var waiter = new Waiter(this, document);
        lock (_lock)
        {
            if (!_waiters.TryGetValue(document, out var waiters))
                _waiters.Add(document, waiters = []);
            waiters.Add(waiter);
        }
        return waiter;
    }

    public void Tell(Id<Document> document)
    {
        lock (_lock)
        {
            if (_waiters.TryGetValue(document, out var waiters))
                waiters.ForEach(waiter => waiter.End());
        }
    }

    private void Leave(Id<Document> document, Waiter waiter)
    {
        lock (_lock)
        {
            var waiters = _waiters[document];
            waiters.Remove(waiter);
            if (waiters.Count == 0)
                _waiters.Remove(document);
        }
    }

    internal sealed class Waiter(EndWatch watch, Id<Document> document) : IDisposable
    {
        private readonly TaskCompletionSource _ended = new(
            TaskCreationOptions.RunContinuationsAsynchronously
        );

        public Task Task => _ended.Task;

        public void End() => _ended.TrySetResult();

        public void Dispose() => watch.Leave(document, this);
    }
}
