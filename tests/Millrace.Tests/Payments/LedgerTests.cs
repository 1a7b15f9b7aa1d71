using Microsoft.Data.Sqlite;
using Millrace.Core.Failures;
using Millrace.Core.Storage;
using Millrace.Payments.Ledger;
using Millrace.Testing;
using Npgsql;

namespace Millrace.Tests.Payments;

public sealed class LedgerTests
{
    [Theory, OnEachDatabase]
    public async Task What_one_pays_the_other_has(Dialect dialect)
    {
        await using var ledger = await LedgerHarness.StartAsync(dialect);
        var ada = await ledger.OpenAsync(100);
        var bob = await ledger.OpenAsync(0);

        var posting = await ledger.TransferAsync(ada, bob, 30);

        posting.Kind.ShouldBe(PostingKind.TransferOut);
        posting.After.ShouldBe(new Balance(70, 0));
        (await ledger.BalanceAsync(bob)).ShouldBe(new Balance(30, 0));
        await ledger.CheckAsync();
    }

    [Theory, OnEachDatabase]
    public async Task Nobody_pays_more_than_is_there_and_a_refused_entry_leaves_nothing(
        Dialect dialect
    )
    {
        await using var ledger = await LedgerHarness.StartAsync(dialect);
        var ada = await ledger.OpenAsync(10);
        var bob = await ledger.OpenAsync(0);

        var refused = await Should.ThrowAsync<PaymentRequired>(ledger.TransferAsync(ada, bob, 11));

        refused.Code.ShouldBe("credits_insufficient");
        (await ledger.BalanceAsync(ada)).ShouldBe(new Balance(10, 0));
        (await ledger.BalanceAsync(bob)).ShouldBe(new Balance(0, 0));
        await ledger.CheckAsync();
    }

    [Theory, OnEachDatabase]
    public async Task Two_hundred_payers_at_once_overspend_by_nothing(Dialect dialect)
    {
        await using var ledger = await LedgerHarness.StartAsync(dialect);
        var ada = await ledger.OpenAsync(50);
        var bob = await ledger.OpenAsync(50);

        // Both ways at once: entries that meet at two accounts in opposite order must not wait for each other.
        var outcomes = await Task.WhenAll(
            Enumerable
                .Range(0, 200)
                .Select(async n =>
                {
                    try
                    {
                        await (
                            n % 4 == 0
                                ? ledger.TransferAsync(bob, ada, 1)
                                : ledger.TransferAsync(ada, bob, 1)
                        );
                        return true;
                    }
                    catch (PaymentRequired)
                    {
                        return false;
                    }
                })
        );

        outcomes.ShouldContain(false);
        ((await ledger.BalanceAsync(ada)).Total + (await ledger.BalanceAsync(bob)).Total).ShouldBe(
            100
        );
        await ledger.CheckAsync();
    }

    [Theory, OnEachDatabase]
    public async Task A_hold_that_many_end_at_once_ends_once(Dialect dialect)
    {
        await using var ledger = await LedgerHarness.StartAsync(dialect);
        var ada = await ledger.OpenAsync(10);
        var bob = await ledger.OpenAsync(0);
        var hold = await ledger.WriteAsync(db =>
            ledger.Holds.PlaceAsync(db, new NewHold(ada, bob, 10))
        );

        var ended = await Task.WhenAll(
            Enumerable
                .Range(0, 40)
                .Select(async n =>
                {
                    try
                    {
                        await ledger.WriteAsync(db =>
                            n % 2 == 0
                                ? ledger.Holds.CaptureAsync(db, hold.Id, 7)
                                : ledger.Holds.ReleaseAsync(db, hold.Id)
                        );
                        return 1;
                    }
                    catch (Conflict failure) when (failure.Code == "state_invalid")
                    {
                        return 0;
                    }
                })
        );

        ended.Sum().ShouldBe(1);
        (await ledger.BalanceAsync(ada)).Held.ShouldBe(0);
        await ledger.CheckAsync();
    }

    [Theory, OnEachDatabase]
    public async Task A_part_is_paid_and_the_rest_goes_back(Dialect dialect)
    {
        await using var ledger = await LedgerHarness.StartAsync(dialect);
        var ada = await ledger.OpenAsync(10);
        var bob = await ledger.OpenAsync(0);
        var hold = await ledger.WriteAsync(db =>
            ledger.Holds.PlaceAsync(db, new NewHold(ada, bob, 8))
        );
        (await ledger.BalanceAsync(ada)).ShouldBe(new Balance(2, 8));
        await Should.ThrowAsync<Invalid>(
            ledger.WriteAsync(db => ledger.Holds.CaptureAsync(db, hold.Id, 9))
        );

        var captured = await ledger.WriteAsync(db => ledger.Holds.CaptureAsync(db, hold.Id, 5));

        captured.ShouldSatisfyAllConditions(
            () => captured.Status.ShouldBe(HoldStatus.Captured),
            () => captured.Captured.ShouldBe(5),
            () => captured.Released.ShouldBe(3)
        );
        (await ledger.BalanceAsync(ada)).ShouldBe(new Balance(5, 0));
        (await ledger.BalanceAsync(bob)).ShouldBe(new Balance(5, 0));
        await ledger.CheckAsync();
    }

    [Theory, OnEachDatabase]
    public async Task The_database_itself_refuses_to_change_or_remove_what_was_posted(
        Dialect dialect
    )
    {
        await using var ledger = await LedgerHarness.StartAsync(dialect);
        await ledger.OpenAsync(10);

        foreach (
            var sql in (string[])
                ["UPDATE ledger_postings SET memo = 'x'", "DELETE FROM ledger_postings"]
        )
        {
            var refused = await Should.ThrowAsync<Exception>(
                ledger.WriteAsync(db => db.ExecuteAsync(sql))
            );
            (refused is SqliteException or PostgresException).ShouldBeTrue();
            refused.Message.ShouldContain("ledger postings are never");
        }
        await ledger.CheckAsync();
    }
}
