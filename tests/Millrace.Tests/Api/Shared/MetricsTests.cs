using System.Net;
using System.Net.Http.Headers;
using Millrace.Core.Identity;
using Millrace.Testing;

namespace Millrace.Tests.Api.Shared;

public sealed class MetricsTests
{
    [Fact]
    public async Task Metrics_are_shown_to_an_administrators_key_alone()
    {
        await using var server = await TestServer.StartAsync();
        var ordinary = await server.NewKeyAsync(new NewApiKey { IsAdmin = false });

        (await StatusAsync(server, "")).ShouldBe(HttpStatusCode.Unauthorized);
        (await StatusAsync(server, ordinary)).ShouldBe(HttpStatusCode.Forbidden);
        (await StatusAsync(server, server.Key)).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_scraper_may_send_the_key_as_bearer()
    {
        await using var server = await TestServer.StartAsync();
        // A page that follows another server of this process would miss its own requests.
        await using var another = await TestServer.StartAsync();
        using var client = another.Client("");
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Bearer",
            another.Key
        );

        // A request is measured after its answer, and before the next one of its connection.
        await client.GetStringAsync("/metrics");
        var page = await client.GetStringAsync("/metrics");

        page.ShouldContain("# TYPE http_server_request_duration");
    }

    [Fact]
    public async Task Nobody_tries_out_keys_at_the_metrics_without_limit()
    {
        await using var server = await TestServer.StartAsync(
            settings: ("Limits:Classes:anonymous:failed-keys:PerMinute", "3")
        );
        for (var attempt = 0; attempt < 3; attempt++)
            (await StatusAsync(server, "guess")).ShouldBe(HttpStatusCode.Unauthorized);

        (await StatusAsync(server, "guess")).ShouldBe(HttpStatusCode.TooManyRequests);
        (await StatusAsync(server, server.Key)).ShouldBe(HttpStatusCode.OK);
    }

    private static async Task<HttpStatusCode> StatusAsync(TestServer server, string key)
    {
        using var client = server.Client(key);
        using var answer = await client.GetAsync("/metrics");
        return answer.StatusCode;
    }
}
