using System.Globalization;
using Microsoft.AspNetCore.Http;
using Millrace.Api.Shared.Access;
using Millrace.Core.Failures;
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
internal sealed class GatewayDoor(KeyCheck keys, RateLimiter limiter, TimeProvider time)
    : IEndpointFilter
{
    private const string Scope = "models";

    public async ValueTask<object?> InvokeAsync(
        EndpointFilterInvocationContext context,
        EndpointFilterDelegate next
    )
    {
        var http = context.HttpContext;
        var caller = await keys.AuthenticateAsync(
            http,
            KeyCheck.Presented(http.Request, "x-api-key")
        );
        using var place = limiter.TryAcquire(
            Buckets.Gateway,
            caller.Key.ToString(),
            caller.RateClass
        );
        Tell(http, place);
        if (!place.IsGranted)
            throw KeyCheck.Refused(place);
        if (!caller.May(Scope))
            throw new Forbidden("scope_missing", $"This API key lacks the right '{Scope}'.");
        http.Features.Set(caller);
        return await next(context);
    }

    private void Tell(HttpContext http, in RateLease place)
    {
        var names = http.GetEndpoint()!.Metadata.GetRequiredMetadata<RateHeaders>();
        var headers = http.Response.Headers;
        headers[names.LimitName] = place.Limit.ToString(CultureInfo.InvariantCulture);
        headers[names.RemainingName] = place.Remaining.ToString(CultureInfo.InvariantCulture);
        headers[names.ResetName] = names.Reset(place.Reset, time.GetUtcNow());
    }
}
