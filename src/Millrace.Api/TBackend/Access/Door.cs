using Microsoft.AspNetCore.Http;
using Millrace.Api.Shared.Access;
using Millrace.Core.Failures;
using Millrace.Core.Identity;
using Millrace.Core.Limits;

namespace Millrace.Api.TBackend.Access;

/// <summary>
/// Lets a request in: who asks, how often, and with what right, in this order. Nothing of the body is read before.
/// (t-backend §3.3, §5)
/// </summary>
internal sealed class Door(KeyCheck keys, RateLimiter limiter, TimeProvider time) : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(
        EndpointFilterInvocationContext context,
        EndpointFilterDelegate next
    )
    {
        var http = context.HttpContext;
        var rules = http.GetEndpoint()!.Metadata;
        var route = rules.GetRequiredMetadata<RouteAccess>();
        var caller = route.Class == AccessClass.Public ? null : await IdentifyAsync(http);
        using var place = Count(http, rules.GetRequiredMetadata<RouteBucket>(), caller);
        if (route.Class != AccessClass.Public)
            http.Features.Set(Admit(caller, route));
        return await next(context);
    }

    /// <summary>Null when no key is presented. A bad key is never taken for none.</summary>
    private async ValueTask<Principal?> IdentifyAsync(HttpContext http)
    {
        var headers = http.Request.Headers;
        var presented =
            headers["api-key"].FirstOrDefault() ?? headers["x-api-key"].FirstOrDefault();
        return string.IsNullOrEmpty(presented)
            ? null
            : await keys.AuthenticateAsync(http, presented);
    }

    private RateLease Count(HttpContext http, RouteBucket counted, Principal? caller)
    {
        if (counted.Name is not { } bucket)
            return default;
        var place = caller is null
            ? limiter.TryAcquire(
                bucket,
                RateLimiter.SubjectOf(http.Connection.RemoteIpAddress),
                RateClasses.AnonymousClass
            )
            : limiter.TryAcquire(bucket, caller.Key.ToString(), caller.RateClass);
        RateHeaders.Tell(http, place, time);
        return place.IsGranted ? place : throw KeyCheck.Refused(place);
    }

    private static Principal Admit(Principal? caller, RouteAccess route)
    {
        if (caller is null)
            throw new Unauthenticated("key_missing", "The request has no API key.");
        if (route.Class == AccessClass.Admin && !caller.IsAdmin)
            throw new Forbidden("admin_only", "This route needs an administrator's API key.");
        if (route.Scope is { } scope && !caller.May(scope))
            throw new Forbidden("scope_missing", $"This API key lacks the right '{scope}'.");
        return caller;
    }
}
