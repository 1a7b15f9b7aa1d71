using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Millrace.Core.Ids;
using Millrace.Messaging.Accounts;

namespace Millrace.Api.Fluxra.Access;

/// <summary>
/// Counts wrong keys by agent and address. From the one too many on, no further try is looked at until the window that
/// began with the first has passed. (fluxra §6)
/// </summary>
internal sealed class FailedLogins(RateOptions options, TimeProvider time)
{
    private const int MostPairs = 100_000;

    private static readonly TimeSpan Window = TimeSpan.FromMinutes(15);

    private readonly ConcurrentDictionary<
        (Id<AgentAccount> Agent, string Address),
        Failed
    > _failed = new();
    private DateTimeOffset _sweptAt;

    /// <exception cref="Core.Failures.Limited">Too many wrong keys were presented.</exception>
    public void Check(Id<AgentAccount> agent, string address)
    {
        if (!IsOn || !_failed.TryGetValue((agent, address), out var failed))
            return;
        var wait = failed.Since + Window - time.GetUtcNow();
        if (wait > TimeSpan.Zero && failed.Count >= options.FailedLogins)
            throw Rates.Refused(wait);
    }

    public void Add(Id<AgentAccount> agent, string address)
    {
        if (!IsOn)
            return;
        var now = time.GetUtcNow();
        if (_failed.Count >= MostPairs)
            Sweep(now);
        _failed.AddOrUpdate(
            (agent, address),
            static (_, at) => new Failed(at, 1),
            static (_, failed, at) =>
                failed.Since + Window > at
                    ? failed with
                    {
                        Count = failed.Count + 1,
                    }
                    : new Failed(at, 1),
            now
        );
    }

    private bool IsOn => options is { Enabled: true, FailedLogins: > 0 };

    /// <summary>At most once a second, since it looks at all of them. What is left then is too many, and forgotten.</summary>
    private void Sweep(DateTimeOffset now)
    {
        if (now - _sweptAt < TimeSpan.FromSeconds(1))
            return;
        _sweptAt = now;
        foreach (var entry in _failed)
        {
            if (entry.Value.Since + Window <= now)
                _failed.TryRemove(entry);
        }
        if (_failed.Count >= MostPairs)
            _failed.Clear();
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Failed(DateTimeOffset Since, int Count);
}
