using Microsoft.AspNetCore.Builder;

namespace Millrace.Api.TBackend.Access;

/// <summary>Who may use a route. (t-backend §3.2)</summary>
internal enum AccessClass
{
    Public,
    Payable,
    Key,
    Admin,
}

/// <summary>Who is let in at the door.</summary>
/// <param name="Scope">The right that a key needs; null where any key will do.</param>
internal sealed record RouteAccess(AccessClass Class, string? Scope);

/// <summary>Which rate limit counts a route's calls; null for none. (t-backend §5)</summary>
internal sealed record RouteBucket(string? Name);

internal static class RouteAccessRegistration
{
    /// <summary>Puts the rule on a route, or on a group for the routes in it that have no rule of their own; <see cref="Door"/> holds it.</summary>
    public static TBuilder WithAccess<TBuilder>(
        this TBuilder route,
        AccessClass access,
        string? scope = null
    )
        where TBuilder : IEndpointConventionBuilder =>
        route.WithMetadata(new RouteAccess(access, scope));

    /// <summary>Likewise for the rate limit.</summary>
    public static TBuilder WithBucket<TBuilder>(this TBuilder route, string? bucket)
        where TBuilder : IEndpointConventionBuilder => route.WithMetadata(new RouteBucket(bucket));
}
