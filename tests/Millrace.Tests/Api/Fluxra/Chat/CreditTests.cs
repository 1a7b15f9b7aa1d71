using Microsoft.Extensions.DependencyInjection;
using Millrace.Core.Storage;
using Millrace.Messaging;
using Millrace.Payments.Ledger;
using Millrace.Testing;

namespace Millrace.Tests.Api.Fluxra.Chat;

public sealed class CreditTests
{
    private const string Scopes =
        """{"name":"cli","scopes":["messages:write","credits:read","credits:write"]}""";
    private const string OperatorKey = "operator-key-0123456789";

    [Theory, OnEachDatabase]
    public async Task A_new_agent_has_the_grant_and_pays_others_with_it(Dialect dialect)
    {
        await using var server = await Talk.StartAsync(dialect);
        var (ada, bob, eve) = await PayersAsync(server);

        var paid = await ada.PayAsync(bob, 5, "berth fee");

        paid.Status.ShouldBe(201, paid.Text);
        paid["status"].ShouldBe("completed");
        (await ada.AvailableAsync()).ShouldBe(95);
        (await bob.AvailableAsync()).ShouldBe(105);
        var path = $"/api/credits/transfers/{paid["transfer_id"]}";
        foreach (var party in (AgentClient[])[ada, bob])
        {
            var shown = await party.GetAsync(path);
            shown["sender_id"].ShouldBe(ada.Id);
            shown["recipient_agent_id"].ShouldBe(bob.Id);
            shown.Json["amount"]!.GetValue<long>().ShouldBe(5);
        }
        (await eve.GetAsync(path)).ShouldFail(404, "NOT_FOUND");
        var entries = await ada.AllAsync("/api/credits/ledger", "entries", 1);
        entries.Select(entry => entry["kind"]!.ToString()).ShouldBe(["transfer_out", "grant"]);
        entries[0]["available_after"]!.GetValue<long>().ShouldBe(95);
        entries[0]["counterparty_id"]!.ToString().ShouldBe(bob.Id);
        (
            await ada.AllAsync($"/api/credits/ledger?reference_id={paid["transfer_id"]}", "entries")
        ).Count.ShouldBe(1);
        (await ada.AllAsync("/api/credits/ledger?kind=hold", "entries")).ShouldBeEmpty();
        (await ada.GetAsync("/api/credits/ledger?kind=gift")).ShouldFail(400, "INVALID_REQUEST");
    }

    [Theory, OnEachDatabase]
    public async Task What_cannot_be_paid_is_refused(Dialect dialect)
    {
        await using var server = await Talk.StartAsync(dialect);
        var (ada, bob, eve) = await PayersAsync(server);

        (await ada.PayAsync(bob, 101)).ShouldFail(402, "INSUFFICIENT_CREDITS");
        (await ada.PayAsync(bob, 0)).ShouldFail(400, "INVALID_REQUEST");
        (await ada.PayAsync(bob, 1_000_000_000_001)).ShouldFail(400, "INVALID_REQUEST");
        (await ada.PayAsync(ada, 1)).ShouldFail(400, "INVALID_REQUEST");
        (
            await ada.PostAsync(
                "/api/credits/transfers",
                new { recipient_agent_id = $"agt_{Guid.NewGuid():N}", amount = 1 }
            )
        ).ShouldFail(404, "NOT_FOUND");
        await bob.BlockAsync("agent", ada.Id);
        (await ada.PayAsync(bob, 1)).ShouldFail(403, "FORBIDDEN");
        (await bob.PayAsync(ada, 1)).ShouldFail(403, "FORBIDDEN");
        using var poor = await AgentClient.LogInAsync(server);
        (await poor.PayAsync(eve, 1)).ShouldFail(403, "FORBIDDEN");
        (await poor.GetAsync("/api/credits/balance")).ShouldFail(403, "FORBIDDEN");
        (
            await ada.PostAsync("/api/credits/grants", new { agent_id = ada.Id, amount = 1 })
        ).ShouldFail(404, "NOT_FOUND");
    }

