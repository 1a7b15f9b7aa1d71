using System.Diagnostics.CodeAnalysis;
using Millrace.Core.Ids;
using Millrace.Core.Signals;

namespace Millrace.Core.Webhooks;

/// <summary>What this process delivers to, and the way to interrupt it when its owner changed something.</summary>
internal sealed class WebhookChanges
{
    private readonly Dictionary<Id<WebhookEndpoint>, Running> _runs = [];
    private readonly Lock _lock = new();

    /// <summary>Set when there may be an endpoint that nobody holds.</summary>
    public Signal Signal { get; } = new();

    public void Start(Id<WebhookEndpoint> id, Func<CancellationToken, Task> run)
    {
        var running = new Running();
        lock (_lock)
            _runs[id] = running;
        running.Ended = RunAsync(id, running, run);
    }

    /// <summary>Which version of the endpoint is delivered to.</summary>
    public void Note(Id<WebhookEndpoint> id, long version)
    {
        lock (_lock)
        {
            if (_runs.TryGetValue(id, out var running))
                running.Version = version;
        }
    }

    /// <summary>Lets whoever delivers to the endpoint begin anew.</summary>
    public void Tell(Id<WebhookEndpoint> id)
    {
        lock (_lock)
        {
            if (_runs.TryGetValue(id, out var running))
                running.Interrupt();
        }
        Signal.Set();
    }

    /// <summary>
    /// Interrupts what this process no longer holds, or what another process changed, and tells what it holds and does
    /// not deliver to.
    /// </summary>
    public IReadOnlyList<Id<WebhookEndpoint>> Compare(
        IReadOnlyDictionary<Id<WebhookEndpoint>, long> held
    )
    {
        lock (_lock)
        {
            foreach (var (id, running) in _runs)
            {
                if (
                    !held.TryGetValue(id, out var version)
                    || running.Version is { } own && own != version
                )
                    running.Interrupt();
            }
            return [.. held.Keys.Where(id => !_runs.ContainsKey(id))];
        }
    }

    public void InterruptAll()
    {
        lock (_lock)
        {
            foreach (var running in _runs.Values)
                running.Interrupt();
        }
    }

    public Task EndedAsync()
    {
        lock (_lock)
            return Task.WhenAll(_runs.Values.Select(running => running.Ended));
    }

    private async Task RunAsync(
        Id<WebhookEndpoint> id,
        Running running,
        Func<CancellationToken, Task> run
    )
    {
        await Task.Yield();
        await run(running.Over);
        lock (_lock)
        {
            if (_runs.GetValueOrDefault(id) == running)
                _runs.Remove(id);
        }
        Signal.Set();
    }

    [SuppressMessage(
        "Design",
        "CA1001",
        Justification = "Its source has no timer, and an interruption may come late."
    )]
    private sealed class Running
    {
        private readonly CancellationTokenSource _over = new();

        public CancellationToken Over => _over.Token;

        public long? Version { get; set; }

        public Task Ended { get; set; } = Task.CompletedTask;

        // Not Cancel: that would run the run's continuations under the lock, or on the store's thread.
        public void Interrupt() => _ = _over.CancelAsync();
    }
}
