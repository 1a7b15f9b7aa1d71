namespace Millrace.Core.Limits;

/// <summary>
/// The limiter's answer to one request. A granted one holds a place until it is disposed of, once and by one holder:
/// a copy must not be disposed of as well.
/// </summary>
public readonly struct RateLease : IDisposable
{
    private readonly Subject? _holder;

    internal RateLease(
        Subject? holder,
        int limit,
        int remaining,
        DateTimeOffset reset,
        TimeSpan retryAfter
    )
    {
        _holder = holder;
        Limit = limit;
        Remaining = remaining;
        Reset = reset;
        RetryAfter = retryAfter;
    }

    /// <summary>When false the request is answered 429.</summary>
    public bool IsGranted => _holder is not null;

    /// <summary>Requests per minute (<c>X-RateLimit-Limit</c>).</summary>
    public int Limit { get; }

    /// <summary>Requests that would be granted now (<c>X-RateLimit-Remaining</c>).</summary>
    public int Remaining { get; }

    /// <summary>When <see cref="Remaining"/> is <see cref="Limit"/> again (<c>X-RateLimit-Reset</c>).</summary>
    public DateTimeOffset Reset { get; }

    /// <summary>When not granted: how long to wait before the next attempt (<c>Retry-After</c>).</summary>
    public TimeSpan RetryAfter { get; }

    public void Dispose() => _holder?.Leave();
}
