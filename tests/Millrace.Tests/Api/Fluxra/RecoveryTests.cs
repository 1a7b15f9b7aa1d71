using Microsoft.Extensions.Time.Testing;
using Millrace.Core.Storage;
using Millrace.Testing;
using Millrace.Tests.Api.Fluxra.Chat;

namespace Millrace.Tests.Api.Fluxra;

public sealed class RecoveryTests
{
    private const string Address = "ops@example.com";

    private readonly FakeTimeProvider _time = new(new(2026, 5, 1, 9, 30, 0, TimeSpan.Zero));

    [Theory, OnEachDatabase]
    public async Task The_link_of_the_mail_verifies_the_address(Dialect dialect)
    {
        await using var server = await TestServer.StartAsync(
            dialect,
            _time,
            ("Messaging:Mail:PublicUrl", "https://chat.example.com/")
        );
        using var agent = await AgentClient.RegisterAsync(server, email: Address);
        using var http = server.Client("");
        var mail = (await server.ReadAsync(1)).Single();
        mail.ShouldContain($"To: {Address}");
        var token = Outbox.TokenIn(mail);
        token.ShouldStartWith("vrf_");
        mail.ShouldContain($"https://chat.example.com/api/auth/verify-email?token={token}");

        var verified = await http.CallAsync("GET", $"/api/auth/verify-email?token={token}");
        verified.Status.ShouldBe(200, verified.Text);
        verified["agent_id"].ShouldBe(agent.Id);
        verified["email"].ShouldBe(Address);
        verified["verified_at"].ShouldBe("2026-05-01T09:30:00Z");

        _time.Advance(TimeSpan.FromHours(2));
        var again = await http.CallAsync(
            "POST",
            "/api/auth/verify",
            body: $$"""{"token":"{{token}}"}"""
        );
        again.Text.ShouldBe(verified.Text);
        var browser = await http.CallAsync(
            "GET",
            $"/api/auth/verify-email?token={token}",
            headers: ("Accept", "text/html,*/*")
        );
        browser.Type!.ShouldStartWith("text/html");
        await agent.TakeTokenAsync();
        (await agent.CallAsync("GET", "/api/auth/me"))["email_verified"].ShouldBe("true");
        (await agent.RecoveryAsync("POST", "/api/auth/resend-verification")).ShouldFail(
            409,
            "CONFLICT"
        );
    }

    [Theory, OnEachDatabase]
    public async Task Five_wrong_codes_void_the_right_one(Dialect dialect)
    {
        await using var server = await TestServer.StartAsync(dialect, _time);
        using var agent = await AgentClient.RegisterAsync(server, email: Address);
        using var http = server.Client("");
        Task<Answer> TryAsync(string code) =>
            http.CallAsync(
                "POST",
                "/api/auth/verify-email",
                body: $$"""{"agent_id":"{{agent.Id}}","code":"{{code}}"}"""
            );
        var right = Outbox.CodeIn((await server.ReadAsync(1)).Single());
        for (var attempt = 0; attempt < 5; attempt++)
            (await TryAsync(right == "000000" ? "000001" : "000000")).ShouldFail(
                400,
                "INVALID_REQUEST"
            );
        (await TryAsync(right)).ShouldFail(400, "INVALID_REQUEST");

        _time.Advance(TimeSpan.FromSeconds(1));
        var resent = await agent.RecoveryAsync("POST", "/api/auth/resend-verification");
        resent["email_verification_sent"].ShouldBe("true");
        right = Outbox.CodeIn((await server.ReadAsync(2))[^1]);
        (await TryAsync(right)).Status.ShouldBe(200);
        (await TryAsync(right)).ShouldFail(400, "INVALID_REQUEST");
    }

    [Fact]
    public async Task What_was_mailed_lapses_after_an_hour_and_when_it_is_mailed_again()
    {
        await using var server = await TestServer.StartAsync(time: _time);
        using var agent = await AgentClient.RegisterAsync(server, email: Address);
        using var http = server.Client("");
        Task<Answer> FollowAsync(string mail) =>
            http.CallAsync("GET", $"/api/auth/verify-email?token={Outbox.TokenIn(mail)}");
        var first = (await server.ReadAsync(1)).Single();
        _time.Advance(TimeSpan.FromSeconds(1));
        await agent.RecoveryAsync("POST", "/api/auth/resend-verification");
        (await FollowAsync(first)).ShouldFail(400, "INVALID_REQUEST");
        var second = (await server.ReadAsync(2))[^1];
        _time.Advance(TimeSpan.FromHours(1));
        (await FollowAsync(second)).ShouldFail(400, "INVALID_REQUEST");
        (await http.CallAsync("GET", "/api/auth/verify-email?token=vrf_1")).ShouldFail(
            400,
            "INVALID_REQUEST"
        );
        (await http.CallAsync("GET", "/api/auth/verify-email")).ShouldFail(400, "INVALID_REQUEST");
    }

