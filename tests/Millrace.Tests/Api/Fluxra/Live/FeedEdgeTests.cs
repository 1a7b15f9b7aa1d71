using System.Buffers.Text;
using System.Net.WebSockets;
using Microsoft.Extensions.DependencyInjection;
using Millrace.Core.Storage;
using Millrace.Messaging.Feed;
using Millrace.Testing;
using Millrace.Tests.Api.Fluxra.Chat;

namespace Millrace.Tests.Api.Fluxra.Live;

/// <summary>Readers who come late, do not keep up, or lose their server.</summary>
public sealed class FeedEdgeTests
{
    private static readonly (string, string) Unlimited = ("Fluxra:Limits:Enabled", "false");

    [Theory, OnEachDatabase]
    public async Task A_cursor_older_than_the_feed_is_answered_with_a_gap(Dialect dialect)
    {
        var time = new MovedTime();
        await using var server = await TestServer.StartAsync(dialect, time);
        var agents = await Talk.AgentsAsync(server, 2);
        var (ada, bob) = (agents[0], agents[1]);
        var group = await ada.GroupAsync(bob);
        var from = await bob.CursorAsync();
        await ada.SentAsync(group, "long ago");
        await bob.SeenAsync(from, 1);
        time.Move(TimeSpan.FromHours(25));
        foreach (var agent in agents)
            agent.Token = (await agent.ExchangeAsync())["access_token"];
        await ada.SentAsync(group, "just now");

        var page = await bob.ReadAsync(from, "limit=100");
        while (page["events"]!.AsArray().Count == 0)
            page = await bob.ReadAsync(from, "limit=100");

        page["gap"]!.GetValue<bool>().ShouldBeTrue();
        page["events"]!.AsArray().Single()!["data"]!["message"]!["content"]!
            .ToString()
            .ShouldBe("just now");
        await using var socket = await SocketClient.OpenAsync(server, bob.Token, from);
        (await socket.NextAsync("ready"))["gap"]!.GetValue<bool>().ShouldBeTrue();
        (await socket.NextAsync("message.created"))["data"]!["message"]!["content"]!
            .ToString()
            .ShouldBe("just now");
    }

    [Theory, OnEachDatabase]
    public async Task A_cursor_says_nothing_and_cannot_be_made_up(Dialect dialect)
    {
        await using var scene = await LiveScene.StartAsync(dialect, Unlimited);
        var group = await scene.GroupAsync();
        var from = await scene.Bob.CursorAsync();
        await scene.Ada.SendAsync(group, "one");
        await scene.Bob.SeenAsync(from, 1);
        var next = await scene.Bob.CursorAsync();

        var (first, second) = (Base64Url.DecodeFromChars(from), Base64Url.DecodeFromChars(next));

        // Two places that lie side by side have nothing in common.
        first.Zip(second).Count(pair => pair.First == pair.Second).ShouldBeLessThan(8);
        first.Count(value => value == 0).ShouldBeLessThan(8);
        for (var place = 0; place < first.Length; place++)
        {
            var forged = (byte[])[.. first];
            forged[place] ^= 1;
            var cursor = Base64Url.EncodeToString(forged);
            (await scene.Bob.CallAsync("GET", $"/api/events?cursor={cursor}")).ShouldFail(
                400,
                "INVALID_REQUEST"
            );
        }
        (await scene.Bob.ContentsAsync(from)).ShouldBe(["one"]);
    }

