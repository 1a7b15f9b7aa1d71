using System.Text.Json;
using System.Text.Json.Nodes;
using Millrace.Core.Storage;
using Millrace.Testing;

namespace Millrace.Tests.Api.TBackend.Graph;

/// <summary>What is just within a limit of the graph is taken, and what is just beyond it is not. (t-backend §7)</summary>
public sealed class GraphLimitTests
{
    [Theory, OnEachDatabase]
    public async Task A_fact_has_at_most_8000_code_points(Dialect dialect)
    {
        await using var server = await TestServer.StartAsync(dialect);
        using var client = server.Client();
        var facts = $"/graph/{await client.DefaultGraphAsync()}/facts";
        // Each is one code point of two UTF-16 units and four bytes.
        var longest = string.Concat(Enumerable.Repeat("\U0001F426", 8_000));

        var written = await client.SendAsync(HttpMethod.Post, facts, Fact(longest));
        var refused = await client.RefusedAsync(
            HttpMethod.Post,
            facts,
            422,
            $"[{Fact(longest + "x")}]"
        );
        await client.RefusedAsync(
            HttpMethod.Post,
            "/graph/facts/update",
            422,
            Body(new { fact_id = written[0]!["id"]!.ToString(), fact = longest + "x" })
        );

        refused["detail"]![0]!["loc"]!.ToJsonString().ShouldBe("""["body",0,"fact"]""");
        refused["detail"]![0]!["type"]!.ToString().ShouldBe("string_too_long");
        refused["detail"]![0]!["ctx"]!["max_length"]!.GetValue<int>().ShouldBe(8_000);
        (await client.ReadAsync(facts)).AsArray().ShouldHaveSingleItem()!["fact"]!
            .ToString()
            .ShouldBe(longest);
    }

    [Theory, OnEachDatabase]
    public async Task A_request_writes_at_most_1000_facts(Dialect dialect)
    {
        await using var server = await TestServer.StartAsync(dialect);
        using var client = server.Client();
        var graph = await client.DefaultGraphAsync();
        var facts = $"/graph/{graph}/facts";

        var refused = await client.RefusedAsync(HttpMethod.Post, facts, 422, Many(1_001));
        await client.RefusedAsync(HttpMethod.Post, facts, 422, $$"""{"facts":{{Many(1_001)}}}""");
        (await client.ReadAsync(facts)).AsArray().ShouldBeEmpty();
        var written = await client.SendAsync(HttpMethod.Post, facts, Many(1_000));

        refused["detail"]![0]!["ctx"]!["max_length"]!.GetValue<int>().ShouldBe(1_000);
        written
            .AsArray()
            .Select(fact => fact!["fact"]!.ToString())
            .ShouldBe(Enumerable.Range(0, 1_000).Select(at => $"Crate {at} is full"));
        var listed = (await client.ReadAsync($"{facts}?limit=1000")).AsArray();
        listed
            .Select(fact => fact!["id"]!.ToString())
            .Order(StringComparer.Ordinal)
            .ShouldBe(
                written
                    .AsArray()
                    .Select(fact => fact!["id"]!.ToString())
                    .Order(StringComparer.Ordinal)
            );
        (await client.ReadAsync($"/graph/{graph}"))["fact_count"]!.GetValue<int>().ShouldBe(1_000);
        await client.RefusedAsync(HttpMethod.Get, $"{facts}?limit=1001", 422);

        static string Many(int count) =>
            $"[{string.Join(',', Enumerable.Range(0, count).Select(at => Fact($"Crate {at} is full")))}]";
    }

    [Theory, OnEachDatabase]
    public async Task Names_have_at_most_500_characters_and_sessions_256(Dialect dialect)
    {
        await using var server = await TestServer.StartAsync(dialect);
        using var client = server.Client();
        var graph = await client.DefaultGraphAsync();
        var (name, session) = (new string('n', 500), new string('s', 256));

        var node = await client.SendAsync(
            HttpMethod.Post,
            $"/graph/{graph}/nodes",
            Body(new { name })
        );
        var fact = await client.SendAsync(
            HttpMethod.Post,
            $"/graph/{graph}/facts",
            Body(
                new
                {
                    fact = "They met",
                    subject = name,
                    session_id = session,
                }
            )
        );

        node["name"]!.ToString().ShouldBe(name);
        fact[0]!["subject"]!.ToString().ShouldBe(name);
        fact[0]!["session_id"]!.ToString().ShouldBe(session);
        await TooLongAsync("nodes", new { name = name + "n" }, "name");
        await TooLongAsync("facts", new { fact = "They met", subject = name + "n" }, "subject");
        await TooLongAsync(
            "facts",
            new { fact = "They met", session_id = session + "s" },
            "session_id"
        );
        (await client.ReadAsync($"/graph/{graph}/facts")).AsArray().Count.ShouldBe(1);
        (await client.ReadAsync($"/graph/{graph}/nodes")).AsArray().Count.ShouldBe(1);

        async Task TooLongAsync(string route, object body, string field)
        {
            var refused = await client.RefusedAsync(
                HttpMethod.Post,
                $"/graph/{graph}/{route}",
                422,
                Body(body)
            );
            var error = refused["detail"]!.AsArray().ShouldHaveSingleItem()!;
            error["type"]!.ToString().ShouldBe("string_too_long");
            error["loc"]!.AsArray()[^1]!.ToString().ShouldBe(field);
        }
    }

    private static string Fact(string text) => Body(new { fact = text });

    private static string Body(object value) => JsonSerializer.Serialize(value);
}
