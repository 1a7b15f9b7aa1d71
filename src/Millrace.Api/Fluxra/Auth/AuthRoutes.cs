using Microsoft.AspNetCore.Routing;

namespace Millrace.Api.Fluxra.Auth;

/// <summary><c>/api/auth</c>: accounts are made, verified and got back, and tokens come and go. (fluxra §8)</summary>
internal static class AuthRoutes
{
    public static void MapAuth(this IEndpointRouteBuilder routes)
    {
        routes.MapRegister();
        routes.MapVerification();
        routes.MapTokens();
        routes.MapRecovery();
    }
}
