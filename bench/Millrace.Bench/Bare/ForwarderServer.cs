using System.Net;
using System.Net.Http.Headers;

namespace Millrace.Bench.Bare;

/// <summary>The raw limit of a gateway: Kestrel and HttpClient, the body copied there and back, and nothing else.</summary>
internal static class ForwarderServer
{
    public static async Task<int> RunAsync(string url)
    {
        var upstream = Environment.GetEnvironmentVariable("BENCH_UPSTREAM")!;
        using var client = new HttpClient(
            new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                UseCookies = false,
                UseProxy = false,
                AutomaticDecompression = DecompressionMethods.None,
                ActivityHeadersPropagator = null,
            }
        );
        await using var app = Role.Bare(url);
        app.MapPost(
            "/v1/chat/completions",
            async http =>
            {
                using var request = new HttpRequestMessage(
                    HttpMethod.Post,
                    $"{upstream}/v1/chat/completions"
                )
                {
                    Content = new StreamContent(http.Request.Body),
                };
                request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
                request.Content.Headers.ContentLength = http.Request.ContentLength;
                using var answer = await client.SendAsync(
                    request,
                    HttpCompletionOption.ResponseHeadersRead,
                    http.RequestAborted
                );
                http.Response.StatusCode = (int)answer.StatusCode;
                http.Response.ContentType = answer.Content.Headers.ContentType?.ToString();
                http.Response.ContentLength = answer.Content.Headers.ContentLength;
                await answer.Content.CopyToAsync(http.Response.Body, http.RequestAborted);
            }
        );
        return await Role.ServeAsync(app);
    }
}
