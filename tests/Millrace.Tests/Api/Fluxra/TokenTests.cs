using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Millrace.Core.Storage;
using Millrace.Testing;

namespace Millrace.Tests.Api.Fluxra;

public sealed class TokenTests
{
    private const string Me = "/api/auth/me";

    private readonly FakeTimeProvider _time = new(new(2026, 5, 1, 9, 30, 0, TimeSpan.Zero));

    [Theory, OnEachDatabase]
    public async Task An_API_key_is_exchanged_for_a_token_of_an_hour(Dialect dialect)
    {
        await using var server = await TestServer.StartAsync(dialect, _time);
        using var agent = await AgentClient.LogInAsync(server, "harbor-scout");
        var token = await agent.ExchangeAsync();
        token["token_type"].ShouldBe("Bearer");
        token["expires_in"].ShouldBe("3600");
        token["expires_at"].ShouldBe("2026-05-01T10:30:00Z");
        token["agent_id"].ShouldBe(agent.Id);
        token["access_token"].Split('.').Length.ShouldBe(3);
        token.Header("Cache-Control").ShouldBe("no-store");
        var me = await agent.CallAsync("GET", Me);
        me["agent_name"].ShouldBe("harbor-scout");
        me["email_verified"].ShouldBe("false");
        me.Json["token"]!["expires_at"]!.ToString().ShouldBe("2026-05-01T10:30:00Z");

        _time.Advance(TimeSpan.FromSeconds(3599));
        (await agent.CallAsync("GET", Me)).Status.ShouldBe(200);
        _time.Advance(TimeSpan.FromSeconds(1));
        (await agent.CallAsync("GET", Me)).ShouldFail(401, "UNAUTHORIZED");
    }

    [Theory]
    [InlineData("{}", 400)]
    [InlineData("""{"grant_type":"password"}""", 400)]
    [InlineData("""{"grant_type":"client_credentials","scopes":["root"]}""", 400)]
    [InlineData("""{"grant_type":"client_credentials","scopes":["credits:read"]}""", 403)]
    [InlineData("""{"grant_type":"client_credentials","scopes":["messages:read"]}""", 200)]
    [InlineData("""{"grant_type":"client_credentials","scopes":[]}""", 200)]
    public async Task A_token_has_its_keys_scopes_or_less(string body, int status)
    {
        await using var server = await TestServer.StartAsync();
        using var agent = await AgentClient.LogInAsync(server);
        (await agent.ExchangeAsync(body)).Status.ShouldBe(status);
    }

    [Fact]
    public async Task The_exchange_takes_a_form_as_well()
    {
        await using var server = await TestServer.StartAsync();
        using var agent = await AgentClient.LogInAsync(server);
        using var http = server.Client("");
        var answer = await http.CallAsync(
            "POST",
            "/api/auth/token",
            AgentClient.Basic(agent.Id, agent.ApiKey),
            "grant_type=client_credentials&scope=messages%3Aread+conversations:read",
            "application/x-www-form-urlencoded"
        );
        answer.Status.ShouldBe(200, answer.Text);
        answer.Json["scopes"]!
            .ToJsonString()
            .ShouldBe("""["messages:read","conversations:read"]""");
    }

    [Theory, OnEachDatabase]
    public async Task A_refreshed_token_ends_a_minute_later(Dialect dialect)
    {
        await using var server = await TestServer.StartAsync(dialect, _time);
        using var agent = await AgentClient.LogInAsync(server);
        var old = agent.Token;
        var first = await agent.CallAsync("POST", "/api/auth/refresh");
        first.Status.ShouldBe(200, first.Text);
        _time.Advance(TimeSpan.FromSeconds(59));
        (await agent.CallAsync("POST", "/api/auth/refresh")).Status.ShouldBe(200);
        _time.Advance(TimeSpan.FromSeconds(1));
        (await agent.CallAsync("GET", Me)).ShouldFail(401, "UNAUTHORIZED");
        agent.Token = first["access_token"];
        agent.Token.ShouldNotBe(old);
        (await agent.CallAsync("GET", Me)).Status.ShouldBe(200);
    }

