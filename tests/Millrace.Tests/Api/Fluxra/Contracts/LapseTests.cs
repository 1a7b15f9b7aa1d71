using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Millrace.Core.Events;
using Millrace.Core.Storage;
using Millrace.Messaging;
using Millrace.Payments.Ledger;
using Millrace.Testing;
using Millrace.Tests.Api.Fluxra.Chat;

namespace Millrace.Tests.Api.Fluxra.Contracts;

/// <summary>What time does to contracts.</summary>
public sealed class LapseTests
{
    private static readonly (string Who, string Action)[] TheirActs =
    [
        ("provider", "accept"),
        ("provider", "reject"),
        ("client", "cancel"),
        ("provider", "cancel"),
        ("provider", "deliver"),
        ("client", "settle"),
        ("client", "dispute"),
        ("provider", "dispute"),
        ("client", "resolve"),
        ("operator", "resolve"),
    ];

    private static readonly DateTimeOffset Start = new(2026, 5, 1, 9, 30, 0, TimeSpan.Zero);

    [Theory, OnEachDatabase]
    public async Task A_worker_ends_an_offer_that_nobody_answered(Dialect dialect)
    {
        var time = new FakeTimeProvider(Start);
        await using var deals = await Deals.StartAsync(dialect, time);
        var id = await deals.OfferedAsync(10, new { offer_expires_in_seconds = 300 });
        var told = NextAsync(deals, deals.Provider, after: 1);

        time.Advance(TimeSpan.FromSeconds(300));

        // Nobody asks for the contract before the event of its end is there.
        (await told).Type.ShouldBe("contract.updated");
        (await deals.GetAsync(id))["status"].ShouldBe("expired");
        foreach (var (who, action) in TheirActs)
            (await deals.ActAsync(who, id, action)).ShouldFail(409, "INVALID_STATE");
        (await deals.EffectAsync(deals.Client, id)).ShouldBe(new Balance(0, 0));
        await deals.CheckLedgerAsync();
    }

    [Theory, OnEachDatabase]
    public async Task A_delivery_that_nobody_disputes_is_paid_when_its_time_has_come(
        Dialect dialect
    )
    {
        var time = new FakeTimeProvider(Start);
        await using var deals = await Deals.StartAsync(dialect, time);
        var id = await deals.OfferedAsync(10, new { review_window_hours = 1 });
        await deals.ActAsync("provider", id, "accept");
        await deals.ActAsync("provider", id, "deliver");
        time.Advance(TimeSpan.FromMinutes(40));
        // The window begins anew.
        var second = await deals.ActAsync("provider", id, "deliver");
        second["auto_settle_at"].ShouldBe("2026-05-01T11:10:00Z");
        time.Advance(TimeSpan.FromMinutes(19));
        (await deals.GetAsync(id))["status"].ShouldBe("delivered");
        var told = NextAsync(deals, deals.Provider, after: 4);

        time.Advance(TimeSpan.FromMinutes(41));
        await told;

        await deals.Client.TakeTokenAsync(Deals.AllScopes);
        var settled = await deals.GetAsync(id);
        settled["status"].ShouldBe("settled");
        settled.Member("auto_settle_at").ShouldBeNull();
        (await deals.EffectAsync(deals.Provider, id)).ShouldBe(new Balance(10, 0));
        (await deals.ActAsync("client", id, "settle")).ShouldFail(409, "INVALID_STATE");
        await deals.CheckLedgerAsync();
    }

    [Theory, OnEachDatabase]
    public async Task Whoever_looks_before_the_worker_came_sees_what_the_time_has_made_of_it(
        Dialect dialect
    )
    {
        var time = new ClockWithoutTimers(Start);
        await using var deals = await Deals.StartAsync(dialect, time);
        var listed = await deals.OfferedAsync(10, new { offer_expires_in_seconds = 300 });
        var acted = await deals.OfferedAsync(10, new { offer_expires_in_seconds = 600 });
        var shown = await deals.OfferedAsync(10, new { offer_expires_in_seconds = 600 });

        time.Now += TimeSpan.FromSeconds(300);
        var expired = await deals.Client.CallAsync("GET", "/api/contracts?status=expired");
        expired.Json["contracts"]!
            .AsArray()
            .Select(contract => contract!["contract_id"]!.ToString())
            .ShouldBe([listed]);
        time.Now += TimeSpan.FromSeconds(300);
        (await deals.ActAsync("provider", acted, "accept")).ShouldFail(409, "INVALID_STATE");
        var late = await deals.GetAsync(shown, deals.Provider);

        late["status"].ShouldBe("expired");
        late.Json["version"]!.GetValue<int>().ShouldBe(2);
        (await deals.EffectAsync(deals.Client, shown)).ShouldBe(new Balance(0, 0));
        await deals.CheckLedgerAsync();
    }

