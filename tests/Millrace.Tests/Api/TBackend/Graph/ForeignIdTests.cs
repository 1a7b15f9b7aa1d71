using Millrace.Core.Storage;
using Millrace.Testing;

namespace Millrace.Tests.Api.TBackend.Graph;

/// <summary>Another's ids in bodies, and below a graph of one's own. (t-backend §14.5)</summary>
public sealed class ForeignIdTests
{
    private const string Nothing = "00000000000000000000000000000001";

    private sealed record Ids(string Fact, string Edge, string Node)
    {
        public static Ids OfNothing { get; } = new($"f_{Nothing}", $"e_{Nothing}", $"n_{Nothing}");
    }

    [Theory, OnEachDatabase]
    public async Task They_are_told_like_ids_of_nothing_and_what_they_name_stays_as_it_is(
        Dialect dialect
    )
    {
        await using var server = await TestServer.StartAsync(dialect);
        using var owner = server.Client();
        using var other = server.Client(await server.NewKeyAsync());
        other.DefaultRequestHeaders.Add("X-Request-Id", "foreign");
        var graph = await owner.DefaultGraphAsync();
        var theirs = await WriteAsync(owner, graph, "Alice works at Acme");
        var own = await other.DefaultGraphAsync();
        var mine = await WriteAsync(other, own, "Bob works at Beta");
        var (before, ownBefore) = (await owner.AllOfAsync(graph), await other.AllOfAsync(own));

        var foreign = Asked(own, mine.Node, theirs).ToList();
        var unknown = Asked(own, mine.Node, Ids.OfNothing).ToList();
        foreach (var (asked, alike) in foreign.Zip(unknown))
            (await RefusalAsync(other, asked)).ShouldBe(
                await RefusalAsync(other, alike),
                $"{asked.Method} {asked.Path} {asked.Body}"
            );

        (await owner.AllOfAsync(graph)).ShouldBe(before);
        (await other.AllOfAsync(own)).ShouldBe(ownBefore);
    }

    [Theory, OnEachDatabase]
    public async Task No_session_is_mapped_or_brought_to_or_from_anothers_graph(Dialect dialect)
    {
        await using var server = await TestServer.StartAsync(dialect);
        using var owner = server.Client();
        using var other = server.Client(await server.NewKeyAsync());
        var graph = await owner.DefaultGraphAsync();
        await WriteAsync(owner, graph, "Alice works at Acme");
        var own = await other.DefaultGraphAsync();
        await WriteAsync(other, own, "Bob works at Beta");
        var (before, ownBefore) = (await owner.AllOfAsync(graph), await other.AllOfAsync(own));

        foreach (var id in new[] { graph, $"g_{Nothing}", "nonsense" })
        {
            var map = $$"""{"session_id":"s","graph_id":"{{id}}"}""";
            await RefusedAsync("/graph/sessions/map", map);
            foreach (var (from, to) in new[] { (id, own), (own, id) })
            foreach (var copy in new[] { "true", "false" })
                await RefusedAsync(
                    "/graph/migrate/session",
                    $$"""{"session_id":"s","from_graph_id":"{{from}}","to_graph_id":"{{to}}","copy":{{copy}}}"""
                );
        }

        (await owner.AllOfAsync(graph)).ShouldBe(before);
        (await other.AllOfAsync(own)).ShouldBe(ownBefore);
        // The session is still its own graph's.
        await other.SayAsync(new { message = "My dentist is Weiss.", session_id = "s" });
        await server.WorkDoneAsync();
        (await owner.AllOfAsync(graph)).ShouldBe(before);
        (await other.ReadAsync($"/graph/{own}/facts")).AsArray().Count.ShouldBe(2);

        async Task RefusedAsync(string path, string body) =>
            (await other.RefusedAsync(HttpMethod.Post, path, 403, body))["detail"]!
                .ToString()
                .ShouldBe("This API key may not have access to that graph.");
    }

    private sealed record Request(HttpMethod Method, string Path, string? Body = null);

    /// <summary>Everything that names a fact, an edge or a node otherwise than below its own graph.</summary>
    private static IEnumerable<Request> Asked(string own, string node, Ids ids)
    {
        foreach (var id in new[] { ids.Fact, ids.Edge })
        {
            yield return new(
                HttpMethod.Post,
                "/graph/facts/update",
                $$"""{"fact_id":"{{id}}","fact":"Alice works at Beta"}"""
            );
            yield return new(HttpMethod.Get, $"/graph/facts/{id}");
            yield return new(HttpMethod.Get, $"/graph/{own}/edges/{id}");
            yield return new(
                HttpMethod.Patch,
                $"/graph/{own}/edges/{id}",
                """{"fact":"Alice works at Beta"}"""
            );
            yield return new(HttpMethod.Delete, $"/graph/{own}/edges/{id}");
            foreach (var hard in new[] { "", "?hard=true" })
            {
                yield return new(HttpMethod.Delete, $"/graph/facts/{id}{hard}");
                yield return new(HttpMethod.Delete, $"/graph/{own}/facts/{id}{hard}");
            }
        }
        yield return new(HttpMethod.Get, $"/graph/{own}/nodes/{ids.Node}");
        yield return new(
            HttpMethod.Patch,
            $"/graph/{own}/nodes/{ids.Node}",
            """{"name":"Mallory"}"""
        );
        yield return new(HttpMethod.Delete, $"/graph/{own}/nodes/{ids.Node}");
        foreach (var (from, to) in new[] { (ids.Node, node), (node, ids.Node) })
        {
            yield return new(HttpMethod.Get, $"/graph/{own}/path?from={from}&to={to}");
            yield return new(
                HttpMethod.Post,
                $"/graph/{own}/edges",
                $$"""{"source_id":"{{from}}","target_id":"{{to}}","relation":"knows"}"""
            );
        }
    }

    private static async Task<string> RefusalAsync(HttpClient client, Request asked)
    {
        using var request = new HttpRequestMessage(asked.Method, asked.Path);
        if (asked.Body is not null)
            request.Content = Wire.Json(asked.Body);
        using var answer = await client.SendAsync(request);
        ((int)answer.StatusCode).ShouldBe(404, $"{asked.Method} {asked.Path} {asked.Body}");
        return await answer.Content.ReadAsStringAsync();
    }

    /// <summary>Writes a relation, and tells what it and one of its ends are called.</summary>
    private static async Task<Ids> WriteAsync(HttpClient client, string graph, string fact)
    {
        await client.SendAsync(
            HttpMethod.Post,
            $"/graph/{graph}/facts",
            $$"""{"fact":"{{fact}}","session_id":"s"}"""
        );
        var written = (await client.ReadAsync($"/graph/{graph}/facts"))[0]!;
        var edge = (await client.ReadAsync($"/graph/{graph}/edges"))[0]!;
        return new(
            written["id"]!.ToString(),
            edge["id"]!.ToString(),
            edge["source_id"]!.ToString()
        );
    }
}
