using Microsoft.AspNetCore.Http;
using Millrace.Core.Failures;
using Millrace.Core.Limits;
using Millrace.Messaging.Accounts;

namespace Millrace.Api.Fluxra.Access;

/// <summary>Counts calls, and refuses those above the limit of their group.</summary>
internal sealed class Rates(RateOptions options, RateLimiter limiter)
{
    private const string OpenFeeds = "fluxra-open-feeds";

    /// <summary>Only those that are open at once are counted.</summary>
    private static readonly RateLimit AnyNumber = new(RateLimit.MaxPerMinute);

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

    /// <summary>A place among an agent's streams, sockets and waiting polls at this node, until it is given back.</summary>
    /// <exception cref="Limited">It has as many open as it may.</exception>
    public RateLease Open(string agent)
    {
        if (!options.Enabled || options.OpenFeeds == 0)
            return default;
        var place = limiter.TryAcquire(
            OpenFeeds,
            agent,
            AnyNumber with
            {
                AtOnce = options.OpenFeeds,
            }
        );
        return place.IsGranted
            ? place
            : throw new Limited(
                "too_many_open",
                $"An agent follows its feed by at most {options.OpenFeeds} connections at once. End one of them.",
                place.RetryAfter
            );
    }

    public static Limited Refused(TimeSpan retryAfter) =>
        new("rate_limited", "Too many requests. Wait as long as Retry-After says.", retryAfter);
}
