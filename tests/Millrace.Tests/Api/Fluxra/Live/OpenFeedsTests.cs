using System.Net.WebSockets;
using Millrace.Core.Storage;
using Millrace.Testing;

namespace Millrace.Tests.Api.Fluxra.Live;

/// <summary>How many connections an agent may have open, as the guide says.</summary>
public sealed class OpenFeedsTests
{
    [Fact]
    public async Task An_agent_has_so_many_connections_open_and_no_more()
    {
        await using var scene = await LiveScene.StartAsync(
            Dialect.Sqlite,
            ("Fluxra:Limits:OpenFeeds", "2")
        );
        await using var socket = await SocketClient.OpenAsync(scene.Server, scene.Bob.Token);
        await socket.NextAsync("ready");
        using (await scene.OpenStreamAsync(scene.Bob))
        {
            var poll = await scene.Bob.CallAsync("GET", "/api/events?wait=1");
            poll.ShouldFail(429, "RATE_LIMIT_EXCEEDED");
            int.Parse(poll.Header("Retry-After"), null).ShouldBeGreaterThan(0);
            using var stream = await scene.AskForStreamAsync(scene.Bob);
            ((int)stream.StatusCode).ShouldBe(429);
            await Should.ThrowAsync<WebSocketException>(
                SocketClient.OpenAsync(scene.Server, scene.Bob.Token)
            );
            await using var late = await SocketClient.OpenAsync(scene.Server, token: null);
            await late.SendAsync($$"""{"type":"auth","access_token":"{{scene.Bob.Token}}"}""");
            (await late.NextAsync()).ShouldBeNull();
            ((int?)late.CloseStatus).ShouldBe(4429);

            // What does not wait is not counted, and neither is what another has open.
            await scene.Bob.DoAsync("GET", "/api/events");
            using var others = await scene.OpenStreamAsync(scene.Ada);
        }

        // The place is free once the server has seen the client go.
        while ((await scene.Bob.CallAsync("GET", "/api/events?wait=1")).Status != 200) { }
    }
}
