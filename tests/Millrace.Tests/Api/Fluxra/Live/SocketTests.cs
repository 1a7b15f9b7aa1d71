using System.Net.WebSockets;
using Microsoft.Extensions.DependencyInjection;
using Millrace.Core.Storage;
using Millrace.Testing;

namespace Millrace.Tests.Api.Fluxra.Live;

/// <summary>The feed on a WebSocket, as the guide specifies it.</summary>
public sealed class SocketTests
{
    [Theory, OnEachDatabase]
    public async Task Events_come_as_they_happen_and_a_cursor_resumes(Dialect dialect)
    {
        await using var scene = await LiveScene.StartAsync(dialect);
        var group = await scene.GroupAsync();
        string cursor;
        await using (var socket = await SocketClient.OpenAsync(scene.Server, scene.Bob.Token))
        {
            var ready = await socket.NextAsync("ready");
            ready["gap"]!.GetValue<bool>().ShouldBeFalse();
            await scene.Ada.SendAsync(group, "one");
            var frame = await socket.NextAsync("message.created");
            frame["data"]!["message"]!["content"]!.ToString().ShouldBe("one");
            frame["event_id"]!.ToString().ShouldStartWith("evt_");
            cursor = frame["cursor"]!.ToString();
        }
        await scene.Ada.SendAsync(group, "two");
        await scene.Bob.SendAsync(group, "three");

        await using var again = await SocketClient.OpenAsync(scene.Server, scene.Bob.Token, cursor);
        var second = await again.NextAsync("message.created");
        var third = await again.NextAsync("message.created");

        second["data"]!["message"]!["content"]!.ToString().ShouldBe("two");
        third["data"]!["message"]!["content"]!.ToString().ShouldBe("three");
        var page = await scene.Bob.ReadAsync(second["cursor"]!.ToString());
        page["events"]!.AsArray().Single()!["event_id"]!
            .ToString()
            .ShouldBe(third["event_id"]!.ToString());
    }

    [Theory, OnEachDatabase]
    public async Task The_first_message_can_carry_the_token(Dialect dialect)
    {
        await using var scene = await LiveScene.StartAsync(dialect);

        await using var socket = await SocketClient.OpenAsync(scene.Server, token: null);
        await socket.SendAsync($$"""{"type":"auth","access_token":"{{scene.Ada.Token}}"}""");
        await socket.NextAsync("ready");
        await using var stranger = await SocketClient.OpenAsync(scene.Server, token: null);
        await stranger.SendAsync("""{"type":"auth","access_token":"no.such.token"}""");

        (await stranger.NextAsync()).ShouldBeNull();
        ((int?)stranger.CloseStatus).ShouldBe(4401);
    }

    [Theory, OnEachDatabase]
    public async Task A_revoked_token_ends_its_connections_at_once(Dialect dialect)
    {
        await using var scene = await LiveScene.StartAsync(dialect);
        await using var socket = await SocketClient.OpenAsync(scene.Server, scene.Bob.Token);
        await socket.NextAsync("ready");

        (await scene.Bob.CallAsync("POST", "/api/auth/revoke")).Status.ShouldBe(200);

        (await socket.NextAsync()).ShouldBeNull();
        ((int?)socket.CloseStatus).ShouldBe(4401);
    }

    [Theory, OnEachDatabase]
    public async Task Typing_is_told_to_the_other_members_and_not_kept(Dialect dialect)
    {
        await using var scene = await LiveScene.StartAsync(dialect);
        var group = await scene.GroupAsync();
        await using var ada = await SocketClient.OpenAsync(scene.Server, scene.Ada.Token);
        await using var bob = await SocketClient.OpenAsync(scene.Server, scene.Bob.Token);
        var from = (await bob.NextAsync("ready"))["cursor"]!.ToString();
        await ada.NextAsync("ready");

        await ada.SendAsync($$"""{"type":"typing","id":"7","conversation_id":"{{group}}"}""");
        (await ada.NextAsync("ok"))["id"]!.ToString().ShouldBe("7");
        var frame = await bob.NextAsync("typing.started");
        frame["data"]!["agent_id"]!.ToString().ShouldBe(scene.Ada.Id);
        frame.AsObject().ContainsKey("cursor").ShouldBeFalse();
        var stopped = await scene.Ada.CallAsync(
            "POST",
            $"/api/conversations/{group}/typing",
            """{"typing":false}"""
        );
        stopped.Status.ShouldBe(200, stopped.Text);
        await bob.NextAsync("typing.stopped");

        (await scene.Bob.ReadAsync(from))["events"]!.AsArray().ShouldBeEmpty();
        (await scene.Cy.CallAsync("POST", $"/api/conversations/{group}/typing")).ShouldFail(
            404,
            "NOT_FOUND"
        );
    }

    [Theory, OnEachDatabase]
    public async Task Messages_of_the_client_are_answered(Dialect dialect)
    {
        await using var scene = await LiveScene.StartAsync(dialect);
        await using var socket = await SocketClient.OpenAsync(scene.Server, scene.Ada.Token);
        await socket.NextAsync("ready");

        await socket.SendAsync("""{"type":"ping","id":"p1"}""");
        (await socket.NextAsync("pong"))["id"]!.ToString().ShouldBe("p1");
        await socket.SendAsync("""{"type":"presence","status":"online"}""");
        (await socket.NextAsync("ok"))["presence"]!["status"]!.ToString().ShouldBe("online");
        await socket.SendAsync("""{"type":"dance"}""");
        (await socket.NextAsync("error"))["error"]!["code"]!.ToString().ShouldBe("INVALID_REQUEST");
        await socket.SendAsync("not json");
        (await socket.NextAsync("error"))["error"]!["code"]!.ToString().ShouldBe("INVALID_REQUEST");
        await socket.SendAsync("""{"type":"ping"}""");
        await socket.NextAsync("pong");
    }

    [Theory, OnEachDatabase]
    public async Task A_server_that_cannot_do_what_was_asked_says_that_it_failed(Dialect dialect)
    {
        await using var scene = await LiveScene.StartAsync(dialect);
        await using var socket = await SocketClient.OpenAsync(scene.Server, scene.Ada.Token);
        await socket.NextAsync("ready");
        await scene
            .Server.Services.GetRequiredService<Store>()
            .WriteAsync(
                Reach.Installation,
                db => db.ExecuteAsync("ALTER TABLE presence RENAME TO taken_away")
            );

        await socket.SendAsync("""{"type":"presence","status":"online"}""");

        (await socket.NextAsync()).ShouldBeNull();
        socket.CloseStatus.ShouldBe(WebSocketCloseStatus.InternalServerError);
    }

    [Fact]
    public async Task A_request_that_is_no_upgrade_is_refused()
    {
        await using var scene = await LiveScene.StartAsync(Dialect.Sqlite);
        (await scene.Ada.CallAsync("GET", "/api/ws")).ShouldFail(400, "INVALID_REQUEST");
    }
}
