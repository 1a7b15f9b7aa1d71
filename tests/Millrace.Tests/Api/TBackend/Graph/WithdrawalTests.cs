using Millrace.Core.Storage;
using Millrace.Testing;

namespace Millrace.Tests.Api.TBackend.Graph;

/// <summary>Facts and edges that are deleted, and what becomes of those that they had ended. (t-backend §14.2)</summary>
public sealed class WithdrawalTests
{
    [Theory, OnEachDatabase]
    public async Task A_fact_or_edge_deleted_by_the_id_that_it_had_first_stands_no_longer(
        Dialect dialect
    )
    {
        await using var server = await TestServer.StartAsync(dialect);
        using var client = server.Client();
        var graph = await client.DefaultGraphAsync();
        foreach (var route in new[] { "facts/f_", "edges/e_" })
        {
            var first = await client.SayAsync(
                graph,
                """{"fact":"Alice works at Acme","valid_from":"2020"}"""
            );
            var second = await client.SayAsync(
                graph,
                """{"fact":"Alice works at Beta","valid_from":"2022","valid_to":"2023"}"""
            );
            (await client.EmployerAsync(graph, "at=2024")).ShouldBe("Acme");

            await client.RefusedAsync(
                HttpMethod.Post,
                "/graph/facts/update",
                409,
                $$"""{"fact_id":"{{first}}","confidence":0.5}"""
            );
            foreach (var _ in new[] { "at once", "and again" })
                (
                    await client.SendAsync(
                        HttpMethod.Delete,
                        $"/graph/{graph}/{route}{first[2..]}"
                    )
                )["deleted"]!
                    .GetValue<bool>()
                    .ShouldBeTrue();

            (await client.TextsAsync(graph, "at=2021")).ShouldBeEmpty();
            (await client.TextsAsync(graph, "at=2022-06")).ShouldBe(["Alice works at Beta"]);
            (await client.TextsAsync(graph, "at=2024")).ShouldBeEmpty();
            await client.SendAsync(HttpMethod.Delete, $"/graph/facts/{second}");
            (await client.ReadAsync($"/graph/{graph}"))["edge_count"]!
                .GetValue<int>()
                .ShouldBe(0);
        }
    }

    [Theory, OnEachDatabase]
    public async Task What_a_fact_had_ended_is_so_again_when_it_is_deleted(Dialect dialect)
    {
        await using var server = await TestServer.StartAsync(dialect);
        using var client = server.Client();
        var graph = await client.DefaultGraphAsync();
        await client.SayAsync(graph, """{"fact":"Alice works at Acme","valid_from":"2020"}""");
        foreach (
            var (wrong, at) in new[]
            {
                ("""{"fact":"Alice works at Beta","valid_from":"2022","valid_to":"2023"}""", "2022-06"),
                ("""{"fact":"Alice works at Beta","valid_from":"2019","valid_to":"2021"}""", "2020-06"),
                ("""{"fact":"Alice works at Beta","valid_from":"2020"}""", "2021"),
                ("""{"fact":"Alice left Acme in May 2024 and joined Beta"}""", "2025"),
                ("""{"fact":"Alice left Acme in May 2024"}""", "2025"),
            }
        )
        foreach (var how in new[] { "", "?hard=true" })
        {
            var id = await client.SayAsync(graph, wrong);
            (await client.EdgesAsync(graph, at)).ShouldNotBe(["works_at Acme"], wrong);

            await client.SendAsync(HttpMethod.Delete, $"/graph/facts/{id}{how}");

            (await client.EdgesAsync(graph, at)).ShouldBe(["works_at Acme"], wrong + how);
            var left = (await client.ReadAsync($"/graph/{graph}/facts")).AsArray();
            var fact = left.ShouldHaveSingleItem(wrong + how)!;
            fact["valid_from"]!.ToString().ShouldBe("2020-01-01T00:00:00Z");
            fact["valid_to"].ShouldBeNull();
        }
    }

    [Theory, OnEachDatabase]
    public async Task What_others_have_said_since_is_not_given_back(Dialect dialect)
    {
        await using var server = await TestServer.StartAsync(dialect);
        using var client = server.Client();
        var graph = await client.DefaultGraphAsync();
        await client.SayAsync(graph, """{"fact":"Alice works at Acme","valid_from":"2020"}""");
        var wrong = await client.SayAsync(
            graph,
            """{"fact":"Alice works at Beta","valid_from":"2022"}"""
        );
        await client.SayAsync(graph, """{"fact":"Alice works at Gamma","valid_from":"2024"}""");

        await client.SendAsync(HttpMethod.Delete, $"/graph/facts/{wrong}");

        (await client.EdgesAsync(graph, "2023")).ShouldBe(["works_at Acme"]);
        (await client.EdgesAsync(graph, "2025")).ShouldBe(["works_at Gamma"]);
    }

    [Theory, OnEachDatabase]
    public async Task A_statement_whose_edge_is_deleted_still_ends_what_it_says_has_ended(
        Dialect dialect
    )
    {
        await using var server = await TestServer.StartAsync(dialect);
        using var client = server.Client();
        var graph = await client.DefaultGraphAsync();
        await client.SayAsync(graph, """{"fact":"Alice works at Acme","valid_from":"2020"}""");
        await client.SayAsync(
            graph,
            """{"fact":"Alice left Acme in May 2024 and joined Beta and moved to Oslo"}"""
        );
        var edge = (await client.ReadAsync($"/graph/{graph}/edges?at=2025"))
            .AsArray()
            .Single(edge => edge!["target_name"]!.ToString() == "Beta")!;

        await client.SendAsync(HttpMethod.Delete, $"/graph/{graph}/edges/{edge["id"]}");

        (await client.EdgesAsync(graph, "2023")).ShouldBe(["works_at Acme"]);
        (await client.EdgesAsync(graph, "2025")).ShouldBe(["lives_in Oslo"]);
    }

    [Theory, OnEachDatabase]
    public async Task A_fact_that_was_merged_with_others_is_deleted_and_erased_with_them(
        Dialect dialect
    )
    {
        await using var server = await TestServer.StartAsync(dialect);
        using var client = server.Client();
        var graph = await client.DefaultGraphAsync();
        foreach (var how in new[] { "", "?hard=true" })
        {
            var ids = new List<string>();
            for (var time = 0; time < 3; time++)
                ids.Add(await client.SayAsync(graph, """{"fact":"Alice founded Acme"}"""));
            var memories = new List<string>();
            foreach (var id in ids)
                memories.Add(
                    (await client.ReadAsync($"/graph/facts/{id}"))["memory_id"]!.ToString()
                );
            await client.SendAsync(HttpMethod.Post, $"/graph/{graph}/consolidate");
            (await client.TextsAsync(graph, "")).Count.ShouldBe(1);

            await client.SendAsync(HttpMethod.Delete, $"/graph/facts/{ids[2]}{how}");

            (await client.TextsAsync(graph, "")).ShouldBeEmpty();
            if (how.Length == 0)
                continue;
            foreach (var id in ids)
                await client.RefusedAsync(HttpMethod.Get, $"/graph/facts/{id}", 404);
            foreach (var memory in memories)
                await client.RefusedAsync(HttpMethod.Get, $"/graph/memory/{memory}", 404);
        }
    }
}