    [Fact]
    public async Task A_family_is_refreshed_for_a_day()
    {
        await using var server = await TestServer.StartAsync(time: _time);
        using var agent = await AgentClient.LogInAsync(server);
        for (var hour = 0; hour < 25; hour++)
        {
            _time.Advance(TimeSpan.FromMinutes(59));
            var next = await agent.CallAsync("POST", "/api/auth/refresh");
            if (hour == 24)
                next.ShouldFail(401, "UNAUTHORIZED");
            else
                agent.Token = next["access_token"];
        }
    }

    [Theory, OnEachDatabase]
    public async Task A_revoked_token_takes_its_family_with_it_and_no_other(Dialect dialect)
    {
        await using var server = await TestServer.StartAsync(dialect);
        using var agent = await AgentClient.LogInAsync(server);
        var other = (await agent.ExchangeAsync())["access_token"];
        var refreshed = (await agent.CallAsync("POST", "/api/auth/refresh"))["access_token"];

        var revoked = await agent.CallAsync("POST", "/api/auth/revoke");
        revoked.Text.ShouldBe("""{"revoked":true,"scope":"family"}""");
        (await agent.CallAsync("POST", "/api/auth/revoke")).ShouldFail(401, "UNAUTHORIZED");
        agent.Token = refreshed;
        (await agent.CallAsync("GET", Me)).ShouldFail(401, "UNAUTHORIZED");
        agent.Token = other;
        (await agent.CallAsync("GET", Me)).Status.ShouldBe(200);

        (await agent.RecoveryAsync("POST", "/api/auth/logout", """{"all":false}""")).Text.ShouldBe(
            """{"revoked":true,"scope":"all"}"""
        );
        (await agent.CallAsync("GET", Me)).ShouldFail(401, "UNAUTHORIZED");
    }

    [Fact]
    public async Task What_one_server_ends_is_dead_at_once_on_the_other()
    {
        await using var first = await TestServer.StartAsync(Dialect.Postgres);
        await using var second = await TestServer.StartAsync(
            settings: (
                "Storage:Postgres",
                first.Services.GetRequiredService<StorageOptions>().Postgres
            )
        );
        using var here = await AgentClient.LogInAsync(first);
        using var there = new AgentClient(second.Client(""), here.Registered)
        {
            Token = here.Token,
            ApiKey = here.ApiKey,
        };
        (await there.CallAsync("GET", Me)).Status.ShouldBe(200);
        (await here.CallAsync("POST", "/api/auth/revoke")).Status.ShouldBe(200);
        (await there.CallAsync("GET", Me)).ShouldFail(401, "UNAUTHORIZED");

        there.Token = (await there.ExchangeAsync())["access_token"];
        here.Token = there.Token;
        (await here.CallAsync("GET", Me)).Status.ShouldBe(200);
        (await there.RecoveryAsync("DELETE", $"/api/agents/{there.Id}")).Status.ShouldBe(200);
        (await here.CallAsync("GET", Me)).ShouldFail(401, "UNAUTHORIZED");
    }

    [Fact]
    public async Task Servers_whose_clocks_differ_take_each_others_tokens()
    {
        var now = DateTimeOffset.UtcNow;
        await using var ahead = await TestServer.StartAsync(
            Dialect.Postgres,
            new FakeTimeProvider(now.AddMinutes(2))
        );
        await using var behind = await TestServer.StartAsync(
            time: new FakeTimeProvider(now),
            settings: (
                "Storage:Postgres",
                ahead.Services.GetRequiredService<StorageOptions>().Postgres
            )
        );
        using var here = await AgentClient.LogInAsync(ahead);
        using var there = new AgentClient(behind.Client(""), here.Registered)
        {
            Token = here.Token,
            ApiKey = here.ApiKey,
        };

        (await there.CallAsync("GET", Me)).Status.ShouldBe(200);
        here.Token = (await there.ExchangeAsync())["access_token"];
        (await here.CallAsync("GET", Me)).Status.ShouldBe(200);
        (await here.CallAsync("POST", "/api/auth/revoke")).Status.ShouldBe(200);
        there.Token = here.Token;
        (await there.CallAsync("GET", Me)).ShouldFail(401, "UNAUTHORIZED");
    }

