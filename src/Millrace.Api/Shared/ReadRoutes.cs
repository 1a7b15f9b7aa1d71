using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace Millrace.Api.Shared;

internal static class ReadRoutes
{
    /// <summary>A route that is read, by GET or HEAD.</summary>
    internal static RouteHandlerBuilder MapRead(
        this IEndpointRouteBuilder routes,
        string pattern,
        Delegate handler
    ) => routes.MapMethods(pattern, ["GET", "HEAD"], handler);
}
