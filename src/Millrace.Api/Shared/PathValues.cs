using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;

namespace Millrace.Api.Shared;

/// <summary>
/// Gives endpoints the values in a path as the client encoded them. The server decodes all of a path but its encoded
/// slashes, so that routing alone cannot tell <c>a/b</c> from <c>a%2Fb</c>. A slash at the path's end is not part of a
/// value. (t-backend §2, §12.6)
/// </summary>
internal sealed class PathValues(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext http)
    {
        if (http.GetEndpoint() is RouteEndpoint { RoutePattern.Parameters.Count: > 0 } route)
            Decode(http, route.RoutePattern);
        return next(http);
    }

    private static void Decode(HttpContext http, RoutePattern pattern)
    {
        var path = http.Request.Path.Value!;
        if (!path.Contains('%', StringComparison.Ordinal) && path[^1] != '/')
            return;
        var sent = SentSegments(http);
        // A path with dots for segments is resolved before it is routed; no value can be told then.
        if (sent.Length != path.Split('/').Length)
            return;
        if (sent[^1].Length == 0)
            sent = sent[..^1];
        for (var at = 0; at < pattern.PathSegments.Count && at + 1 < sent.Length; at++)
        {
            if (pattern.PathSegments[at].Parts is not [RoutePatternParameterPart parameter])
                continue;
            var value = parameter.IsCatchAll ? string.Join('/', sent[(at + 1)..]) : sent[at + 1];
            http.Request.RouteValues[parameter.Name] = Uri.UnescapeDataString(value);
        }
    }

    private static string[] SentSegments(HttpContext http)
    {
        var target = http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var end = target.IndexOfAny(['?', '#']);
        var path = end < 0 ? target : target[..end];
        // A request through a proxy may name the whole address.
        var scheme = path.IndexOf("://", StringComparison.Ordinal);
        if (path[0] != '/' && scheme > 0)
            path = path.IndexOf('/', scheme + 3) is > 0 and var start ? path[start..] : "/";
        return path.Split('/');
    }
}
