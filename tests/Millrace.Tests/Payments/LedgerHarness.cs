using Microsoft.Extensions.Time.Testing;
using Millrace.Core.Events;
using Millrace.Core.Identity;
using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Core.Work;
using Millrace.Payments.Ledger;
using Millrace.Testing;

namespace Millrace.Tests.Payments;

/// <summary>A ledger over a store of its own, and the questions that its invariants are asked by.</summary>
internal sealed class LedgerHarness : IAsyncDisposable
{
    private readonly TestStore _test;

    private LedgerHarness(TestStore test)
    {
        _test = test;
        Journal = new Journal(new EventLog(test.Store, new EventOptions(), Time), Time);
        Holds = new Holds(Journal, new WorkQueue(test.Store, new WorkOptions(), Time), Time);
    }

    public FakeTimeProvider Time { get; } = new(DateTimeOffset.UnixEpoch.AddYears(56));

    public Id<Workspace> Workspace { get; } = Id<Workspace>.Random();

    public Journal Journal { get; }

    public Holds Holds { get; }

    public Store Store => _test.Store;

    public static async Task<LedgerHarness> StartAsync(Dialect dialect) =>
        new(await TestStore.CreateAsync(dialect));

    public Task<T> WriteAsync<T>(Func<Db, ValueTask<T>> write) =>
        Store.WriteAsync(Workspace, write);

    /// <summary>An account with an amount in it.</summary>
    public async Task<AccountOwner> OpenAsync(long amount)
    {
        var owner = new AccountOwner("agent", Guid.NewGuid());
        await Store.WriteAsync(
            Workspace,
            async db =>
            {
                await Journal.OpenAsync(db, owner);
                if (amount > 0)
                    await Journal.GrantAsync(db, owner, amount, Reference("grant"));
            }
        );
        return owner;
    }

    public Task<Balance> BalanceAsync(AccountOwner owner) =>
        Store.ReadAsync(Workspace, db => Journal.BalanceAsync(db, owner));

    public Task<Posting> TransferAsync(AccountOwner from, AccountOwner to, long amount) =>
        WriteAsync(db => Journal.TransferAsync(db, from, to, amount, Reference("transfer")));

    public static Reference Reference(string type) => new(type, Guid.NewGuid());

    /// <summary>The invariants, asked of the rows themselves.</summary>
    public Task CheckAsync() => CheckAsync(Store, Workspace);

    /// <summary>Likewise, of any store.</summary>
    public static async Task CheckAsync(Store store, Id<Workspace> workspace)
    {
        var accounts = await store.ReadAsync(
            workspace,
            db =>
                db.QueryAsync(
                    "SELECT owner_kind, owner_id, available, held, last_number FROM ledger_accounts WHERE workspace_id = $1",
                    row => new
                    {
                        Owner = new AccountOwner(row.Text(0), row.Id<Hold>(1).Value),
                        Balance = new Balance(row.Int64(2), row.Int64(3)),
                        Postings = row.Int64(4),
                    },
                    workspace.Value
                )
        );
        accounts.Sum(account => account.Balance.Total).ShouldBe(0);
        foreach (var account in accounts)
        {
            var postings = await store.ReadAsync(
                workspace,
                db => Statement.ListAsync(db, account.Owner, new PostingFilter(), null, 10_000)
            );
            postings
                .Select(posting => posting.Number)
                .ShouldBe(
                    Enumerable.Range(1, (int)account.Postings).Reverse().Select(n => (long)n)
                );
            var sum = new Balance(
                postings.Sum(posting => posting.AvailableDelta),
                postings.Sum(posting => posting.HeldDelta)
            );
            sum.ShouldBe(account.Balance);
            if (postings.Count > 0)
                postings[0].After.ShouldBe(account.Balance);
            if (!account.Owner.IsIssuer)
                postings.ShouldAllBe(posting =>
                    posting.After.Available >= 0 && posting.After.Held >= 0
                );
        }
    }

    public ValueTask DisposeAsync() => _test.DisposeAsync();
}
