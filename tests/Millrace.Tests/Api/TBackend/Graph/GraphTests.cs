using System.Net;
using System.Text.Json.Nodes;
using Millrace.Core.Storage;
using Millrace.Testing;

namespace Millrace.Tests.Api.TBackend.Graph;

public sealed class GraphTests
{
    [Theory, OnEachDatabase]
    public async Task A_new_key_has_a_graph_whose_facts_are_listed_and_found_at_once(
        Dialect dialect
    )
    {
        await using var server = await TestServer.StartAsync(dialect);
        using var client = server.Client(await server.NewKeyAsync());
        var graph = await client.DefaultGraphAsync();

        var written = await client.SendAsync(
            HttpMethod.Post,
            $"/graph/{graph}/facts",
            """[{"fact":"Bob moved to Oslo in 2021","metadata":{"a":1}},{"fact":"The sky is blue","session_id":"s"}]"""
        );
        var listed = await client.ReadAsync($"/graph/{graph}/facts");
        var found = await client.ReadAsync($"/graph/{graph}/query?query=where+does+Bob+live");

        written
            .AsArray()
            .Select(fact => fact!["fact"]!.ToString())
            .ShouldBe(["Bob moved to Oslo in 2021", "The sky is blue"]);
        written[0]!["predicate"]!.ToString().ShouldBe("lives_in");
        written[0]!["valid_from"]!.ToString().ShouldBe("2021-01-01T00:00:00Z");
        written[0]!["metadata"]!["a"]!.GetValue<int>().ShouldBe(1);
        listed.AsArray().Count.ShouldBe(2);
        (await client.ReadAsync($"/graph/{graph}/facts?session_id=s")).AsArray().Count.ShouldBe(1);
        (await client.ReadAsync($"/graph/{graph}/facts?q=blue+sky")).AsArray().Count.ShouldBe(1);
        found["results"]![0]!["text"]!.ToString().ShouldBe("Bob moved to Oslo in 2021");
        found["edges"]![0]!["target_name"]!.ToString().ShouldBe("Oslo");
        found["nodes"]!.AsArray().Count.ShouldBe(2);
        var shown = await client.ReadAsync($"/graph/{graph}");
        shown["fact_count"]!.GetValue<int>().ShouldBe(2);
        shown["edge_count"]!.GetValue<int>().ShouldBe(1);
        shown["is_default"]!.GetValue<bool>().ShouldBeTrue();
    }

    [Theory, OnEachDatabase]
    public async Task Alice_is_at_the_employer_of_the_time_that_is_asked_about(Dialect dialect)
    {
        await using var server = await TestServer.StartAsync(dialect);
        using var client = server.Client();
        var graph = await client.DefaultGraphAsync();
        var facts = $"/graph/{graph}/facts";
        var first = await client.SendAsync(
            HttpMethod.Post,
            facts,
            """{"fact":"Alice works at Acme","valid_from":"2020"}"""
        );
        var known = Uri.EscapeDataString(first[0]!["created_at"]!.ToString());
        await Task.Yield();
        await client.SendAsync(
            HttpMethod.Post,
            facts,
            """{"facts":[{"fact":"Alice left Acme in May 2024 and joined Beta"}]}"""
        );

        (await client.EmployerAsync(graph, "at=2022")).ShouldBe("Acme");
        (await client.EmployerAsync(graph, "at=2025")).ShouldBe("Beta");
        (await client.EmployerAsync(graph, $"at=2025&known_at={known}")).ShouldBe("Acme");
        var old = await client.ReadAsync($"/graph/facts/{first[0]!["id"]}");
        old["history"]!.AsArray().Count.ShouldBe(2);
        old["superseded_by"]!.ToString().ShouldBe(old["history"]![1]!["id"]!.ToString());
        var memory = await client.ReadAsync($"/graph/memory/{old["memory_id"]}");
        memory["text"]!.ToString().ShouldBe("Alice works at Acme");
    }

