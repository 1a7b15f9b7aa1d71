namespace Millrace.Core.Limits;

/// <summary>
/// What is known of one caller in one bucket, in two numbers that are only changed by compare-and-swap: the requests
/// in flight, and the time at which all that were granted are paid for (the generic cell rate algorithm). Each grant
/// moves that time on by the window divided by the limit; a grant may not move it further than a window from now.
/// </summary>
internal sealed class Subject
{
    private const long Retired = long.MinValue;

    private long _paidAt;
    private int _inFlight;

    /// <summary>False when the subject was retired meanwhile: the caller takes a new one.</summary>
    public bool TryAcquire(RateLimit limit, DateTimeOffset now, out RateLease lease)
    {
        lease = default;
        var interval = limit.Window.Ticks / limit.Count;
        var hasPlace = Interlocked.Increment(ref _inFlight) <= limit.AtOnce || limit.AtOnce == 0;
        while (true)
        {
            var paidAt = Volatile.Read(ref _paidAt);
            if (paidAt == Retired)
            {
                Leave();
                return false;
            }
            var start = Math.Max(paidAt, now.Ticks);
            var granted = start + interval;
            var wait = granted - now.Ticks - interval * limit.Count;
            if (wait > 0 || !hasPlace)
            {
                Leave();
                lease = Lease(null, limit, start, now, wait > 0 ? wait : TimeSpan.TicksPerSecond);
                return true;
            }
            if (Interlocked.CompareExchange(ref _paidAt, granted, paidAt) == paidAt)
            {
                lease = Lease(this, limit, granted, now, 0);
                return true;
            }
        }
    }

    public void Leave() => Interlocked.Decrement(ref _inFlight);

    /// <summary>Retires a subject that is no different from a new one.</summary>
    public bool TryRetire(DateTimeOffset now)
    {
        var paidAt = Volatile.Read(ref _paidAt);
        return Volatile.Read(ref _inFlight) == 0
            && paidAt <= now.Ticks
            && Interlocked.CompareExchange(ref _paidAt, Retired, paidAt) == paidAt;
    }

    private static RateLease Lease(
        Subject? holder,
        RateLimit limit,
        long paidAt,
        DateTimeOffset now,
        long wait
    )
    {
        var interval = limit.Window.Ticks / limit.Count;
        // A debt that is partly paid counts whole, so that what is said to remain is granted.
        var used = (paidAt - now.Ticks + interval - 1) / interval;
        return new RateLease(
            holder,
            limit.Count,
            (int)Math.Max(limit.Count - used, 0),
            new DateTimeOffset(paidAt, TimeSpan.Zero),
            TimeSpan.FromTicks(wait)
        );
    }
}
