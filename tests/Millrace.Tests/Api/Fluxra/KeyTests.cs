using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using Millrace.Core.Storage;
using Millrace.Testing;

namespace Millrace.Tests.Api.Fluxra;

public sealed class KeyTests
{
    private readonly FakeTimeProvider _time = new(new(2026, 5, 1, 9, 30, 0, TimeSpan.Zero));

    [Theory, OnEachDatabase]
    public async Task A_key_has_the_four_default_scopes_and_no_expiry_unless_asked(Dialect dialect)
    {
        await using var server = await TestServer.StartAsync(dialect, _time);
        using var agent = await AgentClient.RegisterAsync(server);
        var key = await agent.RecoveryAsync("POST", Path(agent), """{"name":"  cli  "}""");
        key.Status.ShouldBe(201, key.Text);
        key["key_id"].ShouldMatch("^aky_[0-9a-f]{32}$");
        key["api_key"].ShouldMatch("^sk_[A-Za-z0-9]{17}$");
        key["name"].ShouldBe("cli");
        key["created_at"].ShouldBe("2026-05-01T09:30:00Z");
        key.Member("expires_at").ShouldBeNull();
        key.Json["scopes"]!
            .AsArray()
            .Select(scope => $"{scope}")
            .ShouldBe(["messages:read", "messages:write", "conversations:read", "presence:update"]);
        key.Header("Cache-Control").ShouldBe("no-store");
        AgentClient.Basic(agent.Id, key["api_key"])["Basic ".Length..].Length.ShouldBe(76);

        var thirty = await agent.RecoveryAsync(
            "POST",
            Path(agent),
            """{"name":"cli","expires_in_days":30,"scopes":["credits:read","messages:read","credits:read"]}"""
        );
        thirty["expires_at"].ShouldBe("2026-05-31T09:30:00Z");
        thirty.Json["scopes"]!.ToJsonString().ShouldBe("""["credits:read","messages:read"]""");
    }

    [Theory]
    [InlineData("{}", "INVALID_KEY_NAME")]
    [InlineData("""{"name":"  "}""", "INVALID_KEY_NAME")]
    [InlineData("""{"name":7}""", "INVALID_KEY_NAME")]
    [InlineData("""{"name":"a\u0007b"}""", "INVALID_KEY_NAME")]
    [InlineData("""{"name":"a","scopes":["root"]}""", "INVALID_REQUEST")]
    [InlineData("""{"name":"a","scopes":"messages:read"}""", "INVALID_REQUEST")]
    [InlineData("""{"name":"a","expires_in_days":0}""", "INVALID_REQUEST")]
    [InlineData("""{"name":"a","expires_in_days":3651}""", "INVALID_REQUEST")]
    [InlineData("""{"name":"a","expires_in_days":1.5}""", "INVALID_REQUEST")]
    [InlineData("""{"name":"a","expires_in_days":"30"}""", "INVALID_REQUEST")]
    public async Task What_is_wrong_with_a_key_has_its_code(string body, string code)
    {
        await using var server = await TestServer.StartAsync();
        using var agent = await AgentClient.RegisterAsync(server);
        (await agent.RecoveryAsync("POST", Path(agent), body)).ShouldFail(400, code);
    }

    [Fact]
    public async Task Only_the_owners_recovery_key_makes_keys()
    {
        await using var server = await TestServer.StartAsync();
        using var agent = await AgentClient.LogInAsync(server);
        using var other = await AgentClient.LogInAsync(server);
        const string Body = """{"name":"cli"}""";
        (await agent.RecoveryAsync("POST", Path(other), Body)).ShouldFail(403, "FORBIDDEN");
        (await agent.RecoveryAsync("POST", "/api/agents/agt_12", Body)).ShouldFail(
            400,
            "INVALID_AGENT_ID"
        );
        // Secrets of another layer, and of nobody.
        (await agent.CallAsync("POST", Path(agent), Body)).ShouldFail(401, "UNAUTHORIZED");
        agent.RecoveryKey = agent.ApiKey;
        (await agent.RecoveryAsync("POST", Path(agent), Body)).ShouldFail(401, "UNAUTHORIZED");
        agent.RecoveryKey = "rk_00000000000000000";
        (await agent.RecoveryAsync("POST", Path(agent), Body)).ShouldFail(401, "UNAUTHORIZED");
    }

