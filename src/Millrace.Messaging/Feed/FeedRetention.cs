using Millrace.Core.Events;

namespace Millrace.Messaging.Feed;

/// <summary>How far back feeds go. The log itself is kept longer, for what else reads it. (fluxra §10.3)</summary>
internal sealed class FeedRetention(EventLog log, FeedOptions options, TimeProvider time)
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMinutes(1);

    private Looked? _looked;

    /// <summary>The place behind which events can be read.</summary>
    public async ValueTask<LogPosition> OldestAsync(CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        if (_looked is { } looked && now - looked.At < LookEvery)
            return looked.Oldest;
        var oldest = await log.BeforeAsync(now.AddHours(-options.KeepHours), cancellation);
        _looked = new Looked(oldest, now);
        return oldest;
    }

    private sealed record Looked(LogPosition Oldest, DateTimeOffset At);
}
