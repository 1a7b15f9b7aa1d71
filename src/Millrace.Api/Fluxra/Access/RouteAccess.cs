using Microsoft.AspNetCore.Builder;
using Millrace.Messaging.Accounts;

namespace Millrace.Api.Fluxra.Access;

/// <summary>What a route lets in. (fluxra §2.1)</summary>
[Flags]
internal enum Credential
{
    /// <summary>Everybody; a header is not looked at.</summary>
    Public = 0,

    /// <summary>Basic, with an API key.</summary>
    ApiKey = 1,

    /// <summary>Basic, with the recovery key.</summary>
    RecoveryKey = 1 << 1,

    /// <summary>Bearer.</summary>
    Token = 1 << 2,

    /// <summary>Bearer, with the operator's key.</summary>
    Operator = 1 << 3,
}

/// <summary>A route's rules at the gate.</summary>
/// <param name="Scopes">One of these is needed of a token.</param>
internal sealed record RouteAccess(Credential Accepts, RateGroup Rate, Scope Scopes)
{
    /// <summary>The path's agent has to be the caller.</summary>
    public bool IsSelf { get; init; }

    /// <summary>The answer holds a secret or a token: it is not cached, and not kept to be given again.</summary>
    public bool GivesSecret { get; init; }
}

internal static class RouteAccessRegistration
{
    /// <summary>Puts the rules on a route; <see cref="Gate"/> holds them. A route without any answers nobody.</summary>
    public static TBuilder WithAccess<TBuilder>(
        this TBuilder route,
        Credential accepts,
        RateGroup rate,
        Scope scopes = Scope.None,
        bool isSelf = false,
        bool givesSecret = false
    )
        where TBuilder : IEndpointConventionBuilder =>
        route.WithMetadata(
            new RouteAccess(accepts, rate, scopes) { IsSelf = isSelf, GivesSecret = givesSecret }
        );
}