    [Theory, OnEachDatabase]
    public async Task Where_the_operator_filters_a_blocked_agent_is_not_told_of(Dialect dialect)
    {
        await using var scene = await LiveScene.StartAsync(
            dialect,
            ("Messaging:Chat:GroupBlockMode", "Filter")
        );
        var made = await scene.Ada.CallAsync(
            "POST",
            "/api/conversations",
            $$"""{"name":"quay","member_ids":["{{scene.Bob.Id}}","{{scene.Cy.Id}}"]}"""
        );
        var group = made["conversation_id"];
        await using var socket = await SocketClient.OpenAsync(scene.Server, scene.Bob.Token);
        var from = (await socket.NextAsync("ready"))["cursor"]!.ToString();
        // In a direct conversation nothing is hidden.
        await scene.Cy.DoAsync(
            "POST",
            "/api/messages",
            $$"""{"recipient_agent_id":"{{scene.Bob.Id}}","content":"between us"}"""
        );
        await socket.NextAsync("message.created");
        (
            await scene.Bob.CallAsync(
                "POST",
                "/api/blocks",
                $$"""{"target_id":"{{scene.Cy.Id}}"}"""
            )
        ).Status.ShouldBe(201);

        await scene.Cy.SendAsync(group, "unheard");
        await scene.Ada.SendAsync(group, "heard");

        (await socket.NextAsync("message.created"))["data"]!["message"]!["content"]!
            .ToString()
            .ShouldBe("heard");
        (await scene.Bob.ContentsAsync(from)).ShouldBe(["between us", "heard"]);
    }

    [Theory, OnEachDatabase]
    public async Task A_server_that_stops_says_so_and_the_cursor_holds_on_the_next(Dialect dialect)
    {
        await using var scene = await LiveScene.StartAsync(dialect);
        var group = await scene.GroupAsync();
        await using var socket = await SocketClient.OpenAsync(scene.Server, scene.Bob.Token);
        var cursor = (await socket.NextAsync("ready"))["cursor"]!.ToString();

        var closing = socket.NextAsync();
        await scene.Server.RestartAsync();

        (await closing).ShouldBeNull();
        socket.CloseStatus.ShouldBe(WebSocketCloseStatus.EndpointUnavailable);
        using var ada = new AgentClient(scene.Server.Client(""), scene.Ada.Registered)
        {
            Token = scene.Ada.Token,
        };
        await ada.SendAsync(group, "after the restart");
        await using var again = await SocketClient.OpenAsync(scene.Server, scene.Bob.Token, cursor);
        (await again.NextAsync("message.created"))["data"]!["message"]!["content"]!
            .ToString()
            .ShouldBe("after the restart");
    }

    [Fact]
    public async Task A_reader_who_does_not_keep_up_is_let_go_and_misses_nothing()
    {
        // More than waits for one listener; and few enough to be sent before it is cut off for taking nothing.
        const int meanwhile = 600;
        const int messages = 1_500;
        await using var scene = await LiveScene.StartAsync(Dialect.Sqlite, Unlimited);
        var group = await scene.GroupAsync();
        await using var slow = await SocketClient.OpenAsync(scene.Server, scene.Bob.Token);
        var cursor = (await slow.NextAsync("ready"))["cursor"]!.ToString();
        var filler = new string('漢', 9_900);
        for (var number = 0; number < meanwhile; number++)
            await scene.Ada.SendAsync(group, $"{number} {filler}");

        var found = new List<int>();
        while (await slow.NextAsync() is { } frame)
            Take(frame);
        ((int?)slow.CloseStatus).ShouldBe(4408);
        found.Count.ShouldBeLessThan(meanwhile);
        for (var number = meanwhile; number < messages; number++)
            await scene.Ada.SendAsync(group, $"{number} {filler}");
        // What is kept for those who come back is bounded by its size, too.
        scene
            .Server.Services.GetRequiredService<FeedTail>()
            .KeptBytes.ShouldBeInRange(1, 64 << 20);
        await using var next = await SocketClient.OpenAsync(scene.Server, scene.Bob.Token, cursor);
        while (found.Count < messages)
            Take((await next.NextAsync())!);

        found.ShouldBe(Enumerable.Range(0, messages));

        void Take(System.Text.Json.Nodes.JsonNode frame)
        {
            if (frame["type"]!.ToString() != "message.created")
                return;
            var content = frame["data"]!["message"]!["content"]!.ToString();
            found.Add(int.Parse(content.Split(' ')[0], null));
            cursor = frame["cursor"]!.ToString();
        }
    }

    /// <summary>The system's clock, moved by hand: what waits on it goes on, which a feed on PostgreSQL may have to.</summary>
    private sealed class MovedTime : TimeProvider
    {
        private TimeSpan _moved;

        public void Move(TimeSpan by) => _moved += by;

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + _moved;
    }
}
