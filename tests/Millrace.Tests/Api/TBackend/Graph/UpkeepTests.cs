using Millrace.Core.Storage;
using Millrace.Testing;

namespace Millrace.Tests.Api.TBackend.Graph;

public sealed class UpkeepTests
{
    [Theory, OnEachDatabase]
    public async Task What_was_said_is_read_again_and_nothing_is_taken_away(Dialect dialect)
    {
        await using var server = await TestServer.StartAsync(dialect);
        using var client = server.Client();
        var graph = await client.DefaultGraphAsync();
        var facts = $"/graph/{graph}/facts";
        await client.SendAsync(
            HttpMethod.Post,
            facts,
            """[{"fact":"Alice works at Acme and lives in Oslo","session_id":"s"},{"fact":"It rains"}]"""
        );

        var session = await client.SendAsync(HttpMethod.Post, "/graph/reprocess/session/s");
        var whole = await client.SendAsync(HttpMethod.Post, $"/graph/reprocess/graph/{graph}");

        session["status"]!.ToString().ShouldBe("completed");
        session["result"]!["episodes"]!.GetValue<int>().ShouldBe(1);
        whole["result"]!["episodes"]!.GetValue<int>().ShouldBe(2);
        whole["result"]!["facts_added"]!.GetValue<int>().ShouldBe(0);
        (await client.ReadAsync(facts)).AsArray().Count.ShouldBe(2);
        var told = await client.ReadAsync($"/graph/tasks/{whole["task_id"]}");
        told.ToJsonString().ShouldBe(whole.ToJsonString());
        using var other = server.Client(await server.NewKeyAsync());
        await other.RefusedAsync(HttpMethod.Get, $"/graph/tasks/{whole["task_id"]}", 404);
        await other.RefusedAsync(HttpMethod.Post, $"/graph/reprocess/graph/{graph}", 403);
        await client.RefusedAsync(HttpMethod.Get, "/graph/tasks/x", 404);
    }

    [Theory, OnEachDatabase]
    public async Task A_session_is_copied_or_moved_to_another_graph(Dialect dialect)
    {
        await using var server = await TestServer.StartAsync(dialect);
        using var client = server.Client();
        var from = await client.DefaultGraphAsync();
        var to = (await client.SendAsync(HttpMethod.Post, "/graph", """{"name":"other"}"""))["id"]!;
        await client.SendAsync(
            HttpMethod.Post,
            $"/graph/{from}/facts",
            """
            [{"fact":"Alice works at Acme","session_id":"s","valid_from":"2020"},
             {"fact":"Alice left Acme in May 2024 and joined Beta","session_id":"s"},
             {"fact":"Bob likes tea","subject":"Bob","predicate":"likes","object":"tea","session_id":"other"}]
            """
        );
        string Body(bool copy) =>
            $$"""{"session_id":"s","from_graph_id":"{{from}}","to_graph_id":"{{to}}","copy":{{(copy ? "true" : "false")}}}""";

        var copied = await client.SendAsync(HttpMethod.Post, "/graph/migrate/session", Body(true));
        var again = await client.SendAsync(HttpMethod.Post, "/graph/migrate/session", Body(true));

        copied["facts_copied"]!.GetValue<int>().ShouldBe(2);
        again["facts_copied"]!.GetValue<int>().ShouldBe(0);
        (await client.EmployerAsync(to.ToString(), "at=2022")).ShouldBe("Acme");
        (await client.EmployerAsync(to.ToString(), "at=2025")).ShouldBe("Beta");
        (await client.EmployerAsync(from, "at=2025")).ShouldBe("Beta");

        await client.SendAsync(HttpMethod.Post, "/graph/migrate/session", Body(false));

        (await client.ReadAsync($"/graph/{from}/facts")).AsArray().ShouldHaveSingleItem()!["fact"]!
            .ToString()
            .ShouldBe("Bob likes tea");
        (await client.ReadAsync($"/graph/{to}/sessions"))["sessions"]![0]!["session_id"]!
            .ToString()
            .ShouldBe("s");
        using var stranger = server.Client(await server.NewKeyAsync());
        await stranger.RefusedAsync(HttpMethod.Post, "/graph/migrate/session", 403, Body(true));
        await client.RefusedAsync(HttpMethod.Post, "/graph/migrate/session", 422, "{}");
    }

