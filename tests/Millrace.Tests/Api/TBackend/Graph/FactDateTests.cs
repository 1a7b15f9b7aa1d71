using System.Text.Json.Nodes;
using Millrace.Core.Storage;
using Millrace.Testing;

namespace Millrace.Tests.Api.TBackend.Graph;

/// <summary>Since when and until when facts are so: as their writer says, else as their text does. (t-backend §14.6)</summary>
public sealed class FactDateTests
{
    [Theory, OnEachDatabase]
    public async Task Dates_in_the_text_are_read(Dialect dialect)
    {
        await using var server = await TestServer.StartAsync(dialect);
        using var client = server.Client();
        var graph = await client.DefaultGraphAsync();

        (await DatesAsync("""{"fact":"Alice works at Acme since 2019"}""")).ShouldBe(
            ("2019-01-01T00:00:00Z", null)
        );
        (await DatesAsync("""{"fact":"Bob lives in Oslo until March 2024"}""")).ShouldBe(
            (null, "2024-03-01T00:00:00Z")
        );
        (await DatesAsync("""{"fact":"The gate is shut from 2010 to 2015"}""")).ShouldBe(
            ("2010-01-01T00:00:00Z", "2015-01-01T00:00:00Z")
        );
        var (from, to) = await DatesAsync("""{"fact":"The gate is open"}""");
        from.ShouldNotBeNull();
        to.ShouldBeNull();
        (await CountAsync("2018-12-31")).ShouldBe(1);
        (await CountAsync("2019-01-01")).ShouldBe(2);
        (await CountAsync("2024-02-29")).ShouldBe(2);
        (await CountAsync("2024-03-01")).ShouldBe(1);

        Task<(string?, string?)> DatesAsync(string fact) => WriteAsync(client, graph, fact);

        async Task<int> CountAsync(string at) =>
            (await client.ReadAsync($"/graph/{graph}/facts?at={at}")).AsArray().Count;
    }

    [Theory, OnEachDatabase]
    public async Task Dates_that_are_given_go_before_those_in_the_text(Dialect dialect)
    {
        await using var server = await TestServer.StartAsync(dialect);
        using var client = server.Client();
        var graph = await client.DefaultGraphAsync();

        // The text begins after the end that is given, or ends before the beginning that is.
        (
            await DatesAsync("""{"fact":"Alice works at Acme since 2022","valid_to":"2021"}""")
        ).ShouldBe((null, "2021-01-01T00:00:00Z"));
        (
            await DatesAsync("""{"fact":"The gate is shut since 2022","valid_to":"2021-06-01"}""")
        ).ShouldBe((null, "2021-06-01T00:00:00Z"));
        (
            await DatesAsync("""{"fact":"Bob lives in Oslo until 2020","valid_from":"2021"}""")
        ).ShouldBe(("2021-01-01T00:00:00Z", null));
        // One is given and the other is read.
        (
            await DatesAsync("""{"fact":"Cleo works at Acme since 2019","valid_to":"2023"}""")
        ).ShouldBe(("2019-01-01T00:00:00Z", "2023-01-01T00:00:00Z"));
        (
            await DatesAsync(
                """{"fact":"Dan works at Acme since 2019","valid_from":"2020","valid_to":"2023"}"""
            )
        ).ShouldBe(("2020-01-01T00:00:00Z", "2023-01-01T00:00:00Z"));
        // The parts of a statement, and an edge.
        await DatesAsync(
            """{"fact":"Eve works at Acme since 2022 and lives in Rome","valid_to":"2021"}"""
        );
        var nodes = (await client.ReadAsync($"/graph/{graph}/nodes")).AsArray();
        var ids = nodes.Take(2).Select(node => node!["id"]!.ToString()).ToList();
        var edge = await client.SendAsync(
            HttpMethod.Post,
            $"/graph/{graph}/edges",
            $$"""{"source_id":"{{ids[0]}}","target_id":"{{ids[1]}}","relation":"knows","fact":"They met in 2022","valid_to":"2021"}"""
        );
        Dates(edge).ShouldBe((null, "2021-01-01T00:00:00Z"));
        var parts = (await client.ReadAsync($"/graph/{graph}/edges?include_invalid=true"))
            .AsArray()
            .Where(one => one!["source_name"]!.ToString() == "Eve")
            .ToList();
        parts.Count.ShouldBe(2);
        foreach (var part in parts)
            part!["valid_to"]!.ToString().ShouldBe("2021-01-01T00:00:00Z");

        Task<(string?, string?)> DatesAsync(string fact) => WriteAsync(client, graph, fact);
    }

    /// <summary>Writes a fact, and gives its dates as they are listed.</summary>
    private static async Task<(string? From, string? To)> WriteAsync(
        HttpClient client,
        string graph,
        string fact
    )
    {
        var written = await client.SendAsync(HttpMethod.Post, $"/graph/{graph}/facts", fact);
        var shown = await client.ReadAsync($"/graph/facts/{written[0]!["id"]}");
        Dates(shown).ShouldBe(Dates(written[0]!));
        return Dates(shown);
    }

    private static (string? From, string? To) Dates(JsonNode fact) =>
        (fact["valid_from"]?.ToString(), fact["valid_to"]?.ToString());
}
