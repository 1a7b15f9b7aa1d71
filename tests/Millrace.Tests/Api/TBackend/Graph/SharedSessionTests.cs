using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Millrace.Core.Storage;
using Millrace.Testing;

namespace Millrace.Tests.Api.TBackend.Graph;

/// <summary>A session is its key's own, also in a graph that keys share. (t-backend §§9.6, 14.7)</summary>
public sealed class SharedSessionTests
{
    [Theory, OnEachDatabase]
    public async Task Sessions_of_one_name_and_two_keys_are_two_in_a_shared_graph(Dialect dialect)
    {
        await using var server = await TestServer.StartAsync(dialect);
        var scene = await Scene.OpenAsync(server);
        using var owner = scene.Owner;
        using var guest = scene.Guest;
        await MapAsync(owner, scene.Graph);
        await MapAsync(guest, scene.Graph);
        await owner.SayAsync(new { message = "My dentist is Weiss.", session_id = "s" });
        await guest.SayAsync(new { message = "My plumber is Ruiz.", session_id = "s" });
        await server.WorkDoneAsync();

        (await FactsAsync(owner, "?session_id=s")).ShouldBe(["My dentist is Weiss.", "Bob likes tea"]);
        (await FactsAsync(guest, "?session_id=s")).ShouldBe(["My plumber is Ruiz."]);
        (await FactsAsync(owner, "")).Count.ShouldBe(3);
        // Without the filter each fact tells the id that its writer gave.
        (await guest.ReadAsync($"/graph/{scene.Graph}/facts"))
            .AsArray()
            .ShouldAllBe(fact => fact!["session_id"]!.ToString() == "s");
        (await TurnsAsync(owner)).ShouldBe(2);
        (await TurnsAsync(guest)).ShouldBe(1);

        async Task<List<string>> FactsAsync(HttpClient client, string query) =>
            [
                .. (await client.ReadAsync($"/graph/{scene.Graph}/facts{query}"))
                    .AsArray()
                    .Select(fact => fact!["fact"]!.ToString()),
            ];

        async Task<int> TurnsAsync(HttpClient client) =>
            (await client.ReadAsync($"/graph/{scene.Graph}/sessions"))["sessions"]!
                .AsArray()
                .ShouldHaveSingleItem()!["turns"]!
                .GetValue<int>();
    }

    [Theory, OnEachDatabase]
    public async Task Work_on_a_session_leaves_others_of_its_name_alone(Dialect dialect)
    {
        await using var server = await TestServer.StartAsync(dialect);
        var scene = await Scene.OpenAsync(server);
        using var owner = scene.Owner;
        using var guest = scene.Guest;
        await MapAsync(guest, scene.Graph);
        var own = await guest.DefaultGraphAsync();
        var move = $$"""{"session_id":"s","from_graph_id":"{{scene.Graph}}","to_graph_id":"{{own}}","copy":false}""";
        await guest.RefusedAsync(HttpMethod.Post, "/graph/reprocess/session/s", 404);
        (await guest.SendAsync(HttpMethod.Post, "/graph/migrate/session", move))["facts_copied"]!
            .GetValue<int>()
            .ShouldBe(0);
        await MapAsync(guest, scene.Graph);
        for (var time = 0; time < 2; time++)
            await guest.SendAsync(
                HttpMethod.Post,
                $"/graph/{scene.Graph}/facts",
                """{"fact":"Cas likes rain","session_id":"s"}"""
            );

        var read = await guest.SendAsync(HttpMethod.Post, "/graph/reprocess/session/s");
        read["result"]!["episodes"]!.GetValue<int>().ShouldBe(2);
        var merged = await guest.SendAsync(
            HttpMethod.Post,
            $"/graph/{scene.Graph}/consolidate",
            """{"session_id":"s"}"""
        );
        merged["result"]!["facts_examined"]!.GetValue<int>().ShouldBe(2);
        merged["result"]!["facts_merged"]!.GetValue<int>().ShouldBe(1);
        (await guest.SendAsync(HttpMethod.Post, "/graph/migrate/session", move))["facts_copied"]!
            .GetValue<int>()
            .ShouldBe(1);

        (await owner.ReadAsync($"/graph/{scene.Graph}/facts"))
            .AsArray()
            .ShouldHaveSingleItem()!["fact"]!
            .ToString()
            .ShouldBe("Bob likes tea");
        (await guest.ReadAsync($"/graph/{own}/facts?session_id=s"))
            .AsArray()
            .ShouldHaveSingleItem()!["fact"]!
            .ToString()
            .ShouldBe("Cas likes rain");
    }

    [Theory, OnEachDatabase]
    public async Task What_was_said_before_episodes_told_whose_session_it_was_is_the_writers(
        Dialect dialect
    )
    {
        await using var server = await TestServer.StartAsync(dialect);
        var scene = await Scene.OpenAsync(server);
        using var owner = scene.Owner;
        using var guest = scene.Guest;
        await guest.SendAsync(
            HttpMethod.Post,
            $"/graph/{scene.Graph}/facts",
            """{"fact":"Cas likes rain","session_id":"s"}"""
        );
        var store = server.Services.GetRequiredService<Store>();
        await store.WriteAsync(
            Reach.Installation,
            async db =>
            {
                foreach (
                    var statement in (string[])
                        [
                            "DROP INDEX ix_episodes_session",
                            "ALTER TABLE episodes DROP COLUMN session_workspace_id",
                            "CREATE INDEX ix_episodes_session ON episodes (workspace_id, graph_id, session)",
                            "DELETE FROM migrations WHERE floor = 'knowledge' AND number = 9",
                        ]
                )
                    await db.ExecuteAsync(statement);
            }
        );

        await store.MigrateAsync();

        (await ShownAsync(owner)).ShouldBe("Bob likes tea");
        (await ShownAsync(guest)).ShouldBe("Cas likes rain");

        async Task<string> ShownAsync(HttpClient client) =>
            (await client.ReadAsync($"/graph/{scene.Graph}/facts?session_id=s"))
                .AsArray()
                .ShouldHaveSingleItem()!["fact"]!
                .ToString();
    }

    private static Task<JsonNode> MapAsync(HttpClient client, string graph) =>
        client.SendAsync(
            HttpMethod.Post,
            "/graph/sessions/map",
            $$"""{"session_id":"s","graph_id":"{{graph}}"}"""
        );

    /// <summary>A graph that two keys write to, with a fact of its owner's session.</summary>
    private sealed record Scene(HttpClient Owner, HttpClient Guest, string Graph)
    {
        public static async Task<Scene> OpenAsync(TestServer server)
        {
            var owner = server.Client();
            var guest = server.Client(await server.NewKeyAsync(new() { Owner = "guest" }));
            var graph = (
                await owner.SendAsync(HttpMethod.Post, "/graph", """{"name":"team"}""")
            )["id"]!.ToString();
            await owner.SendAsync(
                HttpMethod.Post,
                $"/graph/{graph}/share",
                """{"owner":"guest","role":"writer"}"""
            );
            await owner.SendAsync(
                HttpMethod.Post,
                $"/graph/{graph}/facts",
                """{"fact":"Bob likes tea","session_id":"s"}"""
            );
            return new Scene(owner, guest, graph);
        }
    }
}