    [Theory, OnEachDatabase]
    public async Task Of_a_moved_session_nothing_is_lost_however_much_of_it_is_alike(
        Dialect dialect
    )
    {
        await using var server = await TestServer.StartAsync(dialect);
        using var client = server.Client();
        var from = await client.DefaultGraphAsync();
        var to = (await client.SendAsync(HttpMethod.Post, "/graph", """{"name":"other"}"""))[
            "id"
        ]!.ToString();
        await client.SendAsync(HttpMethod.Patch, $"/graph/{to}", """{"dedupe":true}""");
        await client.SendAsync(
            HttpMethod.Post,
            $"/graph/{from}/facts",
            """
            [{"fact":"The lamp is broken","session_id":"s","valid_from":"2010","valid_to":"2011"},
             {"fact":"The lamp is broken","session_id":"s","valid_from":"2020"},
             {"fact":"The lamp is broken","session_id":"s","valid_from":"2022"},
             {"fact":"Alice works at Acme","session_id":"s","valid_from":"2020"},
             {"fact":"Alice works at Beta","session_id":"s","valid_from":"2022","valid_to":"2023"},
             {"fact":"Bob works at Beta","session_id":"s","valid_from":"2020"},
             {"fact":"Bob works at Acme","session_id":"elsewhere","valid_from":"2022"}]
            """
        );
        var many = Enumerable.Range(0, 250).Select(at => $$"""{"fact":"Crate {{at}} is full","session_id":"s"}""");
        await client.SendAsync(
            HttpMethod.Post,
            $"/graph/{from}/facts",
            $"[{string.Join(',', many)}]"
        );
        var move = $$"""{"session_id":"s","from_graph_id":"{{from}}","to_graph_id":"{{to}}","copy":false}""";

        var moved = await client.SendAsync(HttpMethod.Post, "/graph/migrate/session", move);

        // Alice's work at Acme is in two pieces.
        moved["facts_copied"]!.GetValue<int>().ShouldBe(257);
        moved["status"]!.ToString().ShouldBe("completed");
        var task = await client.ReadAsync($"/graph/tasks/{moved["task_id"]}");
        task["graph_id"]!.ToString().ShouldBe(to);
        task["result"]!["facts_copied"]!.GetValue<int>().ShouldBe(257);
        (await client.TextsAsync(from, "at=2024&limit=1000")).ShouldBe(["Bob works at Acme"]);
        (await client.TextsAsync(to, "q=lamp&at=2010-06")).Count.ShouldBe(1);
        (await client.TextsAsync(to, "q=lamp&at=2024")).Count.ShouldBe(2);
        (await client.TextsAsync(to, "q=crate&limit=1000")).Distinct().Count().ShouldBe(250);
        (await client.EdgesAsync(to, "2021")).ShouldBe(["works_at Acme", "works_at Beta"]);
        (await client.EdgesAsync(to, "2022-06")).ShouldBe(["works_at Beta"]);
        (await client.EdgesAsync(to, "2024")).ShouldBe(["works_at Acme"]);
        (await client.TextsAsync(to, "q=Bob&at=2021")).ShouldBe(["Bob works at Beta"]);
        (await client.TextsAsync(to, "q=Bob&at=2023")).ShouldBeEmpty();
        var again = await client.SendAsync(HttpMethod.Post, "/graph/migrate/session", move);
        again["facts_copied"]!.GetValue<int>().ShouldBe(0);
        using var other = server.Client(await server.NewKeyAsync());
        await other.RefusedAsync(HttpMethod.Get, $"/graph/tasks/{moved["task_id"]}", 404);
    }