    [Theory, OnEachDatabase]
    public async Task A_hold_is_paid_out_by_its_owner_or_given_back_by_its_beneficiary(
        Dialect dialect
    )
    {
        await using var server = await Talk.StartAsync(dialect);
        var (ada, bob, eve) = await PayersAsync(server);

        var hold = await ada.HoldAsync(bob, 10);
        hold["status"].ShouldBe("active");
        hold.Member("reference_id").ShouldBeNull();
        var path = $"/api/credits/holds/{hold["hold_id"]}";
        (await eve.GetAsync(path)).ShouldFail(404, "NOT_FOUND");
        (await bob.PostAsync($"{path}/capture", new { })).ShouldFail(403, "FORBIDDEN");
        (await ada.PostAsync($"{path}/release", new { })).ShouldFail(403, "FORBIDDEN");
        (await ada.PostAsync($"{path}/capture", new { amount = 11 })).ShouldFail(
            400,
            "INVALID_REQUEST"
        );
        var captured = await ada.PostAsync($"{path}/capture", new { amount = 6 });

        captured["status"].ShouldBe("captured");
        captured.Json["released_amount"]!.GetValue<long>().ShouldBe(4);
        (await ada.PostAsync($"{path}/capture", new { })).ShouldFail(409, "INVALID_STATE");
        (await ada.AvailableAsync()).ShouldBe(94);
        (await bob.AvailableAsync()).ShouldBe(106);
        var second = await ada.HoldAsync(bob, 94);
        (await ada.HoldAsync(bob, 1)).ShouldFail(402, "INSUFFICIENT_CREDITS");
        (await ada.RecoveryAsync("DELETE", $"/api/agents/{ada.Id}")).ShouldFail(409, "CONFLICT");
        (await bob.PostAsync($"/api/credits/holds/{second["hold_id"]}/release", new { }))["status"]
            .ShouldBe("released");
        (await ada.AvailableAsync()).ShouldBe(94);
        (await ada.AllAsync("/api/credits/holds", "holds", 1)).Count.ShouldBe(2);
        (await ada.AllAsync("/api/credits/holds?role=beneficiary", "holds")).ShouldBeEmpty();
        (
            await bob.AllAsync("/api/credits/holds?role=beneficiary&status=released", "holds")
        ).Count.ShouldBe(1);
        await CheckAsync(server);
    }

    [Theory, OnEachDatabase]
    public async Task Payers_at_once_create_and_destroy_nothing(Dialect dialect)
    {
        await using var server = await Talk.StartAsync(dialect);
        var (ada, bob, eve) = await PayersAsync(server);
        AgentClient[] all = [ada, bob, eve];

        var acts = await Task.WhenAll(
            Enumerable
                .Range(0, 120)
                .Select(async n =>
                {
                    var (from, to) = (all[n % 3], all[(n + 1 + n / 3 % 2) % 3]);
                    var isTransfer = n % 2 == 0;
                    var act = isTransfer
                        ? await from.PayAsync(to, 1 + n % 40)
                        : await from.HoldAsync(to, 1 + n % 40);
                    if (act.Status != 201)
                    {
                        act.ShouldFail(402, "INSUFFICIENT_CREDITS");
                        return "";
                    }
                    if (isTransfer)
                        return "transfer";
                    if (n % 3 == 0)
                        return "hold";
                    var captured = await from.PostAsync(
                        $"/api/credits/holds/{act["hold_id"]}/capture",
                        new { amount = 1 }
                    );
                    captured.Status.ShouldBe(200, captured.Text);
                    return "capture";
                })
        );

        // Three hundred credits are enough for some of each.
        foreach (var kind in (string[])["transfer", "hold", "capture"])
            acts.ShouldContain(kind);
        await CheckAsync(server);
    }

