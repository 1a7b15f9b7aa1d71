using Millrace.Core.Storage;
using Millrace.Testing;

namespace Millrace.Tests.Api.TBackend.Graph;

/// <summary>Facts that are changed, and the relations in them. (t-backend §14.2)</summary>
public sealed class FactChangeTests
{
    [Theory, OnEachDatabase]
    public async Task The_relations_of_a_statement_end_with_it_and_it_with_each_of_them(
        Dialect dialect
    )
    {
        await using var server = await TestServer.StartAsync(dialect);
        using var client = server.Client();
        var graph = await client.DefaultGraphAsync();
        var id = await client.SayAsync(
            graph,
            """{"fact":"Alice works at Acme and lives in Oslo","valid_from":"2020"}"""
        );

        var ended = await client.ChangeAsync(id, "\"valid_to\":\"2024\"");
        (await client.EdgesAsync(graph, "2023")).ShouldBe(["lives_in Oslo", "works_at Acme"]);
        (await client.EdgesAsync(graph, "2025")).ShouldBeEmpty();
        var reopened = await client.ChangeAsync(ended, "\"valid_to\":null");
        (await client.EdgesAsync(graph, "2025")).ShouldBe(["lives_in Oslo", "works_at Acme"]);
        await client.ChangeAsync(reopened, "\"valid_from\":\"2022\",\"confidence\":0.5");
        (await client.EdgesAsync(graph, "2021")).ShouldBeEmpty();
        var edges = (await client.ReadAsync($"/graph/{graph}/edges?at=2025")).AsArray();
        edges.Select(edge => edge!["confidence"]!.GetValue<double>()).ShouldBe([0.5, 0.5]);

        await client.SendAsync(
            HttpMethod.Patch,
            $"/graph/{graph}/edges/{edges[0]!["id"]}",
            """{"valid_to":"2024"}"""
        );
        (await client.EdgesAsync(graph, "2025")).Count.ShouldBe(1);
        (await client.TextsAsync(graph, "at=2023")).Count.ShouldBe(1);
        (await client.TextsAsync(graph, "at=2025")).ShouldBeEmpty();
    }

    [Theory, OnEachDatabase]
    public async Task A_new_text_is_read_as_a_new_statement(Dialect dialect)
    {
        await using var server = await TestServer.StartAsync(dialect);
        using var client = server.Client();
        var graph = await client.DefaultGraphAsync();
        var id = await client.SayAsync(graph, """{"fact":"The sky is blue","valid_from":"2020"}""");

        id = await client.ChangeAsync(id, "\"fact\":\"Alice works at Acme\"");
        (await client.EdgesAsync(graph, "2021")).ShouldBe(["works_at Acme"]);
        id = await client.ChangeAsync(
            id,
            "\"fact\":\"Alice works at Beta and lives in Rome since 2022\""
        );
        (await client.EdgesAsync(graph, "2021")).ShouldBeEmpty();
        (await client.EdgesAsync(graph, "2023")).ShouldBe(["lives_in Rome", "works_at Beta"]);
        (await client.TextsAsync(graph, "at=2021")).ShouldBeEmpty();
        id = await client.ChangeAsync(id, "\"fact\":\"Alice lives in Rome until March 2024\"");
        (await client.EdgesAsync(graph, "2023")).ShouldBe(["lives_in Rome"]);
        (await client.EdgesAsync(graph, "2025")).ShouldBeEmpty();
        await client.ChangeAsync(id, "\"fact\":\"Nobody knows\"");
        (await client.EdgesAsync(graph, "2023")).ShouldBeEmpty();
        var shown = await client.ReadAsync($"/graph/{graph}");
        shown["fact_count"]!.GetValue<int>().ShouldBe(1);
        shown["edge_count"]!.GetValue<int>().ShouldBe(0);
    }

    [Theory, OnEachDatabase]
    public async Task What_a_text_no_longer_says_it_has_not_ended(Dialect dialect)
    {
        await using var server = await TestServer.StartAsync(dialect);
        using var client = server.Client();
        var graph = await client.DefaultGraphAsync();
        await client.SayAsync(graph, """{"fact":"Alice works at Acme","valid_from":"2020"}""");
        var wrong = await client.SayAsync(
            graph,
            """{"fact":"Alice works at Beta","valid_from":"2022"}"""
        );

        await client.ChangeAsync(wrong, "\"fact\":\"Bob works at Beta\"");

        (await client.EdgesAsync(graph, "2023")).ShouldBe(["works_at Acme", "works_at Beta"]);
    }

    [Theory, OnEachDatabase]
    public async Task The_object_of_a_given_relation_is_the_one_that_the_new_text_names(
        Dialect dialect
    )
    {
        await using var server = await TestServer.StartAsync(dialect);
        using var client = server.Client();
        var graph = await client.DefaultGraphAsync();
        var manager = await client.SayAsync(
            graph,
            """{"fact":"My manager is now Priya.","subject":"user","predicate":"has_manager","object":"Priya"}"""
        );
        var employer = await client.SayAsync(
            graph,
            """{"fact":"Alice is with Acme","subject":"Alice","predicate":"works_at","object":"Acme","valid_from":"2020"}"""
        );

        await client.ChangeAsync(manager, "\"fact\":\"My manager is Priya Nair.\"");
        await client.ChangeAsync(employer, "\"fact\":\"Alice is with Beta\"");
        (await client.EdgesAsync(graph, "2021")).ShouldBe(["works_at Beta"]);
        await client.SayAsync(graph, """{"fact":"Alice works at Gamma","valid_from":"2024"}""");

        (await client.EdgesAsync(graph, "2021")).ShouldBe(["works_at Beta"]);
        (await client.EdgesAsync(graph, "2050")).ShouldBe([
            "has_manager Priya Nair",
            "works_at Gamma",
        ]);
    }
}
