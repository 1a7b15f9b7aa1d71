using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Millrace.Core.Failures;
using Millrace.Core.Identity;
using Millrace.Core.Limits;

namespace Millrace.Api.Shared.Access;

/// <summary>
/// Finds out who presents a key, wherever a surface takes it from, and lets no address try out keys without limit.
/// </summary>
internal sealed class KeyCheck(ApiKeys keys, RateLimiter limiter, TimeProvider time)
{
    private const string Bearer = "Bearer ";

    /// <summary>The key in <c>Authorization: Bearer</c>, else in this header; null when neither is there.</summary>
    public static string? Presented(HttpRequest request, string header)
    {
        var authorization = request.Headers.Authorization.ToString();
        return authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)
            ? authorization[Bearer.Length..].Trim()
            : request.Headers[header].FirstOrDefault();
    }

    /// <exception cref="Unauthenticated">The key is missing or bad; a bad one is counted.</exception>
    /// <exception cref="Limited">Too many bad keys came from this address.</exception>
    public async ValueTask<Principal> AuthenticateAsync(HttpContext http, string? presented)
    {
        try
        {
            return await keys.AuthenticateAsync(presented, http.RequestAborted);
        }
        catch (Unauthenticated failure) when (failure.Code != "key_missing")
        {
            using var attempt = limiter.TryAcquire(
                Buckets.FailedKeys,
                RateLimiter.SubjectOf(http.Connection.RemoteIpAddress),
                RateClasses.AnonymousClass
            );
            if (attempt.IsGranted)
                throw;
            RateHeaders.Tell(http, attempt, time);
            throw Refused(attempt, "Too many wrong keys came from this address.");
        }
    }

    public static Limited Refused(
        in RateLease place,
        string cause = "Too many requests with this key."
    ) => new("rate_limited", $"{cause} Wait as long as Retry-After says.", place.RetryAfter);
}

internal static class CallerOfRequest
{
    /// <summary>Who asks, once a surface's door has let them in.</summary>
    public static Principal Caller(this HttpContext context) =>
        context.Features.GetRequiredFeature<Principal>();
}
