using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Millrace.Core.Storage;
using Millrace.Testing;
using Millrace.Tests.Api.Fluxra.Chat;

namespace Millrace.Tests.Api.Fluxra;

public sealed class AccountTests
{
    private readonly FakeTimeProvider _time = new(new(2026, 5, 1, 9, 30, 0, TimeSpan.Zero));

    [Theory, OnEachDatabase]
    public async Task Account_data_are_merged_and_a_new_address_is_verified_anew(Dialect dialect)
    {
        await using var server = await TestServer.StartAsync(dialect, _time);
        using var http = server.Client("");
        var registered = await http.CallAsync(
            "POST",
            "/api/auth/register",
            body: """{"agent_name":"scout","metadata":{"owner":"Example Org","version":"1"}}"""
        );
        using var agent = new AgentClient(server.Client(""), registered.Json);
        var changed = await agent.RecoveryAsync(
            "PATCH",
            Path(agent),
            """{"email":"ops@example.com","metadata":{"version":null,"description":"Tides"}}"""
        );
        changed.Status.ShouldBe(200, changed.Text);
        changed["email"].ShouldBe("ops@example.com");
        changed["email_verified"].ShouldBe("false");
        changed["email_verification_sent"].ShouldBe("true");
        changed.Json["metadata"]!
            .ToJsonString()
            .ShouldBe("""{"description":"Tides","owner":"Example Org","version":null}""");
        var same = await agent.RecoveryAsync(
            "PATCH",
            Path(agent),
            """{"email":"ops@example.com"}"""
        );
        same["email_verification_sent"].ShouldBe("false");
        var cleared = await agent.RecoveryAsync("PATCH", Path(agent), """{"email":null}""");
        cleared.Member("email").ShouldBeNull();
        (await agent.RecoveryAsync("POST", "/api/auth/resend-verification")).ShouldFail(
            400,
            "INVALID_REQUEST"
        );
        (await agent.RecoveryAsync("PATCH", Path(agent), """{"email":5}""")).ShouldFail(
            400,
            "INVALID_REQUEST"
        );
    }

    [Theory, OnEachDatabase]
    public async Task A_deleted_agent_is_gone_with_its_credentials_and_profile(Dialect dialect)
    {
        await using var server = await TestServer.StartAsync(dialect, _time);
        using var agent = await AgentClient.LogInAsync(server);
        using var http = server.Client("");
        await agent.CallAsync("PUT", $"{Path(agent)}/profile", "{}");
        (await http.CallAsync("GET", $"{Path(agent)}/profile")).Status.ShouldBe(200);

        (await agent.CallAsync("DELETE", Path(agent))).ShouldFail(401, "UNAUTHORIZED");
        var deleted = await agent.RecoveryAsync("DELETE", Path(agent));
        deleted.Text.ShouldBe(
            $$"""{"agent_id":"{{agent.Id}}","status":"deleted","deleted_at":"2026-05-01T09:30:00Z"}"""
        );
        (await agent.RecoveryAsync("DELETE", Path(agent))).ShouldFail(401, "UNAUTHORIZED");
        (await agent.CallAsync("GET", "/api/auth/me")).ShouldFail(401, "UNAUTHORIZED");
        (await agent.ExchangeAsync()).ShouldFail(401, "UNAUTHORIZED");
        (await http.CallAsync("GET", $"{Path(agent)}/profile")).ShouldFail(404, "NOT_FOUND");
        (await http.CallAsync("GET", "/api/agents")).Json["agents"]!.AsArray().ShouldBeEmpty();
    }

    [Theory, OnEachDatabase]
    public async Task Nothing_keeps_the_address_of_a_deleted_agent(Dialect dialect)
    {
        await using var server = await TestServer.StartAsync(dialect, _time);
        using var agent = await AgentClient.RegisterAsync(server, email: "ops@example.com");
        (await AddressesAsync()).ShouldBe(2, "of the account and of its mail");

        (await agent.RecoveryAsync("DELETE", Path(agent))).Status.ShouldBe(200);

        (await AddressesAsync()).ShouldBe(0);

        Task<long> AddressesAsync() =>
            server
                .Services.GetRequiredService<Store>()
                .ReadAsync(
                    Reach.Installation,
                    db =>
                        db.FirstAsync(
                            """
                            SELECT (SELECT COUNT(*) FROM agent_accounts WHERE email = $1)
                                + (SELECT COUNT(*) FROM account_mails WHERE address = $1)
                            """,
                            row => row.Int64(0),
                            "ops@example.com"
                        )
                );
    }

