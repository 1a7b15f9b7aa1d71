using Microsoft.AspNetCore.Http;
using Millrace.Core.Ids;

namespace Millrace.Api.Fluxra.Wire;

/// <summary>Ids of a path, whose shape the gate has checked.</summary>
internal static class PathValues
{
    public static Id<T> PathId<T>(this HttpContext http, string name, string prefix) =>
        WireIds.TryParseUuid<T>(http.Request.RouteValues[name] as string, prefix, out var id)
            ? id
            : throw new InvalidOperationException($"The route names no {name}.");
}
