using System.Threading.Channels;
using Millrace.Core.Events;
using Millrace.Core.Ids;
using Millrace.Messaging.Accounts;

namespace Millrace.Messaging.Feed;

/// <summary>What a listener is handed: an event, or word that its blocks or credentials are to be looked at again.</summary>
internal readonly record struct FeedSignal(FeedItem? Item, FeedChange Change);

internal enum FeedChange
{
    None,
    Blocks,
    Credentials,
}

/// <summary>
/// One who follows an agent's feed live, from a position on. It holds references to events that all listeners share;
/// one that does not keep up is let go, and reads on from where it was.
/// </summary>
internal sealed class FeedListener(
    Id<AgentAccount> agent,
    LogPosition start,
    Action<FeedListener> leave
) : IDisposable
{
    private const int Most = 1_024;
    private const long MostBytes = 16 << 20;

    private long _bytes;

    private readonly Channel<FeedSignal> _channel = Channel.CreateBounded<FeedSignal>(
        new BoundedChannelOptions(Most) { SingleReader = true, SingleWriter = true }
    );

    public Id<AgentAccount> Agent => agent;

    /// <summary>Everything behind this position is handed over.</summary>
    public LogPosition Start => start;

    /// <summary>To wait for; it ends when the listener did not keep up.</summary>
    public ChannelReader<FeedSignal> Signals => _channel.Reader;

    public bool TryTake(out FeedSignal signal)
    {
        if (!_channel.Reader.TryRead(out signal))
            return false;
        Interlocked.Add(ref _bytes, -WeightOf(signal));
        return true;
    }

    public void Offer(FeedSignal signal)
    {
        var weight = WeightOf(signal);
        if (
            Interlocked.Add(ref _bytes, weight) > MostBytes + weight
            || !_channel.Writer.TryWrite(signal)
        )
            _channel.Writer.TryComplete();
    }

    public void Dispose() => leave(this);

    private static long WeightOf(FeedSignal signal) => signal.Item?.Weight ?? 0;
}
