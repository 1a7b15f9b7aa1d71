using Microsoft.AspNetCore.Http;
using Millrace.Core.Failures;
using Millrace.Core.Limits;
using Millrace.Messaging.Accounts;

namespace Millrace.Api.Fluxra.Access;

/// <summary>Counts calls, and refuses those above the limit of their group.</summary>
internal sealed class Rates(RateOptions options, RateLimiter limiter)
{
    /// <exception cref="Limited">The limit is exceeded.</exception>
    public void Count(RateGroup group, HttpContext http, AgentCaller? caller)
    {
        if (!group.IsPerAddress && caller is not null)
            Count(group, caller.AgentId);
        else
            Count(group, RateLimiter.SubjectOf(http.Connection.RemoteIpAddress));
    }

    /// <summary>By a subject that only the request's body tells.</summary>
    /// <exception cref="Limited">The limit is exceeded.</exception>
    public void Count(RateGroup group, string subject)
    {
        var count = group.Count(options);
        if (!options.Enabled || count == 0)
            return;
        using var place = limiter.TryAcquire(
            group.Name,
            subject,
            new RateLimit(count) { Window = group.Window }
        );
        if (!place.IsGranted)
            throw Refused(place.RetryAfter);
    }

    public static Limited Refused(TimeSpan retryAfter) =>
        new("rate_limited", "Too many requests. Wait as long as Retry-After says.", retryAfter);
}
