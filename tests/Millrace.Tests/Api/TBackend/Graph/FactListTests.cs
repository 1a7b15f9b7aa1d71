using System.Text.Json.Nodes;
using Millrace.Core.Storage;
using Millrace.Testing;

namespace Millrace.Tests.Api.TBackend.Graph;

public sealed class FactListTests
{
    [Theory, OnEachDatabase]
    public async Task A_text_without_words_is_looked_for_as_it_stands(Dialect dialect)
    {
        await using var server = await TestServer.StartAsync(dialect);
        using var client = server.Client();
        var graph = await client.DefaultGraphAsync();
        await client.SendAsync(
            HttpMethod.Post,
            $"/graph/{graph}/facts",
            """[{"fact":"Is this so? The gate is red."},{"fact":"Herons nest in reeds."}]"""
        );

        (await CountAsync("?")).ShouldBe(1);
        (await CountAsync("??")).ShouldBe(0);
        (await CountAsync(".")).ShouldBe(2);
        (await CountAsync("the")).ShouldBe(1);
        (await CountAsync("THIS")).ShouldBe(1);
        (await CountAsync(" is ")).ShouldBe(1);
        (await CountAsync("%")).ShouldBe(0);
        (await CountAsync("_")).ShouldBe(0);
        (await CountAsync("the herons")).ShouldBe(1);
        (await CountAsync("herons?")).ShouldBe(1);
        (await CountAsync("  ")).ShouldBe(2);
        (await client.ReadAsync($"/graph/{graph}/facts?q=%3F&include_invalid=true"))
            .AsArray()
            .Count.ShouldBe(1);

        async Task<int> CountAsync(string text) =>
            (await client.ReadAsync($"/graph/{graph}/facts?q={Uri.EscapeDataString(text)}"))
                .AsArray()
                .Count;
    }

    [Theory, OnEachDatabase]
    public async Task A_question_without_words_finds_nothing_by_word(Dialect dialect)
    {
        await using var server = await TestServer.StartAsync(dialect);
        using var client = server.Client();
        var graph = await client.DefaultGraphAsync();
        await client.SendAsync(
            HttpMethod.Post,
            $"/graph/{graph}/facts",
            """[{"fact":"The gate is red."},{"fact":"Alice works at Acme"}]"""
        );

        (await CountAsync($"{graph}/query?mode=keyword&query=the")).ShouldBe(0);
        (await CountAsync($"{graph}/query?mode=keyword&query=%3F%21")).ShouldBe(0);
        (await CountAsync($"{graph}/query?query=%3F%21")).ShouldBe(0);
        (await CountAsync("search?query=%3F%21")).ShouldBe(0);

        async Task<int> CountAsync(string path) =>
            (await client.ReadAsync($"/graph/{path}"))["count"]!.GetValue<int>();
    }

    [Theory, OnEachDatabase]
    public async Task Objects_and_lists_that_nobody_gave_are_empty(Dialect dialect)
    {
        await using var server = await TestServer.StartAsync(dialect);
        using var client = server.Client();
        var graph = await client.DefaultGraphAsync();
        var written = await client.SendAsync(
            HttpMethod.Post,
            $"/graph/{graph}/facts",
            """{"fact":"Alice works at Acme","metadata":null}"""
        );
        var made = await client.SendAsync(
            HttpMethod.Post,
            $"/graph/{graph}/nodes",
            """{"name":"Ann"}"""
        );
        var changed = await client.SendAsync(
            HttpMethod.Patch,
            $"/graph/{graph}/nodes/{made["id"]}",
            """{"summary":"A friend"}"""
        );
        var fact = await client.ReadAsync($"/graph/facts/{written[0]!["id"]}");
        var found = await client.ReadAsync($"/graph/{graph}/query?query=Alice");
        var data = await client.ReadAsync($"/graph/data?graph_id={graph}");

        JsonNode?[] nodes =
        [
            made,
            changed,
            await client.ReadAsync($"/graph/{graph}/nodes/{made["id"]}"),
            .. (await client.ReadAsync($"/graph/{graph}/nodes")).AsArray(),
            .. found["nodes"]!.AsArray(),
            .. data["nodes"]!.AsArray(),
        ];
        foreach (var node in nodes)
        {
            node!["attributes"].ShouldBeOfType<JsonObject>().ShouldBeEmpty();
            node["aliases"].ShouldBeOfType<JsonArray>().ShouldBeEmpty();
        }
        JsonNode?[] facts =
        [
            .. written.AsArray(),
            .. (await client.ReadAsync($"/graph/{graph}/facts")).AsArray(),
            fact,
            .. fact["history"]!.AsArray(),
            .. found["facts"]!.AsArray(),
        ];
        foreach (var one in facts)
            one!["metadata"].ShouldBeOfType<JsonObject>().ShouldBeEmpty();
        nodes.Length.ShouldBeGreaterThan(8);
        facts.Length.ShouldBe(5);
        data["edges"]![0]!["episodes"]!.AsArray().Count.ShouldBe(1);
    }
}
