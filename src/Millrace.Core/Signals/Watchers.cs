namespace Millrace.Core.Signals;

/// <summary>Who in this process waits for a change of which thing; holds nothing for things that nobody watches.</summary>
internal sealed class Watchers<TKey>
    where TKey : notnull
{
    private readonly Dictionary<TKey, List<Signal>> _signals = [];
    private readonly Lock _lock = new();

    public bool Any
    {
        get
        {
            lock (_lock)
                return _signals.Count > 0;
        }
    }

    /// <summary>Watches one thing until the watch is disposed.</summary>
    public Watch Watch(TKey key)
    {
        var signal = new Signal();
        lock (_lock)
        {
            if (!_signals.TryGetValue(key, out var signals))
                _signals.Add(key, signals = []);
            signals.Add(signal);
        }
        return new Watch(signal, () => Leave(key, signal));
    }

    public void Wake(TKey key)
    {
        lock (_lock)
        {
            if (_signals.TryGetValue(key, out var signals))
                signals.ForEach(signal => signal.Set());
        }
    }

    public void WakeAll()
    {
        lock (_lock)
        {
            foreach (var signals in _signals.Values)
                signals.ForEach(signal => signal.Set());
        }
    }

    private void Leave(TKey key, Signal signal)
    {
        lock (_lock)
        {
            var signals = _signals[key];
            signals.Remove(signal);
            if (signals.Count == 0)
                _signals.Remove(key);
        }
    }
}

/// <summary>One waiter's place among the watchers.</summary>
internal sealed class Watch(Signal signal, Action leave) : IDisposable
{
    public void TakeBack() => signal.TakeBack();

    public Task WaitAsync(TimeSpan longest, TimeProvider time, CancellationToken cancellation) =>
        signal.WaitAsync(longest, time, cancellation);

    public void Dispose() => leave();
}
