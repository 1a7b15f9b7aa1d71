using Microsoft.AspNetCore.Builder;
using Millrace.Core.Limits;

namespace Millrace.Api.TBackend.Access;

/// <summary>Who may use a route. (t-backend §3.2)</summary>
internal enum AccessClass
{
    Public,
    Payable,
    Key,
    Admin,
}

/// <summary>A route's rules at the door.</summary>
/// <param name="Bucket">Which rate limit counts its calls; null for none. (t-backend §5)</param>
/// <param name="Scope">The right that a key needs; null where any key will do.</param>
internal sealed record RouteAccess(AccessClass Class, string? Bucket, string? Scope);

internal static class RouteAccessRegistration
{
    /// <summary>Puts the rules on a route; <see cref="Door"/> holds them.</summary>
    public static TBuilder WithAccess<TBuilder>(
        this TBuilder route,
        AccessClass access,
        string? bucket = Buckets.Other,
        string? scope = null
    )
        where TBuilder : IEndpointConventionBuilder =>
        route.WithMetadata(new RouteAccess(access, bucket, scope));
}
