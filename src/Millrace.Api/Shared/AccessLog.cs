using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Millrace.Core.Identity;

namespace Millrace.Api.Shared;

/// <summary>
/// One line for each request when it has ended. The route stands in it as it is written here, never the address that
/// was asked for: names, queries and whatever somebody put into them stay out. (t-backend §4)
/// </summary>
internal sealed partial class AccessLog(RequestDelegate next, ILogger<AccessLog> logger)
{
    public Task InvokeAsync(HttpContext context) =>
        logger.IsEnabled(LogLevel.Information) ? LoggedAsync(context) : next(context);

    private async Task LoggedAsync(HttpContext context)
    {
        var began = Stopwatch.GetTimestamp();
        try
        {
            await next(context);
        }
        finally
        {
            var caller = context.Features.Get<Principal>();
            Log.Ended(
                logger,
                Method(context.Request.Method),
                (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? "(none)",
                context.Response.StatusCode,
                (long)Stopwatch.GetElapsedTime(began).TotalMicroseconds,
                context.TraceIdentifier,
                caller?.Workspace.Value
            );
        }
    }

    /// <summary>A method that is none is a caller's own text.</summary>
    private static string Method(string method) =>
        method.Length <= 10 && method.All(char.IsAsciiLetterUpper) ? method : "(other)";

    private static partial class Log
    {
        [LoggerMessage(
            LogLevel.Information,
            "{Method} {Route} {Status} in {DurationUs} µs, request {RequestId}, workspace {Workspace}",
            EventName = "Request"
        )]
        public static partial void Ended(
            ILogger logger,
            string method,
            string route,
            int status,
            long durationUs,
            string requestId,
            Guid? workspace
        );
    }
}
