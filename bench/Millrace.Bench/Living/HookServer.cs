using System.Globalization;
using Millrace.Bench.Bare;

namespace Millrace.Bench.Living;

/// <summary>A receiver that counts what it takes, and one beside it that never answers.</summary>
internal static class HookServer
{
    public static Task<int> RunAsync(string url)
    {
        var app = Role.Bare(url);
        long count = 0;
        app.MapPost(
            "/hook",
            async (HttpContext http) =>
            {
                await http.Request.Body.CopyToAsync(Stream.Null);
                if (!http.Request.Headers.ContainsKey("webhook-signature"))
                    return Results.BadRequest();
                Interlocked.Increment(ref count);
                return Results.NoContent();
            }
        );
        app.MapPost(
            "/dead",
            (HttpContext http) => Task.Delay(Timeout.Infinite, http.RequestAborted)
        );
        app.MapGet(
            "/count",
            () => Interlocked.Read(ref count).ToString(CultureInfo.InvariantCulture)
        );
        return Role.ServeAsync(app);
    }
}