    [Theory, OnEachDatabase]
    public async Task A_lost_account_is_got_back_by_its_verified_address(Dialect dialect)
    {
        await using var server = await TestServer.StartAsync(
            dialect,
            _time,
            ("Outbound:Allow:0", "127.0.0.0/8")
        );
        using var agent = await AgentClient.RegisterAsync(server, "harbor-scout", Address);
        using var http = server.Client("");
        await agent.TakeTokenAsync();
        var hook = await agent.CallAsync(
            "POST",
            "/api/webhooks",
            """{"url":"http://127.0.0.1:9/hook"}"""
        );
        hook.Status.ShouldBe(201, hook.Text);
        Task<Answer> AskAsync(string email) =>
            http.CallAsync(
                "POST",
                "/api/auth/recover",
                body: $$"""{"agent_name":"Harbor-Scout","email":"{{email}}"}"""
            );
        // Not verified, or another's: the answer is the same, and nothing is mailed.
        (await AskAsync(Address)).Text.ShouldBe("""{"status":"accepted"}""");
        var verification = Outbox.TokenIn((await server.ReadAsync(1)).Single());
        await http.CallAsync("GET", $"/api/auth/verify-email?token={verification}");
        (await AskAsync("other@example.com")).Status.ShouldBe(202);
        _time.Advance(TimeSpan.FromSeconds(1));
        (await AskAsync("OPS@example.com")).Status.ShouldBe(202);
        var mails = await server.ReadAsync(2);
        mails.Count.ShouldBe(2);
        var token = Outbox.TokenIn(mails[^1]);
        token.ShouldStartWith("rcv_");

        var body = $$"""{"token":"{{token}}"}""";
        var back = await http.CallAsync("POST", "/api/auth/recover/confirm", body: body);
        back.Status.ShouldBe(200, back.Text);
        back["agent_id"].ShouldBe(agent.Id);
        back["api_keys_revoked"].ShouldBe("1");
        back.Header("Cache-Control").ShouldBe("no-store");
        (await agent.CallAsync("GET", "/api/auth/me")).ShouldFail(401, "UNAUTHORIZED");
        (await agent.ExchangeAsync()).ShouldFail(401, "UNAUTHORIZED");
        var path = $"/api/agents/{agent.Id}";
        (await agent.RecoveryAsync("POST", path, """{"name":"x"}""")).Status.ShouldBe(401);
        agent.RecoveryKey = back["recovery_key"];
        (await agent.RecoveryAsync("POST", path, """{"name":"x"}""")).Status.ShouldBe(201);
        await agent.TakeTokenAsync();
        var stopped = await agent.CallAsync("GET", $"/api/webhooks/{hook["webhook_id"]}");
        stopped.Json["enabled"]!.GetValue<bool>().ShouldBeFalse();
        stopped["disabled_reason"].ShouldContain("recovered");
        (await http.CallAsync("POST", "/api/auth/recover/confirm", body: body)).ShouldFail(
            400,
            "INVALID_REQUEST"
        );
    }

    [Fact]
    public async Task A_changed_recovery_key_is_told_to_the_address_and_kills_the_old_one()
    {
        await using var server = await TestServer.StartAsync(time: _time);
        using var agent = await AgentClient.RegisterAsync(server, email: Address);
        using var http = server.Client("");
        await agent.TakeTokenAsync();
        var verification = Outbox.TokenIn((await server.ReadAsync(1)).Single());
        await http.CallAsync("GET", $"/api/auth/verify-email?token={verification}");
        _time.Advance(TimeSpan.FromSeconds(1));

        var rotated = await agent.RecoveryAsync("POST", "/api/auth/rotate-recovery-key");
        rotated.Status.ShouldBe(200, rotated.Text);
        rotated["rotated_at"].ShouldBe("2026-05-01T09:30:01Z");
        (await agent.RecoveryAsync("POST", "/api/auth/rotate-recovery-key")).ShouldFail(
            401,
            "UNAUTHORIZED"
        );
        (await agent.CallAsync("GET", "/api/auth/me")).Status.ShouldBe(200);
        var notice = (await server.ReadAsync(2))[^1];
        notice.ShouldContain("was changed");
        notice.ShouldNotContain(rotated["recovery_key"]);
    }

    [Fact]
    public async Task Mailing_is_limited_by_address()
    {
        await using var server = await TestServer.StartAsync(time: _time);
        using var http = server.Client("");
        const string Body = """{"agent_name":"nobody","email":"a@example.com"}""";
        for (var i = 0; i < 10; i++)
            (await http.CallAsync("POST", "/api/auth/recover", body: Body)).Status.ShouldBe(202);
        (await http.CallAsync("POST", "/api/auth/recover", body: Body)).ShouldFail(
            429,
            "RATE_LIMIT_EXCEEDED"
        );
        (await http.CallAsync("POST", "/api/auth/recover", body: "{}")).ShouldFail(
            400,
            "INVALID_REQUEST"
        );
    }

