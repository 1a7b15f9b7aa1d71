using System.Buffers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Millrace.Api.Shared.Access;
using Millrace.Core.Failures;
using Millrace.Core.Telemetry;

namespace Millrace.Api.Shared.Metrics;

/// <summary>
/// <c>GET /metrics</c>: what the process measures of itself, for Prometheus. An administrator's key comes as Bearer or
/// in the <c>api-key</c> header.
/// </summary>
internal static class MetricsRoute
{
    public static void MapMetrics(this IEndpointRouteBuilder app)
    {
        // It counts from when it is made, which must not be the first time that somebody looks.
        var page = app.ServiceProvider.GetRequiredService<MetricsPage>();
        app.MapRead("/metrics", (HttpContext http, KeyCheck keys) => WriteAsync(http, keys, page))
            .ExcludeFromDescription();
    }

    private static async Task WriteAsync(HttpContext http, KeyCheck keys, MetricsPage page)
    {
        var caller = await keys.AuthenticateAsync(
            http,
            KeyCheck.Presented(http.Request, "api-key")
        );
        if (!caller.IsAdmin)
            throw new Forbidden("admin_only", "This route needs an administrator's API key.");
        var text = new ArrayBufferWriter<byte>();
        page.WriteTo(text);
        http.Response.ContentType = MetricsPage.ContentType;
        await http.Response.Body.WriteAsync(text.WrittenMemory, http.RequestAborted);
    }
}