    [Theory, OnEachDatabase]
    public async Task Facts_are_changed_taken_back_and_erased(Dialect dialect)
    {
        await using var server = await TestServer.StartAsync(dialect);
        using var client = server.Client();
        var graph = await client.DefaultGraphAsync();
        var facts = $"/graph/{graph}/facts";
        var id = (await client.SendAsync(HttpMethod.Post, facts, """{"fact":"Alice likes tea"}"""))[
            0
        ]!["id"];
        var changed = await client.SendAsync(
            HttpMethod.Post,
            "/graph/facts/update",
            $$"""{"fact_id":"{{id}}","fact":"Alice likes coffee","confidence":0.5}"""
        );
        changed["confidence"]!.GetValue<double>().ShouldBe(0.5);
        (await client.ReadAsync(facts))[0]!["fact"]!.ToString().ShouldBe("Alice likes coffee");
        await client.RefusedAsync(
            HttpMethod.Post,
            "/graph/facts/update",
            409,
            $$"""{"fact_id":"{{id}}","fact":"again"}"""
        );

        var taken = await client.SendAsync(HttpMethod.Delete, $"{facts}/{changed["id"]}");
        taken["deleted"]!.GetValue<bool>().ShouldBeTrue();
        (await client.ReadAsync(facts)).AsArray().ShouldBeEmpty();
        (await client.ReadAsync($"{facts}?include_invalid=true")).AsArray().Count.ShouldBe(2);
        await client.SendAsync(HttpMethod.Delete, $"/graph/facts/{id}?hard=true");
        (await client.ReadAsync($"{facts}?include_invalid=true")).AsArray().ShouldBeEmpty();
        await client.RefusedAsync(HttpMethod.Get, $"/graph/facts/{id}", 404);
    }

    [Theory, OnEachDatabase]
    public async Task Of_a_batch_with_a_fact_that_ends_before_it_begins_nothing_is_kept(
        Dialect dialect
    )
    {
        const string Good = """{"fact":"Alice works at Acme"}""";
        const string Bad = """{"fact":"Bob works at Beta","valid_from":"2024","valid_to":"2020"}""";
        await using var server = await TestServer.StartAsync(dialect);
        using var client = server.Client();
        var graph = await client.DefaultGraphAsync();
        var before = await client.AllOfAsync(graph);

        foreach (
            var body in (string[])
                [$"[{Good},{Bad}]", $"[{Bad},{Good}]", $$"""{"facts":[{{Good}},{{Bad}}]}""", Bad]
        )
            (await client.RefusedAsync(HttpMethod.Post, $"/graph/{graph}/facts", 400, body))[
                "detail"
            ]!
                .ToString()
                .ShouldBe("valid_to must be later than valid_from.");

        (await client.AllOfAsync(graph)).ShouldBe(before);
        (await client.ReadAsync("/graph/search?query=Alice+Acme"))["count"]!
            .GetValue<int>()
            .ShouldBe(0);
        (await client.SendAsync(HttpMethod.Post, $"/graph/{graph}/facts", Good))
            .AsArray()
            .Count.ShouldBe(1);
    }

    [Theory, OnEachDatabase]
    public async Task Nodes_and_edges_are_made_changed_walked_and_retired(Dialect dialect)
    {
        await using var server = await TestServer.StartAsync(dialect);
        using var client = server.Client();
        var graph = (await client.SendAsync(HttpMethod.Post, "/graph", """{"name":"people"}"""))[
            "id"
        ]!.ToString();
        var ids = new List<string>();
        foreach (var name in new[] { "Ann", "Ben", "Cas" })
            ids.Add(
                (
                    await client.SendAsync(
                        HttpMethod.Post,
                        $"/graph/{graph}/nodes",
                        $$"""{"name":"{{name}}","type":"person"}"""
                    )
                )["id"]!.ToString()
            );
        foreach (var (from, to) in new[] { (0, 1), (1, 2) })
            await client.SendAsync(
                HttpMethod.Post,
                $"/graph/{graph}/edges",
                $$"""{"source_id":"{{ids[from]}}","target_id":"{{ids[to]}}","relation":"knows"}"""
            );

        var path = await client.ReadAsync($"/graph/{graph}/path?from={ids[0]}&to={ids[2]}");
        path["edges"]!
            .AsArray()
            .Select(edge => edge!["fact"]!.ToString())
            .ShouldBe(["Ann knows Ben", "Ben knows Cas"]);
        (await client.ReadAsync($"/graph/{graph}/path?from={ids[0]}&to={ids[2]}&depth=1"))["edges"]!
            .AsArray()
            .ShouldBeEmpty();
        var node = await client.SendAsync(
            HttpMethod.Patch,
            $"/graph/{graph}/nodes/{ids[1]}",
            """{"name":"Benedict","summary":"A friend"}"""
        );
        node["aliases"]!.AsArray().Single()!.ToString().ShouldBe("Ben");
        (await client.ReadAsync($"/graph/{graph}/nodes/{ids[1]}"))["edges"]!
            .AsArray()
            .Count.ShouldBe(2);
        await client.SendAsync(HttpMethod.Delete, $"/graph/{graph}/nodes/{ids[1]}");
        var data = await client.ReadAsync($"/graph/data?graph_id={graph}");
        data["nodes"]!.AsArray().Count.ShouldBe(2);
        data["edges"]!.AsArray().ShouldBeEmpty();
        await client.SendAsync(HttpMethod.Delete, $"/graph/{graph}");
        await client.RefusedAsync(HttpMethod.Get, $"/graph/{graph}", 403);
    }
}

