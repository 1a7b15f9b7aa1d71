using Millrace.Testing;

namespace Millrace.Tests.Api.TBackend;

/// <summary>Walks every route of the surface, taken from routing itself: none is forgotten.</summary>
public sealed class RouteWalkTests
{
    // t-backend §3.2
    private static readonly string[] Public =
    [
        "GET /",
        "HEAD /",
        "GET /api",
        "HEAD /api",
        "GET /health",
        "HEAD /health",
    ];

    [Fact]
    public async Task Nothing_is_served_without_a_key_that_is_not_public()
    {
        await using var server = await StartAsync();
        using var client = server.Client("");
        var open = new List<string>();
        foreach (var route in server.Routes())
        {
            using var request = new HttpRequestMessage(new(route.Method), route.Path(_ => "x"));
            using var answer = await client.SendAsync(request);
            if ((int)answer.StatusCode is not 401)
                open.Add(route.ToString());
        }
        open.ShouldBe(Public, ignoreOrder: true);
    }

    [Fact]
    public async Task A_key_without_a_right_uses_no_route_that_needs_one()
    {
        await using var server = await StartAsync();
        using var client = server.Client(await server.NewKeyAsync(new() { Scopes = "nothing" }));
        foreach (var route in server.Routes().Where(route => !Public.Contains(route.ToString())))
        {
            using var request = new HttpRequestMessage(new(route.Method), route.Path(_ => "x"));
            using var answer = await client.SendAsync(request);
            var needsNone = route.Pattern is "/health/details";
            if (route.ToString() is not "HEAD /chat")
                ((int)answer.StatusCode).ShouldBe(needsNone ? 200 : 403, route.ToString());
        }
    }

    private static Task<TestServer> StartAsync() =>
        TestServer.StartAsync(
            settings:
            [
                .. from name in new[] { "default", "anonymous" }
                from bucket in new[] { "chat", "other", "file-writes", "failed-keys" }
                select ($"Limits:Classes:{name}:{bucket}:PerMinute", "1000000"),
            ]
        );
}
