using Millrace.Core.Storage;
using Millrace.Testing;

namespace Millrace.Tests.Api.TBackend.Graph;

public sealed class GraphAccessTests
{
    private const string Unknown = "g_00000000000000000000000000000001";

    [Theory, OnEachDatabase]
    public async Task A_foreign_graph_and_one_that_is_not_there_are_told_alike(Dialect dialect)
    {
        await using var server = await TestServer.StartAsync(dialect);
        using var owner = server.Client();
        using var other = server.Client(await server.NewKeyAsync());
        var graph = await owner.DefaultGraphAsync();
        var fact = (
            await owner.SendAsync(
                HttpMethod.Post,
                $"/graph/{graph}/facts",
                """{"fact":"Alice works at Acme"}"""
            )
        )[0]!;
        var node = (await owner.ReadAsync($"/graph/{graph}/nodes"))[0]!["id"];

        foreach (var id in new[] { graph, Unknown, "nonsense" })
        {
            var texts = new List<string>();
            foreach (
                var path in new[]
                {
                    "",
                    "/facts",
                    "/query?query=Alice",
                    "/nodes",
                    $"/nodes/{node}",
                    "/edges",
                    "/sessions",
                    $"/path?from={node}&to={node}",
                }
            )
                texts.Add(
                    (await other.RefusedAsync(HttpMethod.Get, $"/graph/{id}{path}", 403))[
                        "detail"
                    ]!.ToString()
                );
            texts.ShouldAllBe(text => text == "This API key may not have access to that graph.");
            await other.RefusedAsync(HttpMethod.Post, $"/graph/{id}/facts", 403, "nonsense");
            await other.RefusedAsync(HttpMethod.Delete, $"/graph/{id}", 403);
            await other.RefusedAsync(HttpMethod.Delete, $"/graph/{id}/facts/{fact["id"]}", 403);
            await other.RefusedAsync(HttpMethod.Post, $"/graph/{id}/share", 403, "{}");
            await other.RefusedAsync(HttpMethod.Get, $"/graph/data?graph_id={id}", 403);
        }
        await other.RefusedAsync(HttpMethod.Get, $"/graph/facts/{fact["id"]}", 404);
        await other.RefusedAsync(HttpMethod.Delete, $"/graph/facts/{fact["id"]}", 404);
        await other.RefusedAsync(HttpMethod.Get, $"/graph/memory/{fact["memory_id"]}", 404);
        var all = await other.ReadAsync("/graph/search?query=Alice+Acme");
        all["count"]!.GetValue<int>().ShouldBe(0);
        all["nodes"]!.AsArray().ShouldBeEmpty();
        (await other.ReadAsync("/graph/accessible"))["graphs"]!.AsArray().Count.ShouldBe(1);
        (await owner.ReadAsync($"/graph/{graph}/facts")).AsArray().Count.ShouldBe(1);
    }

    [Theory, OnEachDatabase]
    public async Task A_grant_reaches_as_far_as_it_says_until_it_is_taken_away(Dialect dialect)
    {
        await using var server = await TestServer.StartAsync(dialect);
        using var owner = server.Client();
        using var friend = server.Client(await server.NewKeyAsync(new() { Owner = "friend" }));
        using var stranger = server.Client(await server.NewKeyAsync());
        var graph = await owner.DefaultGraphAsync();
        var facts = $"/graph/{graph}/facts";
        await owner.SendAsync(HttpMethod.Post, facts, """{"fact":"Alice works at Acme"}""");
        var number = (await friend.ReadAsync("/usage"))["key_id"]!;
        var share = $"/graph/{graph}/share";

        await owner.SendAsync(
            HttpMethod.Post,
            share,
            $$"""{"key_id":{{number}},"role":"reader"}"""
        );
        (await friend.ReadAsync(facts)).AsArray().Count.ShouldBe(1);
        (await friend.ReadAsync("/graph/search?query=Alice"))["results"]![0]!["graph_id"]!
            .ToString()
            .ShouldBe(graph);
        var listed = (await friend.ReadAsync("/graph/accessible"))["graphs"]!.AsArray();
        listed.Select(item => item!["role"]!.ToString()).ShouldBe(["owner", "reader"]);
        await friend.RefusedAsync(HttpMethod.Post, facts, 403, """{"fact":"Mine"}""");
        await stranger.RefusedAsync(HttpMethod.Get, facts, 403);

        await owner.SendAsync(HttpMethod.Post, share, """{"owner":"friend","role":"writer"}""");
        await friend.SendAsync(HttpMethod.Post, facts, """{"fact":"Bob works at Beta"}""");
        (await owner.ReadAsync(facts)).AsArray().Count.ShouldBe(2);
        await friend.RefusedAsync(HttpMethod.Post, share, 403, """{"key_id":1,"role":"writer"}""");
        await friend.RefusedAsync(HttpMethod.Delete, $"/graph/{graph}", 403);
        await friend.SendAsync(
            HttpMethod.Post,
            "/graph/sessions/map",
            $$"""{"session_id":"s","graph_id":"{{graph}}"}"""
        );
        (await friend.ReadAsync($"/graph/{graph}/sessions"))["sessions"]!
            .AsArray()
            .Count.ShouldBe(1);
        (await owner.ReadAsync($"/graph/{graph}/sessions"))["sessions"]!.AsArray().ShouldBeEmpty();

        await owner.SendAsync(HttpMethod.Post, share, """{"owner":"friend","role":"none"}""");
        await owner.SendAsync(HttpMethod.Post, share, $$"""{"key_id":{{number}},"role":"none"}""");
        await friend.RefusedAsync(HttpMethod.Get, facts, 403);
    }