    [Theory, OnEachDatabase]
    public async Task Keys_are_listed_newest_first_a_page_at_a_time_without_their_secrets(
        Dialect dialect
    )
    {
        await using var server = await TestServer.StartAsync(dialect, _time);
        using var agent = await AgentClient.LogInAsync(server, keyBody: """{"name":"key-0"}""");
        for (var i = 1; i < 5; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await agent.RecoveryAsync("POST", Path(agent), $$"""{"name":"key-{{i}}"}""");
        }
        var names = new List<string>();
        var query = "?limit=2";
        while (true)
        {
            var page = await agent.CallAsync("GET", Path(agent) + query);
            page.Status.ShouldBe(200, page.Text);
            page.Text.ShouldNotContain("sk_");
            foreach (var key in page.Json["api_keys"]!.AsArray())
            {
                ShouldBeLive(key!);
                names.Add($"{key!["name"]}");
            }
            if (!page.Json["has_more"]!.GetValue<bool>())
                break;
            query = $"?limit=2&cursor={page["next_cursor"]}";
        }
        names.ShouldBe(["key-4", "key-3", "key-2", "key-1", "key-0"]);
        (await agent.CallAsync("GET", $"{Path(agent)}?limit=100")).Json["api_keys"]![4]![
            "last_used_at"
        ]!
            .ToString()
            .ShouldBe("2026-05-01T09:30:00Z");
    }

    /// <summary>All of a listed key that the contract names is there, and nothing of its secret. (fluxra §9.2)</summary>
    private static void ShouldBeLive(JsonNode key)
    {
        key["key_id"]!.ToString().ShouldMatch("^aky_[0-9a-f]{32}$");
        key["scopes"]!.AsArray().Count.ShouldBe(4);
        key["created_at"].ShouldNotBeNull();
        key["status"]!.ToString().ShouldBe("active");
        key.Member("expires_at").ShouldBeNull();
        key.Member("revoked_at").ShouldBeNull();
        key.Member("last_used_at");
        key.AsObject().ContainsKey("api_key").ShouldBeFalse();
    }

    [Fact]
    public async Task A_cursor_is_good_for_its_own_agent_list_and_filter_alone()
    {
        await using var server = await TestServer.StartAsync();
        using var agent = await AgentClient.LogInAsync(server);
        using var other = await AgentClient.LogInAsync(server);
        await agent.RecoveryAsync("POST", Path(agent), """{"name":"second"}""");
        var page = await agent.CallAsync("GET", $"{Path(agent)}?limit=1");
        var cursor = page["next_cursor"];
        (await agent.CallAsync("GET", $"{Path(agent)}?cursor={cursor}")).Status.ShouldBe(200);

        var forged = (cursor[0] == 'A' ? 'B' : 'A') + cursor[1..];
        foreach (
            var path in (string[])
                [
                    $"{Path(agent)}?cursor={forged}",
                    $"{Path(agent)}?cursor={cursor}x",
                    $"{Path(agent)}?cursor={cursor[..^1]}",
                    $"{Path(agent)}?cursor=%F0%9F%9B%B6",
                    $"{Path(agent)}?cursor={cursor}&include_revoked=true",
                    $"{Path(agent)}/audit-logs?cursor={cursor}",
                    $"/api/agents?cursor={cursor}",
                ]
        )
            (await agent.CallAsync("GET", path)).ShouldFail(400, "INVALID_REQUEST");
        (await other.CallAsync("GET", $"{Path(other)}?cursor={cursor}")).ShouldFail(
            400,
            "INVALID_REQUEST"
        );
    }

    [Fact]
    public async Task A_list_is_its_agents_alone()
    {
        await using var server = await TestServer.StartAsync();
        using var agent = await AgentClient.LogInAsync(server);
        using var other = await AgentClient.LogInAsync(server);
        (await agent.CallAsync("GET", Path(other))).ShouldFail(403, "FORBIDDEN");
        (await agent.CallAsync("GET", "/api/agents/agt_zz")).ShouldFail(400, "INVALID_AGENT_ID");
        (await agent.RecoveryAsync("GET", Path(agent))).ShouldFail(401, "UNAUTHORIZED");
    }

    [Theory, OnEachDatabase]
    public async Task A_revoked_key_and_its_tokens_are_dead_at_once(Dialect dialect)
    {
        await using var server = await TestServer.StartAsync(dialect, _time);
        using var agent = await AgentClient.LogInAsync(server);
        (await agent.CallAsync("GET", "/api/auth/me")).Status.ShouldBe(200);
        var id = (await agent.CallAsync("GET", Path(agent))).Json["api_keys"]![0]![
            "key_id"
        ]!.ToString();

        var revoked = await agent.CallAsync("DELETE", $"{Path(agent)}/keys/{id}");
        revoked["status"].ShouldBe("revoked");
        (await agent.CallAsync("GET", "/api/auth/me")).ShouldFail(401, "UNAUTHORIZED");
        (await agent.ExchangeAsync()).ShouldFail(401, "UNAUTHORIZED");

        _time.Advance(TimeSpan.FromMinutes(1));
        // Again, by the short path and the other credential: it keeps its time.
        var again = await agent.RecoveryAsync("DELETE", $"{Path(agent)}/{id}");
        again["revoked_at"].ShouldBe(revoked["revoked_at"]);
        await agent.TakeTokenAsync();
        var all = await agent.CallAsync("GET", $"{Path(agent)}?include_revoked=true");
        all.Json["api_keys"]![1]!["status"]!.ToString().ShouldBe("revoked");
        (await agent.CallAsync("GET", Path(agent))).Json["api_keys"]!.AsArray().Count.ShouldBe(1);
    }

