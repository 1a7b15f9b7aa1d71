using System.Buffers;
using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Millrace.Api.Shared;

/// <summary>
/// Names each request before anything else runs: by the caller's own <c>X-Request-Id</c> when it is plain, else by a
/// new UUID. The name stands in every answer's header, in every log line and on the trace; elsewhere it is read from
/// <see cref="HttpContext.TraceIdentifier"/>. (t-backend §4)
/// </summary>
internal sealed class RequestIds(
    RequestDelegate next,
    IEnumerable<SurfaceRules> rules,
    ILogger<RequestIds> logger
)
{
    public const string Header = "X-Request-ID";

    private const int Longest = 128;

    private static readonly SearchValues<char> Plain = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._:-"
    );

    private readonly SurfaceRules[] _rules = [.. rules];

    private static readonly Func<ILogger, string, IDisposable?> Scope =
        LoggerMessage.DefineScope<string>("RequestId:{RequestId}");

    public async Task InvokeAsync(HttpContext context)
    {
        var id = Choose(
            context.Request.Headers[Header],
            SurfaceRules.Find(_rules, context.Request.Path)
        );
        context.TraceIdentifier = id;
        context.Response.Headers[Header] = id;
        Activity.Current?.SetTag("millrace.request_id", id);
        using (Scope(logger, id))
            await next(context);
    }

    private static string Choose(string? sent, SurfaceRules? own) =>
        sent is { Length: > 0 }
        && sent.Length <= (own?.LongestRequestId ?? Longest)
        && !sent.AsSpan().ContainsAnyExcept(own?.RequestIdLetters ?? Plain)
            ? sent
            : Guid.NewGuid().ToString();
}