    [Theory, OnEachDatabase]
    public async Task What_others_share_unasked_neither_fills_a_search_nor_makes_it_long(
        Dialect dialect
    )
    {
        await using var server = await TestServer.StartAsync(dialect);
        using var client = server.Client();
        using var sender = server.Client(await server.NewKeyAsync());
        var own = await client.DefaultGraphAsync();
        var number = (await client.ReadAsync("/usage"))["key_id"]!;
        await client.SendAsync(
            HttpMethod.Post,
            $"/graph/{own}/facts",
            """[{"fact":"I heard that Alice is said to work at Acme"},{"fact":"Alice likes Acme"}]"""
        );
        var shared = new List<string>();
        for (var at = 0; at < 12; at++)
        {
            var graph = (
                await sender.SendAsync(HttpMethod.Post, "/graph", """{"name":"advert"}""")
            )["id"]!.ToString();
            shared.Add(graph);
            await sender.SendAsync(
                HttpMethod.Post,
                $"/graph/{graph}/facts",
                """[{"fact":"Alice works at Acme"},{"fact":"Alice works at Beta"}]"""
            );
            await sender.SendAsync(
                HttpMethod.Post,
                $"/graph/{graph}/share",
                $$"""{"key_id":{{number}},"role":"reader"}"""
            );
        }

        (await FoundAsync(limit: 4)).Count(graph => graph == own).ShouldBe(2);
        var all = await FoundAsync(limit: 1_000);
        all.Where(graph => graph != own).Distinct().Count().ShouldBe(10);
        all.ShouldNotContain(shared[^1]);
        (await client.ReadAsync("/graph/accessible"))["graphs"]!.AsArray().Count.ShouldBe(13);
        (await client.ReadAsync($"/graph/{shared[^1]}/query?query=Alice"))["results"]!
            .AsArray()
            .ShouldNotBeEmpty();

        await sender.SendAsync(
            HttpMethod.Post,
            $"/graph/{shared[^1]}/share",
            $$"""{"key_id":{{number}},"role":"writer"}"""
        );
        await client.SendAsync(
            HttpMethod.Post,
            "/graph/sessions/map",
            $$"""{"session_id":"s","graph_id":"{{shared[^1]}}"}"""
        );
        (await FoundAsync(limit: 1_000)).ShouldContain(shared[^1]);

        async Task<List<string>> FoundAsync(int limit)
        {
            var found = await client.ReadAsync(
                $"/graph/search?query=Where+does+Alice+work&limit={limit}"
            );
            return
            [
                .. found["results"]!.AsArray().Select(result => result!["graph_id"]!.ToString()),
            ];
        }
    }

    [Fact]
    public async Task Without_a_key_and_without_the_right_nothing_is_shown()
    {
        await using var server = await TestServer.StartAsync();
        using var nobody = server.Client("");
        using var limited = server.Client(await server.NewKeyAsync(new() { Scopes = "chat" }));
        await nobody.RefusedAsync(HttpMethod.Get, "/graph/accessible", 401);
        await nobody.RefusedAsync(HttpMethod.Post, $"/graph/{Unknown}/facts", 401, "[]");
        await limited.RefusedAsync(HttpMethod.Get, "/graph/accessible", 403);
    }

    [Theory]
    [InlineData("""["text"]""")]
    [InlineData("""[{"fact":7}]""")]
    [InlineData("""[{"fact":""}]""")]
    [InlineData("""[{"facts":"x"}]""")]
    [InlineData("""{"facts":{}}""")]
    [InlineData("""[{"fact":"a","valid_from":"soon"}]""")]
    [InlineData("""[{"fact":"a","confidence":2}]""")]
    [InlineData("""[{"fact":"a","metadata":[]}]""")]
    [InlineData("""[{"fact":"a"}],"b":1""")]
    [InlineData("[")]
    [InlineData("")]
    public async Task A_body_that_does_not_match_writes_nothing(string body)
    {
        await using var server = await TestServer.StartAsync();
        using var client = server.Client();
        var facts = $"/graph/{await client.DefaultGraphAsync()}/facts";
        await client.RefusedAsync(HttpMethod.Post, facts, 422, body);
        (await client.ReadAsync(facts)).AsArray().ShouldBeEmpty();
        await client.RefusedAsync(HttpMethod.Get, $"{facts}?limit=0", 422);
        await client.RefusedAsync(HttpMethod.Get, $"{facts}?at=soon", 422);
    }
}
