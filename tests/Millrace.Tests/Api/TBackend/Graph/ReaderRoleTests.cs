using Millrace.Core.Storage;
using Millrace.Testing;

namespace Millrace.Tests.Api.TBackend.Graph;

/// <summary>A grant to read is one to read. (t-backend §14.5)</summary>
public sealed class ReaderRoleTests
{
    // Ids stand in capitals. A route that writes and is not named here fails the test.
    private static readonly Dictionary<string, string?> Writes = new(StringComparer.Ordinal)
    {
        ["PATCH /graph/{graph_id}"] = """{"name":"mine"}""",
        ["DELETE /graph/{graph_id}"] = null,
        ["POST /graph/{graph_id}/share"] = """{"key_id":1,"role":"writer"}""",
        ["POST /graph/{graph_id}/facts"] = """{"fact":"Bob works at Beta"}""",
        ["DELETE /graph/{graph_id}/facts/{fact_id}"] = null,
        ["DELETE /graph/facts/{fact_id}"] = null,
        ["POST /graph/facts/update"] = """{"fact_id":"FACT","fact":"Alice works at Beta"}""",
        ["POST /graph/{graph_id}/nodes"] = """{"name":"Bob"}""",
        ["PATCH /graph/{graph_id}/nodes/{node_id}"] = """{"name":"Bob"}""",
        ["DELETE /graph/{graph_id}/nodes/{node_id}"] = null,
        ["POST /graph/{graph_id}/edges"] =
            """{"source_id":"NODE","target_id":"NODE","relation":"knows"}""",
        ["PATCH /graph/{graph_id}/edges/{edge_id}"] = """{"fact":"Alice works at Beta"}""",
        ["DELETE /graph/{graph_id}/edges/{edge_id}"] = null,
        ["POST /graph/{graph_id}/consolidate"] = null,
        ["POST /graph/reprocess/graph/{graph_id}"] = null,
        ["POST /graph/sessions/map"] = """{"session_id":"s","graph_id":"GRAPH"}""",
        ["POST /graph/migrate/session"] =
            """{"session_id":"own","from_graph_id":"OWN","to_graph_id":"GRAPH"}""",
    };

    // What they write is the caller's.
    private static readonly string[] OfTheCaller =
    [
        "POST /graph",
        "POST /graph/reprocess/session/{session_id}",
    ];

    [Theory, OnEachDatabase]
    public async Task Who_may_read_a_graph_writes_nothing_to_it(Dialect dialect)
    {
        await using var server = await TestServer.StartAsync(dialect);
        using var owner = server.Client();
        using var reader = server.Client(await server.NewKeyAsync(new() { Owner = "reader" }));
        var graph = await owner.DefaultGraphAsync();
        var own = await reader.DefaultGraphAsync();
        await owner.SendAsync(
            HttpMethod.Post,
            $"/graph/{graph}/facts",
            """{"fact":"Alice works at Acme","session_id":"s"}"""
        );
        await reader.SendAsync(
            HttpMethod.Post,
            $"/graph/{own}/facts",
            """{"fact":"Cas works at Acme","session_id":"own"}"""
        );
        await owner.SendAsync(
            HttpMethod.Post,
            $"/graph/{graph}/share",
            """{"owner":"reader","role":"reader"}"""
        );
        var edge = (await reader.ReadAsync($"/graph/{graph}/edges"))[0]!;
        var ids = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["graph_id"] = graph,
            ["fact_id"] = (await reader.ReadAsync($"/graph/{graph}/facts"))[0]!["id"]!.ToString(),
            ["edge_id"] = edge["id"]!.ToString(),
            ["node_id"] = edge["source_id"]!.ToString(),
        };
        var before = await owner.AllOfAsync(graph);

        foreach (var route in server.Routes().Where(IsWrite))
        {
            var body = Writes[route.ToString()]
                ?.Replace("FACT", ids["fact_id"], StringComparison.Ordinal)
                .Replace("NODE", ids["node_id"], StringComparison.Ordinal)
                .Replace("GRAPH", graph, StringComparison.Ordinal)
                .Replace("OWN", own, StringComparison.Ordinal);
            await RefusedAsync(new(route.Method), route.Path(name => ids[name]), body);
        }
        foreach (var path in new[] { "/graph", $"/graph/{graph}" })
            await RefusedAsync(HttpMethod.Delete, $"{path}/facts/{ids["fact_id"]}?hard=true", null);
        await RefusedAsync(HttpMethod.Post, $"/graph/{graph}/consolidate", """{"dry_run":true}""");
        // A move would take the facts back where they were.
        await RefusedAsync(
            HttpMethod.Post,
            "/graph/migrate/session",
            $$"""{"session_id":"s","from_graph_id":"{{graph}}","to_graph_id":"{{own}}","copy":false}"""
        );
        await reader.SayAsync(new { message = "My dentist is Weiss.", session_id = "s" });
        await server.WorkDoneAsync();

        (await owner.AllOfAsync(graph)).ShouldBe(before);
        (await reader.ReadAsync($"/graph/{graph}/facts")).AsArray().Count.ShouldBe(1);
        (await reader.ReadAsync($"/graph/{graph}/sessions"))["sessions"]!.AsArray().ShouldBeEmpty();
        (await reader.ReadAsync($"/graph/{own}/facts")).AsArray().Count.ShouldBe(2);

        Task RefusedAsync(HttpMethod method, string path, string? body) =>
            reader.RefusedAsync(method, path, 403, body);
    }

    private static bool IsWrite(MappedRoute route) =>
        route.Pattern.StartsWith("/graph", StringComparison.Ordinal)
        && route.Method is not ("GET" or "HEAD")
        && !OfTheCaller.Contains(route.ToString());
}
