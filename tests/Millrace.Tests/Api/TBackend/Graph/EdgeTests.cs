using System.Text.Json.Nodes;
using Millrace.Core.Storage;
using Millrace.Testing;

namespace Millrace.Tests.Api.TBackend.Graph;

/// <summary>An edge is a fact that relates two entities, and no other. (t-backend §14.1)</summary>
public sealed class EdgeTests
{
    [Theory, OnEachDatabase]
    public async Task A_fact_that_relates_no_two_entities_is_no_edge(Dialect dialect)
    {
        await using var server = await TestServer.StartAsync(dialect);
        using var client = server.Client();
        var graph = await client.DefaultGraphAsync();
        var written = await client.SendAsync(
            HttpMethod.Post,
            $"/graph/{graph}/facts",
            """
            [{"fact":"It rains"},{"fact":"Ann is 30","subject":"Ann","predicate":"age","object":"30"},
             {"fact":"Ann thinks","subject":"Ann"}]
            """
        );
        var before = await client.AllOfAsync(graph);

        foreach (var fact in written.AsArray())
        {
            var edge = $"/graph/{graph}/edges/e_{fact!["id"]!.ToString()[2..]}";
            foreach (var path in (string[])[edge, $"/graph/{graph}/edges/{fact["id"]}"])
            {
                await RefusedAsync(HttpMethod.Get, path);
                await RefusedAsync(HttpMethod.Patch, path, """{"confidence":0.5}""");
                await RefusedAsync(HttpMethod.Delete, path);
            }
        }

        (await client.AllOfAsync(graph)).ShouldBe(before);
        (await client.ReadAsync($"/graph/{graph}/edges")).AsArray().ShouldBeEmpty();

        async Task RefusedAsync(HttpMethod method, string path, string? body = null) =>
            (await client.RefusedAsync(method, path, 404, body))["code"]!
                .ToString()
                .ShouldBe("edge_not_found");
    }

    [Theory, OnEachDatabase]
    public async Task An_edge_whose_text_is_changed_stays_an_edge(Dialect dialect)
    {
        await using var server = await TestServer.StartAsync(dialect);
        using var client = server.Client();
        var graph = await client.DefaultGraphAsync();
        await client.SendAsync(
            HttpMethod.Post,
            $"/graph/{graph}/facts",
            """{"fact":"Alice works at Acme"}"""
        );
        var id = (await EdgeAsync())["id"];

        var refused = await client.RefusedAsync(
            HttpMethod.Patch,
            $"/graph/{graph}/edges/{id}",
            400,
            """{"fact":"It rains"}"""
        );
        var kept = await EdgeAsync();
        var changed = await client.SendAsync(
            HttpMethod.Patch,
            $"/graph/{graph}/edges/{id}",
            """{"fact":"Alice works at Beta"}"""
        );

        refused["code"]!.ToString().ShouldBe("edge_relates_nothing");
        kept["target_name"]!.ToString().ShouldBe("Acme");
        changed["target_name"]!.ToString().ShouldBe("Beta");
        var shown = await client.ReadAsync($"/graph/{graph}/edges/{changed["id"]}");
        shown["history"]!
            .AsArray()
            .Select(edge => edge!["target_name"]!.ToString())
            .ShouldBe(["Acme", "Beta"]);

        async Task<JsonNode> EdgeAsync() =>
            (await client.ReadAsync($"/graph/{graph}/edges")).AsArray().ShouldHaveSingleItem()!;
    }

    [Theory, OnEachDatabase]
    public async Task A_graph_that_writes_nothing_twice_knows_edges_by_what_they_relate(
        Dialect dialect
    )
    {
        await using var server = await TestServer.StartAsync(dialect);
        using var client = server.Client();
        var graph = await client.DefaultGraphAsync();
        await client.SendAsync(HttpMethod.Patch, $"/graph/{graph}", """{"dedupe":true}""");
        await client.SayAsync(graph, """{"fact":"Ann met Ben"}""");
        var ids = new List<string>();
        foreach (var name in new[] { "Ann", "Ben" })
            ids.Add(
                (
                    await client.SendAsync(
                        HttpMethod.Post,
                        $"/graph/{graph}/nodes",
                        $$"""{"name":"{{name}}","type":"person"}"""
                    )
                )["id"]!.ToString()
            );

        var made = await RelateAsync("met", "Ann met Ben");
        var again = await RelateAsync("met", "They met by chance");
        var other = await RelateAsync("likes", "Ann met Ben");

        (made["source_id"]!.ToString(), made["target_id"]!.ToString()).ShouldBe((ids[0], ids[1]));
        again["id"]!.ToString().ShouldBe(made["id"]!.ToString());
        other["relation"]!.ToString().ShouldBe("likes");
        (await client.ReadAsync($"/graph/{graph}/edges")).AsArray().Count.ShouldBe(2);

        Task<JsonNode> RelateAsync(string relation, string fact) =>
            client.SendAsync(
                HttpMethod.Post,
                $"/graph/{graph}/edges",
                $$"""{"source_id":"{{ids[0]}}","target_id":"{{ids[1]}}","relation":"{{relation}}","fact":"{{fact}}"}"""
            );
    }

    [Theory, OnEachDatabase]
    public async Task What_is_found_as_an_edge_can_be_shown_as_one(Dialect dialect)
    {
        await using var server = await TestServer.StartAsync(dialect);
        using var client = server.Client();
        var graph = await client.DefaultGraphAsync();
        await client.SendAsync(
            HttpMethod.Post,
            $"/graph/{graph}/facts",
            """{"fact":"Alice works at Acme and lives in Oslo"}"""
        );

        var found = await client.ReadAsync($"/graph/{graph}/query?query=Alice");

        var edges = found["results"]!
            .AsArray()
            .Where(result => result!["type"]!.ToString() == "edge")
            .Select(result => result!["id"]!.ToString())
            .ToList();
        edges.Count.ShouldBe(2);
        foreach (var edge in edges)
            (await client.ReadAsync($"/graph/{graph}/edges/{edge}"))["source_name"]!
                .ToString()
                .ShouldBe("Alice");
    }
}