/// <summary>What clients of the graph do.</summary>
internal static class GraphClient
{
    public static async Task<string> DefaultGraphAsync(this HttpClient client) =>
        (await client.ReadAsync("/graph/accessible"))["graphs"]![0]!["id"]!.ToString();

    public static Task<JsonNode> ReadAsync(this HttpClient client, string path) =>
        client.SendAsync(HttpMethod.Get, path);

    public static async Task<JsonNode> SendAsync(
        this HttpClient client,
        HttpMethod method,
        string path,
        string? body = null,
        int status = 200
    )
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
            request.Content = Wire.Json(body);
        using var answer = await client.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        ((int)answer.StatusCode).ShouldBe(status, $"{method} {path} {text}");
        return JsonNode.Parse(text)!;
    }

    public static Task<JsonNode> RefusedAsync(
        this HttpClient client,
        HttpMethod method,
        string path,
        int status,
        string? body = null
    ) => client.SendAsync(method, path, body, status);

    /// <summary>Writes a fact, and gives its id.</summary>
    public static async Task<string> SayAsync(this HttpClient client, string graph, string fact) =>
        (await client.SendAsync(HttpMethod.Post, $"/graph/{graph}/facts", fact))[0]![
            "id"
        ]!.ToString();

    /// <summary>Changes a fact, and gives the id of its new version.</summary>
    public static async Task<string> ChangeAsync(
        this HttpClient client,
        string id,
        string change
    ) =>
        (
            await client.SendAsync(
                HttpMethod.Post,
                "/graph/facts/update",
                $$"""{"fact_id":"{{id}}",{{change}}}"""
            )
        )["id"]!.ToString();

    /// <summary>The facts of a graph, by a query.</summary>
    public static async Task<List<string>> TextsAsync(
        this HttpClient client,
        string graph,
        string query
    ) =>
        [
            .. (await client.ReadAsync($"/graph/{graph}/facts?{query}"))
                .AsArray()
                .Select(fact => fact!["fact"]!.ToString()),
        ];

    /// <summary>The relations that hold at a time, and what they lead to.</summary>
    public static async Task<List<string>> EdgesAsync(
        this HttpClient client,
        string graph,
        string at
    ) =>
        [
            .. (await client.ReadAsync($"/graph/{graph}/edges?at={at}"))
                .AsArray()
                .Select(edge => $"{edge!["relation"]} {edge["target_name"]}")
                .Order(StringComparer.Ordinal),
        ];

    /// <summary>All that a graph shows of itself, all its versions included.</summary>
    public static async Task<string> AllOfAsync(this HttpClient client, string graph)
    {
        var texts = new List<string>();
        foreach (
            var path in (string[])
                [
                    "",
                    "/facts?include_invalid=true",
                    "/edges?include_invalid=true",
                    "/nodes",
                    "/sessions",
                ]
        )
            texts.Add(await client.GetStringAsync($"/graph/{graph}{path}"));
        return string.Join('\n', texts);
    }

    public static async Task<string> EmployerAsync(
        this HttpClient client,
        string graph,
        string times
    )
    {
        var answer = await client.ReadAsync(
            $"/graph/{graph}/query?query=where+does+Alice+work&{times}"
        );
        return answer["edges"]!.AsArray().ShouldHaveSingleItem()!["target_name"]!.ToString();
    }
}