    [Theory, OnEachDatabase]
    public async Task Tokens_hold_across_a_restart(Dialect dialect)
    {
        await using var server = await TestServer.StartAsync(dialect);
        using var agent = await AgentClient.LogInAsync(server);
        await server.RestartAsync();
        using var after = new AgentClient(server.Client(""), agent.Registered)
        {
            Token = agent.Token,
        };
        (await after.CallAsync("GET", Me)).Status.ShouldBe(200);
    }

    [Fact]
    public async Task What_is_no_token_of_this_server_is_one_answer()
    {
        await using var server = await TestServer.StartAsync();
        using var agent = await AgentClient.LogInAsync(server);
        using var http = server.Client("");
        var parts = agent.Token.Split('.');
        var unsigned = Convert.ToBase64String("""{"alg":"none","typ":"JWT"}"""u8).TrimEnd('=');
        string[] tries =
        [
            "",
            "Bearer",
            "Bearer ",
            $"Bearer {agent.ApiKey}",
            $"Bearer {parts[0]}.{parts[1]}.AAAA",
            $"Bearer {unsigned}.{parts[1]}.",
            $"Bearer {new string('x', 5000)}",
            AgentClient.Basic(agent.Id, agent.ApiKey),
            "Basic !!!",
            "Digest x",
        ];
        foreach (var authorization in tries)
            (await http.CallAsync("GET", Me, authorization)).ShouldFail(401, "UNAUTHORIZED");
        (await http.CallAsync("GET", Me, $"bearer {agent.Token}")).Status.ShouldBe(200);
        // On a public route no header is looked at.
        (await http.CallAsync("GET", "/api/agents", "Bearer nonsense")).Status.ShouldBe(200);
    }

    [Fact]
    public async Task Wrong_keys_are_refused_unseen_after_the_tenth_until_the_window_has_passed()
    {
        await using var server = await TestServer.StartAsync(time: _time);
        using var agent = await AgentClient.LogInAsync(server);
        var good = agent.ApiKey;
        agent.ApiKey = "sk_00000000000000000";
        for (var attempt = 0; attempt < 10; attempt++)
            (await agent.ExchangeAsync()).ShouldFail(401, "UNAUTHORIZED");
        agent.ApiKey = good;
        _time.Advance(TimeSpan.FromMinutes(14));
        var refused = await agent.ExchangeAsync();
        refused.ShouldFail(429, "RATE_LIMIT_EXCEEDED");
        refused.Header("Retry-After").ShouldBe("60");
        using var other = await AgentClient.LogInAsync(server);
        _time.Advance(TimeSpan.FromMinutes(1));
        (await agent.ExchangeAsync()).Status.ShouldBe(200);
    }

    [Fact]
    public async Task A_flood_is_told_when_to_come_back_and_the_operator_can_lift_the_limits()
    {
        await using var server = await TestServer.StartAsync(
            time: _time,
            settings: ("Fluxra:Limits:Token", "2")
        );
        using var agent = await AgentClient.LogInAsync(server);
        (await agent.ExchangeAsync()).Status.ShouldBe(200);
        var refused = await agent.ExchangeAsync();
        refused.ShouldFail(429, "RATE_LIMIT_EXCEEDED");
        refused.Header("Retry-After").ShouldBe("30");

        await using var open = await TestServer.StartAsync(
            time: _time,
            settings: [("Fluxra:Limits:Token", "2"), ("Fluxra:Limits:Enabled", "false")]
        );
        using var free = await AgentClient.LogInAsync(open);
        for (var i = 0; i < 5; i++)
            (await free.ExchangeAsync()).Status.ShouldBe(200);
    }

    [Fact]
    public async Task A_recovery_key_does_not_open_the_exchange()
    {
        await using var server = await TestServer.StartAsync();
        using var agent = await AgentClient.LogInAsync(server);
        agent.ApiKey = agent.RecoveryKey;
        (await agent.ExchangeAsync()).ShouldFail(401, "UNAUTHORIZED");
    }
}