    [Theory, OnEachDatabase]
    public async Task The_audit_log_tells_what_happened_and_no_secret(Dialect dialect)
    {
        await using var server = await TestServer.StartAsync(dialect, _time);
        using var agent = await AgentClient.RegisterAsync(server);
        _time.Advance(TimeSpan.FromSeconds(1));
        var key = await agent.RecoveryAsync("POST", Path(agent), """{"name":"cli"}""");
        agent.ApiKey = key["api_key"];
        _time.Advance(TimeSpan.FromSeconds(1));
        agent.Token = (await agent.ExchangeAsync())["access_token"];
        _time.Advance(TimeSpan.FromSeconds(1));
        agent.ApiKey = "sk_00000000000000000";
        await agent.ExchangeAsync();

        var log = await agent.CallAsync("GET", $"{Path(agent)}/audit-logs");
        log.Status.ShouldBe(200, log.Text);
        var entries = log.Json["audit_logs"]!.AsArray();
        entries
            .Select(entry => $"{entry!["action"]} {entry["actor"]}")
            .ShouldBe([
                "auth.failed api_key",
                "token.issued api_key",
                "key.created recovery_key",
                "agent.registered system",
            ]);
        entries[2]!["audit_id"]!.ToString().ShouldMatch("^aud_[0-9a-f-]{36}$");
        entries[2]!["key_id"]!.ToString().ShouldBe(key["key_id"]);
        entries[2]!["ip"]!.ToString().ShouldBe("127.0.0.1");
        entries[2]!["details"]!["name"]!.ToString().ShouldBe("cli");
        log.Text.ShouldNotContain(agent.RecoveryKey);
        log.Text.ShouldNotContain(key["api_key"]);

        var some = await agent.RecoveryAsync(
            "GET",
            $"{Path(agent)}/audit?action=key.created&since=2026-05-01T11:30:01%2B02:00&until=2026-05-01T09:30:01.5Z"
        );
        some.Json["audit_logs"]!.AsArray().Count.ShouldBe(1);
        foreach (
            var (range, actions) in new (string, string[])[]
            {
                ("since=2026-05-01T09:30:02Z", ["auth.failed", "token.issued"]),
                ("since=2026-05-01T09:30:02.000000001Z", ["auth.failed", "token.issued"]),
                ("since=2026-05-01T09:30:02.001Z", ["auth.failed"]),
                ("until=2026-05-01T09:30:01Z", ["key.created", "agent.registered"]),
                ("until=2026-05-01T09:30:00.999999999Z", ["agent.registered"]),
                ("until=2026-05-01T09:29:59Z", []),
                ("until=0001-01-01T00:00:00Z", []),
                ("since=9999-12-31T23:59:59.999999999Z", []),
                (
                    "since=0001-01-01T00:00:00Z&until=9999-12-31T23:59:59.999999999Z",
                    ["auth.failed", "token.issued", "key.created", "agent.registered"]
                ),
            }
        )
            (await agent.AllAsync($"{Path(agent)}/audit-logs?{range}", "audit_logs"))
                .Select(entry => entry["action"]!.ToString())
                .ShouldBe(actions, range);
        (await agent.CallAsync("GET", $"{Path(agent)}/audit_logs?since=yesterday")).ShouldFail(
            400,
            "INVALID_REQUEST"
        );
        using var other = await AgentClient.LogInAsync(server);
        (await other.CallAsync("GET", $"{Path(agent)}/audit-log")).ShouldFail(403, "FORBIDDEN");
    }

    [Theory, OnEachDatabase]
    public async Task Audit_entries_are_removed_after_ninety_days(Dialect dialect)
    {
        await using var server = await TestServer.StartAsync(dialect, _time);
        using var agent = await AgentClient.LogInAsync(server);
        _time.Advance(TimeSpan.FromDays(91));
        agent.Token = (await agent.ExchangeAsync())["access_token"];

        List<string> actions;
        do
        {
            _time.Advance(TimeSpan.FromMinutes(1));
            await Task.Delay(20, TestContext.Current.CancellationToken);
            var log = await agent.RecoveryAsync("GET", $"{Path(agent)}/audit-logs");
            actions =
            [
                .. log.Json["audit_logs"]!.AsArray().Select(entry => entry!["action"]!.ToString()),
            ];
        } while (actions.Count > 1);

        actions.ShouldBe(["token.issued"]);
    }

    [Theory]
    [InlineData("127.0.0.1", "203.0.113.7")]
    [InlineData("198.51.100.1", "127.0.0.1")]
    public async Task An_address_that_a_proxy_tells_is_believed_when_the_proxy_is_trusted(
        string trusted,
        string expected
    )
    {
        await using var server = await TestServer.StartAsync(
            settings: ("Proxies:Trusted:0", trusted)
        );
        using var agent = await AgentClient.LogInAsync(server);
        (
            await agent.CallAsync(
                "POST",
                "/api/auth/refresh",
                null,
                ("X-Forwarded-For", "203.0.113.7")
            )
        ).Status.ShouldBe(200);

        var log = await agent.RecoveryAsync("GET", $"{Path(agent)}/audit-logs");
        log.Json["audit_logs"]![0]!["ip"]!.ToString().ShouldBe(expected);
    }

    private static string Path(AgentClient agent) => $"/api/agents/{agent.Id}";
}