    [Fact]
    public async Task An_unknown_or_foreign_key_is_not_found()
    {
        await using var server = await TestServer.StartAsync();
        using var agent = await AgentClient.LogInAsync(server);
        using var other = await AgentClient.LogInAsync(server);
        var foreign = (await other.CallAsync("GET", Path(other))).Json["api_keys"]![0]!["key_id"];
        foreach (var id in (string[])[$"{foreign}", $"aky_{new string('0', 32)}", "aky_1", "x"])
            (await agent.CallAsync("DELETE", $"{Path(agent)}/keys/{id}")).ShouldFail(
                404,
                "NOT_FOUND"
            );
        (await other.CallAsync("GET", "/api/auth/me")).Status.ShouldBe(200);
    }

    [Theory, OnEachDatabase]
    public async Task A_replaced_key_works_on_for_its_grace(Dialect dialect)
    {
        await using var server = await TestServer.StartAsync(dialect, _time);
        using var agent = await AgentClient.LogInAsync(
            server,
            keyBody: """{"name":"cli","scopes":["messages:read"],"expires_in_days":10}"""
        );
        var id = (await agent.CallAsync("GET", Path(agent))).Json["api_keys"]![0]![
            "key_id"
        ]!.ToString();
        _time.Advance(TimeSpan.FromDays(1));
        var fresh = await agent.RecoveryAsync(
            "POST",
            $"{Path(agent)}/keys/{id}/rotate",
            """{"grace_period_seconds":600}"""
        );
        fresh.Status.ShouldBe(201, fresh.Text);
        fresh["replaces"].ShouldBe(id);
        fresh["expires_at"].ShouldBe("2026-05-12T09:30:00Z");
        (await agent.ExchangeAsync()).Status.ShouldBe(200);

        _time.Advance(TimeSpan.FromSeconds(600));
        (await agent.ExchangeAsync()).ShouldFail(401, "UNAUTHORIZED");
        (await agent.RecoveryAsync("POST", $"{Path(agent)}/keys/{id}/rotate")).ShouldFail(
            409,
            "CONFLICT"
        );
        agent.ApiKey = fresh["api_key"];
        (await agent.ExchangeAsync()).Status.ShouldBe(200);
    }

    [Theory, OnEachDatabase]
    public async Task A_key_whose_time_is_over_and_its_tokens_are_dead(Dialect dialect)
    {
        await using var server = await TestServer.StartAsync(dialect, _time);
        using var agent = await AgentClient.LogInAsync(
            server,
            keyBody: """{"name":"short","expires_in_days":1}"""
        );
        _time.Advance(TimeSpan.FromDays(1) - TimeSpan.FromMinutes(1));
        agent.Token = (await agent.ExchangeAsync())["access_token"];
        (await agent.CallAsync("GET", "/api/auth/me")).Status.ShouldBe(200);

        _time.Advance(TimeSpan.FromMinutes(1));

        (await agent.CallAsync("GET", "/api/auth/me")).ShouldFail(401, "UNAUTHORIZED");
        (await agent.ExchangeAsync()).ShouldFail(401, "UNAUTHORIZED");
        await agent.TakeTokenAsync();
        var listed = await agent.CallAsync("GET", Path(agent));
        listed.Json["api_keys"]!
            .AsArray()
            .Single(key => $"{key!["name"]}" == "short")!["status"]!
            .ToString()
            .ShouldBe("expired");
    }

    [Fact]
    public async Task An_agent_has_at_most_so_many_live_keys()
    {
        await using var server = await TestServer.StartAsync(
            settings: ("Messaging:Accounts:KeysPerAgent", "2")
        );
        using var agent = await AgentClient.LogInAsync(server);
        const string Body = """{"name":"cli"}""";
        var second = await agent.RecoveryAsync("POST", Path(agent), Body);
        (await agent.RecoveryAsync("POST", Path(agent), Body)).ShouldFail(409, "CONFLICT");
        await agent.RecoveryAsync("DELETE", $"{Path(agent)}/keys/{second["key_id"]}");
        (await agent.RecoveryAsync("POST", Path(agent), Body)).Status.ShouldBe(201);
    }

    private static string Path(AgentClient agent) => $"/api/agents/{agent.Id}";
}
