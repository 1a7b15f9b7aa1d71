using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Millrace.Api.Shared.Access;
using Millrace.Core.Failures;
using Millrace.Core.Limits;

namespace Millrace.Api.Shared.Gateway;

/// <summary>
/// Lets a client of a model gateway in: by <c>Authorization: Bearer</c> or <c>x-api-key</c>, whichever its library
/// sends, then by its rate limit. Nothing of the body is read before.
/// </summary>
internal sealed class GatewayDoor(KeyCheck keys, RateLimiter limiter, TimeProvider time)
{
    private const string Scope = "models";

    public async Task LetInAsync(HttpContext http, RequestDelegate next)
    {
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
        await next(http);
    }
}

internal static class GatewayDoorRoutes
{
    /// <summary>Puts the door before all routes of a group. An endpoint filter would do, at three times the calls.</summary>
    public static RouteGroupBuilder BehindGatewayDoor(this RouteGroupBuilder group)
    {
        ((IEndpointConventionBuilder)group).Finally(endpoint =>
        {
            var door = endpoint.ApplicationServices.GetRequiredService<GatewayDoor>();
            var inside = endpoint.RequestDelegate!;
            endpoint.RequestDelegate = http => door.LetInAsync(http, inside);
        });
        return group;
    }
}
