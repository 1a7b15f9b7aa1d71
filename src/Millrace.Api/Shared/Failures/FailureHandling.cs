using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Millrace.Core.Failures;

namespace Millrace.Api.Shared.Failures;

/// <summary>
/// Turns whatever ends a request without an answer (a failure, a fault, a bare status) into the surface's envelope. No
/// stack trace and no message of an unforeseen exception leaves.
/// </summary>
internal sealed partial class FailureHandling(
    RequestDelegate next,
    IEnumerable<IFailureWriter> writers,
    ILogger<FailureHandling> logger
)
{
    private const int ClientClosedRequest = 499;

    private readonly IFailureWriter[] _writers = [.. writers];

    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
        }
        catch (Exception exception)
        {
            await HandleAsync(context, exception);
            return;
        }
        if (IsBare(context.Response))
            await WriteAsync(context, FailureReport.OfStatus(context.Response.StatusCode));
    }

    private async Task HandleAsync(HttpContext context, Exception exception)
    {
        if (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody is there to be told.
            if (!context.Response.HasStarted)
                context.Response.StatusCode = ClientClosedRequest;
            return;
        }
        var report = FailureStatus.Report(exception);
        if (report.Status >= 500)
            Log.Failed(logger, exception, context.Request.Method, context.Request.Path);
        if (context.Response.HasStarted)
        {
            // The answer is half sent: cutting the connection is the only way left to say that it is not whole.
            context.Abort();
            return;
        }
        await WriteAsync(context, report);
    }

    private Task WriteAsync(HttpContext context, FailureReport report)
    {
        var response = context.Response;
        response.StatusCode = report.Status;
        response.Headers.ContentLength = null;
        response.Headers.ContentType = default;
        response.Headers.CacheControl = default;
        if (RetryAfter(report.Failure) is { } wait)
        {
            var seconds = Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds));
            response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }
        return Writer(context).WriteAsync(context, report);
    }

    private IFailureWriter Writer(HttpContext context)
    {
        var group = context.GetEndpoint()?.Metadata.GetMetadata<IEndpointGroupNameMetadata>();
        return Array.Find(_writers, writer => writer.Surface == group?.EndpointGroupName)
            ?? Array.Find(_writers, writer => writer.Owns(context.Request.Path))
            ?? _writers[^1];
    }

    private static TimeSpan? RetryAfter(Failure? failure) =>
        failure switch
        {
            Limited limited => limited.RetryAfter,
            Unavailable unavailable => unavailable.RetryAfter,
            _ => null,
        };

    private static bool IsBare(HttpResponse response) =>
        response is { HasStarted: false, StatusCode: >= 400, ContentLength: null }
        && string.IsNullOrEmpty(response.ContentType);

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Error, "{Method} {Path} failed")]
        public static partial void Failed(
            ILogger logger,
            Exception exception,
            string method,
            string path
        );
    }
}
