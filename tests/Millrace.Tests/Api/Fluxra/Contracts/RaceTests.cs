using Millrace.Core.Storage;
using Millrace.Payments.Ledger;
using Millrace.Testing;

namespace Millrace.Tests.Api.Fluxra.Contracts;

public sealed class RaceTests
{
    [Theory, OnEachDatabase]
    public async Task Many_settles_at_once_capture_once(Dialect dialect)
    {
        await using var deals = await Deals.StartAsync(dialect);
        var id = await deals.InAsync("delivered");

        var answers = await Task.WhenAll(
            Enumerable.Range(0, 20).Select(_ => deals.ActAsync("client", id, "settle"))
        );

        answers.ShouldAllBe(answer => answer.Status == 200);
        answers.Select(answer => answer.Text).Distinct().Count().ShouldBe(1);
        (await deals.EffectAsync(deals.Provider, id)).ShouldBe(new Balance(10, 0));
        (await deals.EffectAsync(deals.Client, id)).ShouldBe(new Balance(-10, 0));
        await deals.CheckLedgerAsync();
    }

    [Theory, OnEachDatabase]
    public async Task Of_contrary_acts_at_once_one_wins(Dialect dialect)
    {
        await using var deals = await Deals.StartAsync(dialect);
        for (var round = 0; round < 10; round++)
        {
            var offer = await deals.OfferedAsync();
            await OneWinsAsync(
                deals,
                deals.ActAsync("provider", offer, "accept"),
                deals.ActAsync("client", offer, "cancel"),
                deals.ActAsync("provider", offer, "reject")
            );
            var accepted = await deals.InAsync("accepted");
            await OneWinsAsync(
                deals,
                deals.ActAsync("provider", accepted, "deliver"),
                deals.ActAsync("provider", accepted, "cancel")
            );
            var disputed = await deals.InAsync("disputed");
            await OneWinsAsync(
                deals,
                deals.ActAsync("client", disputed, "settle"),
                deals.ActAsync("provider", disputed, "cancel"),
                deals.ActAsync("operator", disputed, "resolve")
            );
        }
        await deals.CheckLedgerAsync();
    }

    [Theory, OnEachDatabase]
    public async Task Parallel_contracts_both_ways_keep_the_ledger_at_zero(Dialect dialect)
    {
        await using var deals = await Deals.StartAsync(dialect);
        var ends = (string[])["settled", "rejected", "cancelled", "resolved", "disputed"];

        // The other way round as well, so that writes meet at both accounts from both sides.
        var contracts = await Task.WhenAll(
            Enumerable
                .Range(0, 60)
                .Select(async n =>
                {
                    if (n % 3 > 0)
                        return await deals.InAsync(ends[n % ends.Length]);
                    var back = await deals.OfferAsync(
                        7,
                        new { provider_id = deals.Client.Id },
                        deals.Provider
                    );
                    back.Status.ShouldBe(201, back.Text);
                    var accepted = await deals.ActAsync("client", back["contract_id"], "accept");
                    accepted.Status.ShouldBe(200, accepted.Text);
                    return back["contract_id"];
                })
        );

        contracts.Distinct().Count().ShouldBe(60);
        await deals.CheckLedgerAsync();
    }

    [Theory, OnEachDatabase]
    public async Task Offers_at_once_hold_no_more_than_there_is(Dialect dialect)
    {
        await using var deals = await Deals.StartAsync(dialect);
        var available = (await deals.BalanceAsync(deals.Client)).Available;

        var offers = await Task.WhenAll(
            Enumerable.Range(0, 12).Select(_ => deals.OfferAsync(available / 5))
        );

        offers.Count(offer => offer.Status == 201).ShouldBe(5);
        foreach (var refused in offers.Where(offer => offer.Status != 201))
            refused.ShouldFail(402, "INSUFFICIENT_CREDITS");
        await deals.CheckLedgerAsync();
    }

    [Theory, OnEachDatabase]
    public async Task No_offer_stays_open_with_an_agent_that_was_deleted_meanwhile(Dialect dialect)
    {
        await using var deals = await Deals.StartAsync(dialect);
        for (var round = 0; round < 10; round++)
        {
            using var leaver = await AgentClient.LogInAsync(deals.Server);
            var offering = deals.OfferAsync(1, new { provider_id = leaver.Id });
            var deleting = leaver.RecoveryAsync("DELETE", $"/api/agents/{leaver.Id}");

            var offer = await offering;
            (await deleting).Status.ShouldBe(200);

            if (offer.Status == 201)
                (await deals.GetAsync(offer["contract_id"]))["status"].ShouldBe("rejected");
            else
                offer.ShouldFail(404, "NOT_FOUND");
        }
        await deals.CheckLedgerAsync();
    }

    private static async Task OneWinsAsync(Deals deals, params Task<Answer>[] acts)
    {
        var answers = await Task.WhenAll(acts);
        answers.Count(answer => answer.Status == 200).ShouldBe(1);
        var winner = answers.Single(answer => answer.Status == 200);
        foreach (var loser in answers.Where(answer => answer != winner))
            loser.ShouldFail(409, "INVALID_STATE");
        (await deals.GetAsync(winner["contract_id"])).Text.ShouldBe(winner.Text);
    }
}
