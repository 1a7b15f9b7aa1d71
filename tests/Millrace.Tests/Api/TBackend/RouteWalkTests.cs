using Millrace.Core.Storage;
using Millrace.Testing;
using Millrace.Tests.Api.TBackend.Files;
using Millrace.Tests.Api.TBackend.Graph;

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

    [Theory, OnEachDatabase]
    public async Task Another_tenants_ids_are_told_like_ids_of_nothing(Dialect dialect)
    {
        await using var server = await StartAsync(dialect);
        using var owner = server.Client();
        using var other = server.Client(await server.NewKeyAsync());
        var store = await owner.NewStoreAsync("mine");
        var file = await owner.UploadTextAsync("Herons nest in the reeds.");
        await owner.AddAsync(store, file);
        var graph = await owner.DefaultGraphAsync();
        // What is below a graph is asked for by the graph first. (t-backend §3.3)
        var theirs = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["id"] = store,
            ["name"] = "mine",
            ["file_id"] = file,
            ["graph_id"] = graph,
        };
        var nothing = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["id"] = "vs_0123456789abcdef01234567",
            ["name"] = "other",
            ["file_id"] = "0123456789abcdef",
            ["graph_id"] = "g_0198c0de4c7b7000a1b2c3d4e5f60718",
        };
        foreach (var route in server.Routes().Where(route => route.Pattern.Contains('{')))
        {
            var foreign = await RefusalAsync(
                other,
                route,
                name => theirs.GetValueOrDefault(name, name)
            );
            foreign.ShouldBe(
                await RefusalAsync(other, route, name => nothing.GetValueOrDefault(name, name)),
                route.ToString()
            );
        }
        (await owner.FindAsync(store, "herons")).Count.ShouldBe(1);
        (await owner.DefaultGraphAsync()).ShouldBe(graph);
    }

    private static async Task<string> RefusalAsync(
        HttpClient client,
        MappedRoute route,
        Func<string, string> value
    )
    {
        using var request = new HttpRequestMessage(new(route.Method), route.Path(value));
        request.Headers.Add("X-Request-Id", "walk");
        using var answer = await client.SendAsync(request);
        ((int)answer.StatusCode).ShouldBeOneOf([403, 404], route.ToString());
        return $"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}";
    }

    private static Task<TestServer> StartAsync(Dialect dialect = Dialect.Sqlite) =>
        TestServer.StartAsync(
            dialect,
            settings:
            [
                .. from name in new[] { "default", "anonymous" }
                from bucket in new[] { "chat", "other", "file-writes", "failed-keys" }
                select ($"Limits:Classes:{name}:{bucket}:PerMinute", "1000000"),
            ]
        );
}