    [Theory, OnEachDatabase]
    public async Task A_balance_and_its_holds_are_shown_as_the_time_has_made_them(Dialect dialect)
    {
        var time = new ClockWithoutTimers(Start);
        await using var deals = await Deals.StartAsync(dialect, time);
        var before = await deals.Client.CallAsync("GET", "/api/credits/balance");
        await deals.OfferedAsync(10, new { offer_expires_in_seconds = 300 });
        var held = await deals.Client.CallAsync(
            "POST",
            "/api/credits/holds",
            $$"""{"beneficiary_agent_id":"{{deals.Provider.Id}}","amount":7,"expires_in_seconds":300}"""
        );
        held.Status.ShouldBe(201, held.Text);
        (await HeldAsync(deals)).ShouldBe(17);

        time.Now += TimeSpan.FromSeconds(300);

        (
            await deals.Client.CallAsync("POST", $"/api/credits/holds/{held["hold_id"]}/capture")
        ).ShouldFail(409, "INVALID_STATE");
        (await HeldAsync(deals)).ShouldBe(0);
        var after = await deals.Client.CallAsync("GET", "/api/credits/balance");
        after["available"].ShouldBe(before["available"]);
        (await deals.Provider.CallAsync("GET", $"/api/credits/holds/{held["hold_id"]}"))["status"]
            .ShouldBe("expired");
        var ledger = await deals.Client.CallAsync("GET", "/api/credits/ledger?kind=release");
        ledger.Json["entries"]!.AsArray().Count.ShouldBe(2, ledger.Text);
        await deals.CheckLedgerAsync();

        static async Task<long> HeldAsync(Deals deals) =>
            (await deals.Client.CallAsync("GET", "/api/credits/balance")).Json[
                "held"
            ]!.GetValue<long>();
    }

    public static MatrixTheoryData<Dialect, string> WaysToPay { get; } =
        new([Dialect.Sqlite, Dialect.Postgres], ["transfer", "hold", "offer"]);

    [Theory, MemberData(nameof(WaysToPay))]
    public async Task What_the_time_has_set_free_pays_before_the_worker_came(
        Dialect dialect,
        string way
    )
    {
        var time = new ClockWithoutTimers(Start);
        await using var deals = await Deals.StartAsync(dialect, time);
        var all = (await deals.BalanceAsync(deals.Client)).Available;
        await deals.OfferedAsync(10, new { offer_expires_in_seconds = 300 });
        (await HoldAsync(all - 10)).Status.ShouldBe(201);
        (await PayAsync()).ShouldFail(402, "INSUFFICIENT_CREDITS");

        time.Now += TimeSpan.FromSeconds(300);

        var paid = await PayAsync();
        paid.Status.ShouldBe(201, paid.Text);
        (await deals.BalanceAsync(deals.Client)).Available.ShouldBe(0);
        await deals.CheckLedgerAsync();

        Task<Answer> PayAsync() =>
            way switch
            {
                "transfer" => deals.Client.PayAsync(deals.Provider, all),
                "hold" => HoldAsync(all),
                _ => deals.OfferAsync(all),
            };

        Task<Answer> HoldAsync(long amount) =>
            deals.Client.CallAsync(
                "POST",
                "/api/credits/holds",
                $$"""{"beneficiary_agent_id":"{{deals.Provider.Id}}","amount":{{amount}},"expires_in_seconds":300}""",
                ("Idempotency-Key", $"hold-{amount}")
            );
    }

    [Fact]
    public async Task A_client_takes_back_what_was_not_delivered_by_the_time()
    {
        var time = new ClockWithoutTimers(Start);
        await using var deals = await Deals.StartAsync(time: time);
        var id = await deals.OfferedAsync(10, new { deliver_by = "2026-05-01T11:30:00+01:00" });
        await deals.ActAsync("provider", id, "accept");
        (await deals.ActAsync("client", id, "cancel")).ShouldFail(409, "INVALID_STATE");

        time.Now += TimeSpan.FromHours(1);
        await deals.Client.TakeTokenAsync(Deals.AllScopes);

        var cancelled = await deals.ActAsync("client", id, "cancel");
        cancelled["status"].ShouldBe("cancelled");
        cancelled["deliver_by"].ShouldBe("2026-05-01T10:30:00Z");
        (await deals.EffectAsync(deals.Client, id)).ShouldBe(new Balance(0, 0));
    }

    [Fact]
    public async Task A_dispute_stops_the_payment()
    {
        var time = new ClockWithoutTimers(Start);
        await using var deals = await Deals.StartAsync(time: time);
        var id = await deals.InAsync("delivered");
        var disputed = await deals.ActAsync("client", id, "dispute");
        disputed.Member("auto_settle_at").ShouldBeNull();

        time.Now += TimeSpan.FromHours(100);
        await deals.Client.TakeTokenAsync(Deals.AllScopes);

        (await deals.GetAsync(id))["status"].ShouldBe("disputed");
    }

    /// <summary>The first of an agent's events about contracts behind the first so many.</summary>
    private static async Task<Event> NextAsync(Deals deals, AgentClient agent, int after)
    {
        var home = deals.Server.Services.GetRequiredService<MessagingHome>();
        var events = deals
            .Server.Services.GetRequiredService<EventLog>()
            .SubscribeAsync(
                home.Workspace,
                $"agent:{agent.Id["agt_".Length..]}",
                0,
                TestContext.Current.CancellationToken
            );
        await foreach (var happened in events)
            if (happened.Type == "contract.updated" && after-- == 0)
                return happened;
        throw new InvalidOperationException("The log has no end.");
    }

    /// <summary>Its time is moved by hand, and wakes nobody who waits.</summary>
    private sealed class ClockWithoutTimers(DateTimeOffset start) : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = start;

        public override DateTimeOffset GetUtcNow() => Now;

        public override ITimer CreateTimer(
            TimerCallback callback,
            object? state,
            TimeSpan dueTime,
            TimeSpan period
        ) => new Never();

        private sealed class Never : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose() { }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }
}