    [Theory, OnEachDatabase]
    public async Task The_operator_grants_by_its_key(Dialect dialect)
    {
        await using var server = await Talk.StartAsync(
            dialect,
            ("Fluxra:Operator:Key", OperatorKey)
        );
        var (ada, _, _) = await PayersAsync(server);
        using var http = new HttpClient { BaseAddress = server.Address };
        var body = $$"""{"agent_id":"{{ada.Id}}","amount":500,"memo":"season"}""";

        (await http.CallAsync("POST", "/api/credits/grants", "Bearer wrong", body)).ShouldFail(
            401,
            "UNAUTHORIZED"
        );
        (await ada.CallAsync("POST", "/api/credits/grants", body)).ShouldFail(401, "UNAUTHORIZED");
        var granted = await http.CallAsync(
            "POST",
            "/api/credits/grants",
            $"Bearer {OperatorKey}",
            body
        );

        granted.Status.ShouldBe(201, granted.Text);
        granted["grant_id"].ShouldStartWith("led_");
        var found = await ada.AllAsync(
            $"/api/credits/ledger?reference_id={granted["grant_id"]}",
            "entries"
        );
        var entry = found.ShouldHaveSingleItem();
        entry["reference_id"]!.ToString().ShouldBe(granted["grant_id"]);
        entry["memo"]!.ToString().ShouldBe("season");
        granted.Json["available_after"]!.GetValue<long>().ShouldBe(600);
        var once = await OnceAsync(body);
        var again = await OnceAsync(body);
        once.Json["available_after"]!.GetValue<long>().ShouldBe(1100);
        again.Text.ShouldBe(once.Text);
        again.Header("Idempotency-Replayed").ShouldBe("true");
        (await OnceAsync(body.Replace("500", "501"))).ShouldFail(409, "CONFLICT");

        Task<Answer> OnceAsync(string body) =>
            http.CallAsync(
                "POST",
                "/api/credits/grants",
                $"Bearer {OperatorKey}",
                body,
                headers: ("Idempotency-Key", "season-1")
            );
        // What a deleted agent had is forfeited.
        (await ada.RecoveryAsync("DELETE", $"/api/agents/{ada.Id}")).Status.ShouldBe(200);
        await CheckAsync(server);
    }

    private static async Task<(AgentClient, AgentClient, AgentClient)> PayersAsync(
        TestServer server
    ) =>
        (
            await AgentClient.LogInAsync(server, keyBody: Scopes),
            await AgentClient.LogInAsync(server, keyBody: Scopes),
            await AgentClient.LogInAsync(server, keyBody: Scopes)
        );

    /// <summary>All accounts together, the issuer's too, hold nothing, and no agent's is below it.</summary>
    private static async Task CheckAsync(TestServer server)
    {
        var workspace = server.Services.GetRequiredService<MessagingHome>().Workspace;
        var accounts = await server
            .Services.GetRequiredService<Store>()
            .ReadAsync(
                workspace,
                db =>
                    db.QueryAsync(
                        "SELECT owner_kind, available, held FROM ledger_accounts WHERE workspace_id = $1",
                        row =>
                            (Kind: row.Text(0), Balance: new Balance(row.Int64(1), row.Int64(2))),
                        workspace.Value
                    )
            );
        accounts.Sum(account => account.Balance.Total).ShouldBe(0);
        accounts
            .Where(account => account.Kind == "agent")
            .ShouldAllBe(account => account.Balance.Available >= 0 && account.Balance.Held >= 0);
    }
}

internal static class Paying
{
    public static Task<Answer> PayAsync(
        this AgentClient agent,
        AgentClient recipient,
        long amount,
        string? memo = null
    ) =>
        agent.PostAsync(
            "/api/credits/transfers",
            new
            {
                recipient_agent_id = recipient.Id,
                amount,
                memo,
            }
        );

    public static Task<Answer> HoldAsync(
        this AgentClient agent,
        AgentClient beneficiary,
        long amount
    ) =>
        agent.PostAsync(
            "/api/credits/holds",
            new { beneficiary_agent_id = beneficiary.Id, amount }
        );

    public static async Task<long> AvailableAsync(this AgentClient agent) =>
        (await agent.GetAsync("/api/credits/balance")).Json["available"]!.GetValue<long>();
}
