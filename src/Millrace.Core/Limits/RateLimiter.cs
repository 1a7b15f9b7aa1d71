using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Millrace.Core.Limits;

/// <summary>
/// Counts requests per caller and bucket, without locks. Memory is bounded: callers that have used nothing lately are
/// forgotten, and when too many are at work at once the newcomers share <see cref="OverflowSubjects"/> places.
/// </summary>
public sealed class RateLimiter(LimitsOptions options, TimeProvider time)
{
    private const int OverflowSubjects = 64;

    private readonly RateClasses _classes = new(options);
    private readonly ConcurrentDictionary<(string Bucket, string Subject), Subject> _subjects =
        new();
    private readonly ConcurrentDictionary<(string Bucket, int Place), Subject> _overflow = new();
    private int _count;
    private long _sweptAt;

    /// <summary>
    /// Asks for one request of a subject: a key's id, or an address (<see cref="SubjectOf"/>). The lease says what the
    /// rate limit headers say, granted or not, and is disposed of when the request is done.
    /// </summary>
    public RateLease TryAcquire(
        string bucket,
        string subject,
        string rateClass = RateClasses.DefaultClass
    ) => TryAcquire(bucket, subject, _classes.Of(rateClass, bucket));

    /// <summary>Likewise in a bucket of a surface's own, which names its limit itself.</summary>
    public RateLease TryAcquire(string bucket, string subject, RateLimit limit)
    {
        var now = time.GetUtcNow();
        while (true)
        {
            if (SubjectFor(bucket, subject, now).TryAcquire(limit, now, out var lease))
                return lease;
        }
    }

    /// <summary>An address as a subject. Of IPv6 the first half, since the rest is the caller's to choose.</summary>
    public static string SubjectOf(IPAddress? address)
    {
        if (address is null)
            return "unknown";
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        return address.AddressFamily == AddressFamily.InterNetworkV6
            ? Convert.ToHexString(address.GetAddressBytes(), 0, 8)
            : address.ToString();
    }

    internal int Count => Volatile.Read(ref _count);

    private Subject SubjectFor(string bucket, string subject, DateTimeOffset now)
    {
        if (_subjects.TryGetValue((bucket, subject), out var known))
            return known;
        if (Count >= options.MaxSubjects)
            Sweep(now);
        if (Count >= options.MaxSubjects)
        {
            var place =
                (subject.GetHashCode(StringComparison.Ordinal) & int.MaxValue) % OverflowSubjects;
            return _overflow.GetOrAdd((bucket, place), static _ => new Subject());
        }
        var fresh = new Subject();
        if (!_subjects.TryAdd((bucket, subject), fresh))
            return SubjectFor(bucket, subject, now);
        Interlocked.Increment(ref _count);
        return fresh;
    }

    /// <summary>At most once a second, since it looks at every subject.</summary>
    private void Sweep(DateTimeOffset now)
    {
        var sweptAt = Volatile.Read(ref _sweptAt);
        if (
            now.Ticks - sweptAt < TimeSpan.TicksPerSecond
            || Interlocked.CompareExchange(ref _sweptAt, now.Ticks, sweptAt) != sweptAt
        )
            return;
        foreach (var entry in _subjects)
        {
            if (entry.Value.TryRetire(now) && _subjects.TryRemove(entry))
                Interlocked.Decrement(ref _count);
        }
    }
}