    [Theory, OnEachDatabase]
    public async Task A_session_that_is_copied_again_brings_what_is_missing_and_no_more(
        Dialect dialect
    )
    {
        await using var server = await TestServer.StartAsync(dialect);
        using var client = server.Client();
        var from = await client.DefaultGraphAsync();
        var to = (await client.SendAsync(HttpMethod.Post, "/graph", """{"name":"other"}"""))[
            "id"
        ]!.ToString();
        var copy = $$"""{"session_id":"s","from_graph_id":"{{from}}","to_graph_id":"{{to}}"}""";
        await client.SayAsync(from, """{"fact":"It rains","session_id":"s"}""");
        await client.SayAsync(from, """{"fact":"It rains","session_id":"s"}""");
        await CopiesAsync(2);
        await CopiesAsync(0);
        var changed = await client.SayAsync(from, """{"fact":"It pours","session_id":"s"}""");
        await CopiesAsync(1);
        await client.ChangeAsync(changed, "\"fact\":\"It snows\"");
        await CopiesAsync(1);
        await CopiesAsync(0);

        (await client.TextsAsync(to, "")).Order(StringComparer.Ordinal)
            .ShouldBe(["It pours", "It rains", "It rains", "It snows"]);
        (await client.TextsAsync(from, "")).Count.ShouldBe(3);

        async Task CopiesAsync(int count) =>
            (await client.SendAsync(HttpMethod.Post, "/graph/migrate/session", copy))[
                "facts_copied"
            ]!
                .GetValue<int>()
                .ShouldBe(count);
    }

    [Theory, OnEachDatabase]
    public async Task Graphs_are_emptied_and_removed_and_administrators_see_the_counts(
        Dialect dialect
    )
    {
        await using var server = await TestServer.StartAsync(dialect);
        using var client = server.Client();
        var graph = await client.DefaultGraphAsync();
        var other = (await client.SendAsync(HttpMethod.Post, "/graph", """{"name":"other"}"""))[
            "id"
        ]!;
        foreach (var one in new[] { graph, other.ToString() })
            await client.SendAsync(
                HttpMethod.Post,
                $"/graph/{one}/facts",
                """{"fact":"Alice works at Acme"}"""
            );
        var before = await client.ReadAsync("/graph/debug");
        before["facts"]!.GetValue<int>().ShouldBe(2);
        before["index"]!["complete"]!.GetValue<bool>().ShouldBeTrue();

        await client.SendAsync(HttpMethod.Delete, $"/graph/{graph}");
        await client.SendAsync(HttpMethod.Delete, $"/graph/{other}");

        await client.RefusedAsync(HttpMethod.Get, $"/graph/{other}", 403);
        (await client.ReadAsync($"/graph/{graph}/facts")).AsArray().ShouldBeEmpty();
        await server.WorkDoneAsync();
        var after = await client.ReadAsync("/graph/debug");
        foreach (var count in new[] { "facts", "nodes", "episodes", "tasks_waiting" })
            after[count]!.GetValue<int>().ShouldBe(0, count);
        using var user = server.Client(await server.NewKeyAsync());
        await user.RefusedAsync(HttpMethod.Get, "/graph/debug", 403);
    }

    [Fact]
    public async Task What_a_user_says_a_node_is_stays_so()
    {
        await using var server = await TestServer.StartAsync();
        using var client = server.Client();
        var graph = await client.DefaultGraphAsync();
        var facts = $"/graph/{graph}/facts";
        await client.SendAsync(HttpMethod.Post, facts, """{"fact":"Alice works at Acme"}""");
        var nodes = (await client.ReadAsync($"/graph/{graph}/nodes")).AsArray();
        var acme = nodes.Single(node => node!["name"]!.ToString() == "Acme")!["id"];
        await client.SendAsync(
            HttpMethod.Patch,
            $"/graph/{graph}/nodes/{acme}",
            """{"type":"place"}"""
        );

        var written = await client.SendAsync(
            HttpMethod.Post,
            facts,
            """{"fact":"Bob works at Acme"}"""
        );

        var found = await client.ReadAsync($"/graph/{graph}/nodes/{acme}");
        (found["type"]!.ToString(), found["source"]!.ToString()).ShouldBe(("place", "user"));
        found["edges"]!.AsArray().Count.ShouldBe(2);
        written[0]!["object"]!.ToString().ShouldBe("Acme");
    }
}
