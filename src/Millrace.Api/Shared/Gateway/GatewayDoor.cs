using Microsoft.AspNetCore.Http;
using Millrace.Api.Shared.Access;
using Millrace.Core.Failures;
using Millrace.Core.Limits;

namespace Millrace.Api.Shared.Gateway;

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
        RateHeaders.Tell(http, place, time);
        if (!place.IsGranted)
            throw KeyCheck.Refused(place);
        if (!caller.May(Scope))
            throw new Forbidden("scope_missing", $"This API key lacks the right '{Scope}'.");
        http.Features.Set(caller);
        return await next(context);
    }
}
