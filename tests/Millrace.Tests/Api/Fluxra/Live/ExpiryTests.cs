using Microsoft.Extensions.DependencyInjection;
using Millrace.Core.Storage;
using Millrace.Testing;

namespace Millrace.Tests.Api.Fluxra.Live;

/// <summary>Connections that outlive their token: none of them does. (fluxra §2.3, 8.6)</summary>
public sealed class ExpiryTests
{
    [Theory, OnEachDatabase]
    public async Task A_refreshed_token_ends_its_connections_after_the_grace(Dialect dialect)
    {
        await using var scene = await LiveScene.StartAsync(
            dialect,
            ("Messaging:Accounts:RefreshGrace", "00:00:01")
        );
        await EndAsync(scene, () => scene.Bob.DoAsync("POST", "/api/auth/refresh"));
    }

    [Theory, OnEachDatabase]
    public async Task A_replaced_key_ends_the_connections_of_its_tokens_after_the_grace(
        Dialect dialect
    )
    {
        await using var scene = await LiveScene.StartAsync(dialect);
        var keys = await scene.Bob.DoAsync("GET", $"/api/agents/{scene.Bob.Id}");
        var key = keys.Json["api_keys"]![0]!["key_id"]!;

        await EndAsync(
            scene,
            async () =>
                (
                    await scene.Bob.RecoveryAsync(
                        "POST",
                        $"/api/agents/{scene.Bob.Id}/keys/{key}/rotate",
                        """{"grace_period_seconds":1}"""
                    )
                ).Status.ShouldBeInRange(200, 201)
        );
    }

    [Theory, OnEachDatabase]
    public async Task A_revoked_token_ends_a_poll_that_waits(Dialect dialect)
    {
        await using var scene = await LiveScene.StartAsync(dialect);
        var waiting = scene.Bob.CallAsync("GET", "/api/events?wait=30");
        using var stream = await scene.OpenStreamAsync(scene.Bob);

        await scene.Bob.DoAsync("POST", "/api/auth/revoke");

        (await waiting).ShouldFail(401, "UNAUTHORIZED");
        (await stream.RestAsync()).ShouldEndWith(": unauthorized");
    }

    [Fact]
    public async Task A_key_that_one_server_revokes_is_dead_at_once_on_the_other_with_its_connections()
    {
        await using var here = await LiveScene.StartAsync(Dialect.Postgres);
        await using var there = await LiveScene.StartAsync(
            Dialect.Sqlite,
            (
                "Storage:Postgres",
                here.Server.Services.GetRequiredService<StorageOptions>().Postgres!
            )
        );
        using var bob = new AgentClient(there.Server.Client(""), here.Bob.Registered)
        {
            Token = here.Bob.Token,
            ApiKey = here.Bob.ApiKey,
        };
        var path = $"/api/agents/{bob.Id}";
        var key = (await bob.DoAsync("GET", path)).Json["api_keys"]![0]!["key_id"]!;

        await EndAsync(
            there,
            bob,
            async () =>
            {
                await here.Bob.DoAsync("DELETE", $"{path}/keys/{key}");
                (await bob.CallAsync("GET", "/api/auth/me")).ShouldFail(401, "UNAUTHORIZED");
                (await bob.ExchangeAsync()).ShouldFail(401, "UNAUTHORIZED");
            }
        );
        var another = await bob.RecoveryAsync("POST", path, """{"name":"another"}""");
        bob.ApiKey = another["api_key"];
        bob.Token = (await bob.ExchangeAsync())["access_token"];
        (await bob.DoAsync("GET", $"{path}?include_revoked=true"))
            .Json["api_keys"]!
            .AsArray()
            .Select(shown => shown!["status"]!.ToString())
            .ShouldBe(["active", "revoked"]);
    }

    private static Task EndAsync(LiveScene scene, Func<Task> end) =>
        EndAsync(scene, scene.Bob, end);

    private static async Task EndAsync(LiveScene scene, AgentClient agent, Func<Task> end)
    {
        await using var socket = await SocketClient.OpenAsync(scene.Server, agent.Token);
        await socket.NextAsync("ready");
        using var stream = await scene.OpenStreamAsync(agent);
        var waiting = agent.CallAsync("GET", "/api/events?wait=30");

        await end();

        (await socket.NextAsync()).ShouldBeNull();
        ((int?)socket.CloseStatus).ShouldBe(4401);
        (await stream.RestAsync()).ShouldEndWith(": unauthorized");
        (await waiting).ShouldFail(401, "UNAUTHORIZED");
    }
}
