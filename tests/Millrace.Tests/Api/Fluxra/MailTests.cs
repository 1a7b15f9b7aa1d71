using Microsoft.Extensions.Time.Testing;
using Millrace.Core.Storage;
using Millrace.Testing;
using Millrace.Testing.Doubles;

namespace Millrace.Tests.Api.Fluxra;

/// <summary>Mails that leave by the operator's SMTP server.</summary>
public sealed class MailTests : IAsyncDisposable
{
    private readonly SmtpDouble _smtp = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _smtp.DisposeAsync();

    [Theory, OnEachDatabase]
    public async Task A_mail_goes_out_by_SMTP_with_the_operators_login_and_its_token_holds(
        Dialect dialect
    )
    {
        await using var server = await TestServer.StartAsync(
            dialect,
            settings:
            [
                .. Smtp,
                ("Messaging:Mail:User", "post"),
                ("Messaging:Mail:Password", "pass word"),
                ("Messaging:Mail:From", "chat@harbor.example"),
                ("Messaging:Mail:PublicUrl", "https://chat.harbor.example/"),
            ]
        );
        using var agent = await AgentClient.RegisterAsync(server, email: "ops@example.com");
        agent.Registered["email_verification_sent"]!.GetValue<bool>().ShouldBeTrue();

        var mail = await _smtp.NextAsync(Cancel);

        (mail.From, mail.To).ShouldBe(("chat@harbor.example", "ops@example.com"));
        (mail.User, mail.Password).ShouldBe(("post", "pass word"));
        mail.Text.ShouldContain("https://chat.harbor.example/api/auth/verify-email?token=");
        mail.Text.ShouldContain("Message-ID: <");
        var token = mail
            .Text.Split('\n')
            .Single(line => line.StartsWith("Token: ", StringComparison.Ordinal));
        var verified = await agent.RecoveryAsync(
            "POST",
            "/api/auth/verify-email",
            $$"""{"token":"{{token["Token: ".Length..].Trim()}}"}"""
        );
        verified.Status.ShouldBe(200, verified.Text);
        Directory.Exists(Path.Combine(server.Folder, "outbox")).ShouldBeFalse();
    }

    [Theory, OnEachDatabase]
    public async Task A_refused_or_unanswered_mail_is_tried_again(Dialect dialect)
    {
        _smtp.Refusals.Enqueue("451 try later");
        _smtp.Refusals.Enqueue("");
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var server = await TestServer.StartAsync(
            dialect,
            time,
            [.. Smtp, ("Messaging:Mail:TimeLimit", "00:00:05")]
        );
        using var agent = await AgentClient.RegisterAsync(server, email: "ops@example.com");

        var coming = _smtp.NextAsync(Cancel);
        while (!coming.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(coming, Task.Delay(TimeSpan.FromMilliseconds(100), Cancel));
        }

        (await coming).To.ShouldBe("ops@example.com");
        _smtp.Refusals.ShouldBeEmpty();
    }

    [Theory, OnEachDatabase]
    public async Task Another_address_does_not_silence_the_notice_of_a_changed_recovery_key(
        Dialect dialect
    )
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var server = await TestServer.StartAsync(dialect, time, Smtp);
        using var agent = await AgentClient.RegisterAsync(server, email: "ops@example.com");
        var mail = await _smtp.NextAsync(Cancel);
        var token = mail
            .Text.Split('\n')
            .Single(line => line.StartsWith("Token: ", StringComparison.Ordinal))[7..]
            .Trim();
        (
            await agent.RecoveryAsync(
                "POST",
                "/api/auth/verify-email",
                $$"""{"token":"{{token}}"}"""
            )
        ).Status.ShouldBe(200);
        // The notice does not get out before the address is changed.
        _smtp.Refusals.Enqueue("451 try later");

        var rotated = await agent.RecoveryAsync("POST", "/api/auth/rotate-recovery-key");
        agent.RecoveryKey = rotated["recovery_key"];
        (
            await agent.RecoveryAsync("PATCH", $"/api/agents/{agent.Id}", """{"email":null}""")
        ).Status.ShouldBe(200);

        var coming = _smtp.NextAsync(Cancel);
        while (!coming.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(coming, Task.Delay(TimeSpan.FromMilliseconds(100), Cancel));
        }
        var notice = await coming;
        notice.To.ShouldBe("ops@example.com");
        notice.Text.ShouldContain("was changed");
    }

    private (string, string)[] Smtp =>
        [
            ("Messaging:Mail:Host", "127.0.0.1"),
            ("Messaging:Mail:Port", $"{_smtp.Port}"),
            ("Messaging:Mail:Tls", "false"),
        ];
}
