using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Millrace.Core.Failures;
using Millrace.Core.Identity;
using Millrace.Core.Limits;

namespace Millrace.Api.Shared.Gateway;

/// <summary>How a surface's clients are told of their rate limit.</summary>
/// <param name="Reset">When the limit is whole again, in the surface's words, given that moment and now.</param>
internal sealed record RateHeaders(
    string LimitName,
    string RemainingName,
    string ResetName,
    Func<DateTimeOffset, DateTimeOffset, string> Reset
);

/// <summary>
/// Lets a client of a model gateway in: by <c>Authorization: Bearer</c> or <c>x-api-key</c>, whichever its library
/// sends, then by its rate limit. Nothing of the body is read before.
/// </summary>
internal sealed class GatewayDoor(ApiKeys keys, RateLimiter limiter, TimeProvider time)
    : IEndpointFilter
{
    private const string Scope = "models";
    private const string Bearer = "Bearer ";

    public async ValueTask<object?> InvokeAsync(
        EndpointFilterInvocationContext context,
        EndpointFilterDelegate next
    )
    {
        var http = context.HttpContext;
        var caller = await IdentifyAsync(http);
        using var place = limiter.TryAcquire(
            Buckets.Gateway,
            caller.Key.ToString(),
            caller.RateClass
        );
        Tell(http, place);
        if (!place.IsGranted)
            throw Refused(place);
        if (!caller.May(Scope))
            throw new Forbidden("scope_missing", $"This API key lacks the right '{Scope}'.");
        http.Features.Set(caller);
        return await next(context);
    }

    private async ValueTask<Principal> IdentifyAsync(HttpContext http)
    {
        try
        {
            return await keys.AuthenticateAsync(Presented(http.Request), http.RequestAborted);
        }
        catch (Unauthenticated failure) when (failure.Code != "key_missing")
        {
            using var attempt = limiter.TryAcquire(
                Buckets.FailedKeys,
                RateLimiter.SubjectOf(http.Connection.RemoteIpAddress),
                RateClasses.AnonymousClass
            );
            if (!attempt.IsGranted)
                throw Refused(attempt);
            throw;
        }
    }

    private static string? Presented(HttpRequest request)
    {
        var authorization = request.Headers.Authorization.ToString();
        return authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)
            ? authorization[Bearer.Length..].Trim()
            : request.Headers["x-api-key"].FirstOrDefault();
    }

    private void Tell(HttpContext http, in RateLease place)
    {
        var names = http.GetEndpoint()!.Metadata.GetRequiredMetadata<RateHeaders>();
        var headers = http.Response.Headers;
        headers[names.LimitName] = place.Limit.ToString(CultureInfo.InvariantCulture);
        headers[names.RemainingName] = place.Remaining.ToString(CultureInfo.InvariantCulture);
        headers[names.ResetName] = names.Reset(place.Reset, time.GetUtcNow());
    }

    private static Limited Refused(in RateLease place) =>
        new(
            "rate_limited",
            "Too many requests with this key. Wait as long as Retry-After says.",
            place.RetryAfter
        );
}

internal static class GatewayCaller
{
    /// <summary>Who asks, once <see cref="GatewayDoor"/> has let them in.</summary>
    public static Principal Caller(this HttpContext context) =>
        context.Features.GetRequiredFeature<Principal>();
}