    [Theory, OnEachDatabase]
    public async Task Of_rotations_at_once_by_one_recovery_key_one_succeeds(Dialect dialect)
    {
        await using var server = await Talk.StartAsync(dialect);
        using var agent = await AgentClient.RegisterAsync(server);
        for (var round = 0; round < 5; round++)
        {
            var answers = await Task.WhenAll(
                Enumerable
                    .Range(0, 8)
                    .Select(_ => agent.RecoveryAsync("POST", "/api/auth/rotate-recovery-key"))
            );

            var rotated = answers.Where(answer => answer.Status == 200).ShouldHaveSingleItem();
            foreach (var answer in answers.Where(answer => answer != rotated))
                answer.ShouldFail(401, "UNAUTHORIZED");
            agent.RecoveryKey = rotated["recovery_key"];
        }
        await agent.TakeTokenAsync();
    }

    [Theory, OnEachDatabase]
    public async Task A_mailed_token_gets_an_account_back_once_and_no_older_key_outlives_it(
        Dialect dialect
    )
    {
        await using var server = await Talk.StartAsync(dialect);
        using var agent = await AgentClient.RegisterAsync(server, email: Address);
        using var http = server.Client("");
        var verification = Outbox.TokenIn((await server.ReadAsync(1)).Single());
        var verified = await Task.WhenAll(
            Enumerable
                .Range(0, 8)
                .Select(_ =>
                    http.CallAsync("GET", $"/api/auth/verify-email?token={verification}")
                )
        );
        verified.Select(answer => answer.Text).Distinct().ShouldHaveSingleItem();
        await http.CallAsync(
            "POST",
            "/api/auth/recover",
            body: $$"""{"agent_id":"{{agent.Id}}","email":"{{Address}}"}"""
        );
        var token = (await server.ReadAsync(2))
            .Select(Outbox.TokenIn)
            .Single(mailed => mailed.StartsWith("rcv_", StringComparison.Ordinal));

        var made = Enumerable
            .Range(0, 8)
            .Select(_ =>
                agent.RecoveryAsync("POST", $"/api/agents/{agent.Id}", """{"name":"old"}""")
            )
            .ToList();
        var answers = await Task.WhenAll(
            Enumerable
                .Range(0, 4)
                .Select(_ =>
                    http.CallAsync(
                        "POST",
                        "/api/auth/recover/confirm",
                        body: $$"""{"token":"{{token}}"}"""
                    )
                )
        );
        var old = await Task.WhenAll(made);

        var back = answers.Where(answer => answer.Status == 200).ShouldHaveSingleItem();
        foreach (var answer in answers.Where(answer => answer != back))
            answer.ShouldFail(400, "INVALID_REQUEST");
        foreach (var key in old)
        {
            key.Status.ShouldBeOneOf(201, 401);
            if (key.Status != 201)
                continue;
            agent.ApiKey = key["api_key"];
            (await agent.ExchangeAsync()).ShouldFail(401, "UNAUTHORIZED");
        }
        agent.RecoveryKey = back["recovery_key"];
        await agent.TakeTokenAsync();
    }

    [Theory, OnEachDatabase]
    public async Task Wrong_codes_at_once_are_all_counted(Dialect dialect)
    {
        await using var server = await Talk.StartAsync(dialect);
        using var agent = await AgentClient.RegisterAsync(server, email: Address);
        using var http = server.Client("");
        Task<Answer> TryAsync(string code) =>
            http.CallAsync(
                "POST",
                "/api/auth/verify-email",
                body: $$"""{"agent_id":"{{agent.Id}}","code":"{{code}}"}"""
            );
        var right = Outbox.CodeIn((await server.ReadAsync(1)).Single());
        var wrong = right == "000000" ? "000001" : "000000";

        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => TryAsync(wrong)));

        foreach (var answer in answers)
            answer.ShouldFail(400, "INVALID_REQUEST");
        (await TryAsync(right)).ShouldFail(400, "INVALID_REQUEST");
    }

    [Fact]
    public async Task An_agent_id_of_null_is_none()
    {
        await using var server = await TestServer.StartAsync(time: _time);
        using var http = server.Client("");
        foreach (
            var body in (string[])
                ["""{"agent_id":null,"email":"a@example.com"}""", """{"email":"a@example.com"}"""]
        )
            (await http.CallAsync("POST", "/api/auth/recover", body: body)).ShouldFail(
                400,
                "INVALID_REQUEST"
            );
    }

    [Fact]
    public async Task A_verification_ends_an_hour_after_the_account_was_made_by_any_clock()
    {
        _time.AutoAdvanceAmount = TimeSpan.FromMilliseconds(700);
        await using var server = await TestServer.StartAsync(time: _time);
        for (var i = 0; i < 5; i++)
        {
            using var agent = await AgentClient.RegisterAsync(server, email: Address);
            var made = DateTimeOffset.Parse(agent.Registered["created_at"]!.ToString());
            var ends = agent.Registered["email_verification_expires_at"]!.ToString();
            DateTimeOffset.Parse(ends).ShouldBe(made.AddHours(1));
        }
    }
}
