using Millrace.Core.Storage;
using Millrace.Testing;

namespace Millrace.Tests.Api.TBackend.Graph;

public sealed class ConsolidationTests
{
    [Theory, OnEachDatabase]
    public async Task Duplicates_are_merged_and_still_told_of(Dialect dialect)
    {
        await using var server = await TestServer.StartAsync(dialect);
        using var client = server.Client();
        var graph = await client.DefaultGraphAsync();
        await client.SendAsync(
            HttpMethod.Post,
            $"/graph/{graph}/facts",
            """
            [{"fact":"Alice founded Acme","valid_from":"2020","valid_to":"2022","confidence":0.5},
             {"fact":"Alice founded Acme","valid_from":"2021"},
             {"fact":"Alice founded Acme","valid_from":"2010","valid_to":"2011"},
             {"fact":"Bob founded Beta","valid_from":"2020"}]
            """
        );
        var twin = await client.SendAsync(
            HttpMethod.Post,
            $"/graph/{graph}/nodes",
            """{"name":"ALICE","aliases":["Alice Smith"]}"""
        );
        var consolidate = $"/graph/{graph}/consolidate";

        var tried = await client.SendAsync(HttpMethod.Post, consolidate, """{"dry_run":true}""");
        (await client.ReadAsync($"/graph/{graph}/facts?at=2021-06-01")).AsArray().Count.ShouldBe(3);
        var done = await client.SendAsync(HttpMethod.Post, consolidate);

        foreach (var result in new[] { tried["result"]!, done["result"]! })
        {
            result["facts_merged"]!.GetValue<int>().ShouldBe(1);
            result["nodes_merged"]!.GetValue<int>().ShouldBe(1);
        }
        var facts = (await client.ReadAsync($"/graph/{graph}/facts?at=2021-06-01")).AsArray();
        facts.Count.ShouldBe(2);
        var alice = facts.Single(fact => fact!["subject"]!.ToString() == "Alice")!;
        alice["valid_from"]!.ToString().ShouldBe("2020-01-01T00:00:00Z");
        alice["valid_to"].ShouldBeNull();
        alice["confidence"]!.GetValue<double>().ShouldBe(1);
        var all = await client.ReadAsync($"/graph/{graph}/facts?include_invalid=true");
        all.AsArray()
            .Count(fact => fact!["superseded_by"]?.ToString() == alice["id"]!.ToString())
            .ShouldBe(2);
        var found = await client.ReadAsync($"/graph/{graph}/query?query=Alice+Smith&at=2021-06-01");
        found["facts"]![0]!["id"]!.ToString().ShouldBe(alice["id"]!.ToString());
        var again = await client.SendAsync(HttpMethod.Post, consolidate);
        again["result"]!["facts_merged"]!.GetValue<int>().ShouldBe(0);
        await client.RefusedAsync(HttpMethod.Post, consolidate, 422, """{"max_facts":0}""");
        (await client.ReadAsync($"/graph/{graph}"))["node_count"]!.GetValue<int>().ShouldBe(4);
        twin["name"]!.ToString().ShouldBe("ALICE");
    }

    [Theory, OnEachDatabase]
    public async Task Nodes_that_are_merged_deleted_or_named_otherwise_are_found_as_they_were_known(
        Dialect dialect
    )
    {
        await using var server = await TestServer.StartAsync(dialect);
        using var client = server.Client();
        var graph = await client.DefaultGraphAsync();
        var nodes = new List<string>();
        foreach (
            var body in new[]
            {
                """{"name":"Robert","type":"person","aliases":["Chief"]}""",
                """{"name":"Bob","type":"person","aliases":["Chief","Bobby"]}""",
                """{"name":"Dora","type":"person","aliases":["Duchess"]}""",
                """{"name":"Hub","type":"organization"}""",
            }
        )
            nodes.Add(
                (await client.SendAsync(HttpMethod.Post, $"/graph/{graph}/nodes", body))[
                    "id"
                ]!.ToString()
            );
        var known = "";
        foreach (var from in nodes.Take(3))
            known = (
                await client.SendAsync(
                    HttpMethod.Post,
                    $"/graph/{graph}/edges",
                    $$"""{"source_id":"{{from}}","target_id":"{{nodes[3]}}","relation":"runs","fact":"It is run","valid_from":"2020"}"""
                )
            )["created_at"]!.ToString();

        await client.SendAsync(HttpMethod.Post, $"/graph/{graph}/consolidate");
        await client.SendAsync(HttpMethod.Delete, $"/graph/{graph}/nodes/{nodes[2]}");
        await client.SendAsync(
            HttpMethod.Patch,
            $"/graph/{graph}/nodes/{nodes[3]}",
            """{"name":"Centre","aliases":[]}"""
        );

        foreach (
            var (name, then, now) in new[]
            {
                // A name counts from when its node was made.
                ("Bobby", 2, 1),
                ("Duchess", 1, 0),
                ("Hub", 3, 0),
                ("Centre", 3, 1),
            }
        )
        {
            (await FoundAsync(name, $"&known_at={Uri.EscapeDataString(known)}")).ShouldBe(then, name);
            (await FoundAsync(name, "")).ShouldBe(now, name);
        }

        async Task<int> FoundAsync(string name, string moment) =>
            (
                await client.ReadAsync($"/graph/{graph}/query?mode=graph&query={name}{moment}")
            )["edges"]!
                .AsArray()
                .Count;
    }

    [Theory, OnEachDatabase]
    public async Task More_than_one_write_merges_is_merged_by_several(Dialect dialect)
    {
        const int many = 130;
        await using var server = await TestServer.StartAsync(dialect);
        using var client = server.Client();
        var graph = await client.DefaultGraphAsync();
        var facts = string.Join(
            ',',
            Enumerable
                .Range(0, 2 * many)
                .Select(at => $$"""{"fact":"Crate {{at / 2}} is full","valid_from":"2020"}""")
        );
        await client.SendAsync(HttpMethod.Post, $"/graph/{graph}/facts", $"[{facts}]");
        for (var at = 0; at < 25; at++)
            await client.SendAsync(
                HttpMethod.Post,
                $"/graph/{graph}/nodes",
                $$"""{"name":"Thing {{at % 5}}"}"""
            );

        var done = await client.SendAsync(HttpMethod.Post, $"/graph/{graph}/consolidate");

        done["result"]!["facts_merged"]!.GetValue<int>().ShouldBe(many);
        done["result"]!["nodes_merged"]!.GetValue<int>().ShouldBe(20);
        var left = await client.ReadAsync($"/graph/{graph}/facts?limit=1000");
        left.AsArray().Count.ShouldBe(many);
        (await client.ReadAsync($"/graph/{graph}/nodes")).AsArray().Count.ShouldBe(5);
    }
}
