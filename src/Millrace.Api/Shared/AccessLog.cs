using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Millrace.Core.Identity;
using Millrace.Core.Telemetry;

namespace Millrace.Api.Shared;

/// <summary>
/// One line for each request when it has ended. The route stands in it as it is written here, never the address that
/// was asked for: names, queries and whatever somebody put into them stay out. (t-backend §4)
/// </summary>
internal sealed class AccessLog(RequestDelegate next, RequestLog log)
{
    public Task InvokeAsync(HttpContext context) => log.IsOn ? LoggedAsync(context) : next(context);

    private async Task LoggedAsync(HttpContext context)
    {
        var began = Stopwatch.GetTimestamp();
        try
        {
            await next(context);
        }
        finally
        {
            log.Add(
                new EndedRequest(
                    Method(context.Request.Method),
                    (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? "(none)",
                    context.Response.StatusCode,
                    Stopwatch.GetElapsedTime(began),
                    context.TraceIdentifier,
                    context.Features.Get<Principal>()?.Workspace.Value
                )
            );
        }
    }

    /// <summary>A method that is none is a caller's own text.</summary>
    private static string Method(string method) =>
        method.Length <= 10 && !method.AsSpan().ContainsAnyExceptInRange('A', 'Z')
            ? method
            : "(other)";
}
