using Millrace.Core.Failures;
using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Payments.Ledger;
using Millrace.Testing;

namespace Millrace.Tests.Payments;

/// <summary>The ledger against the simplest model of it, two numbers an agent, over random work.</summary>
public sealed class LedgerModelTests
{
    private const int Agents = 5;
    private const int Steps = 300;

    [Theory]
    [InlineData(Dialect.Sqlite, 1)]
    [InlineData(Dialect.Sqlite, 2)]
    [InlineData(Dialect.Sqlite, 3)]
    [InlineData(Dialect.Postgres, 4)]
    public async Task Random_work_leaves_what_the_model_says(Dialect dialect, int seed)
    {
        await using var ledger = await LedgerHarness.StartAsync(dialect);
        var random = new Random(seed);
        var owners = new AccountOwner[Agents];
        for (var i = 0; i < Agents; i++)
            owners[i] = await ledger.OpenAsync(100);
        var available = Enumerable.Repeat(100L, Agents).ToArray();
        var held = new long[Agents];
        var holds = new Dictionary<Id<Hold>, (int Owner, int Beneficiary, long Amount)>();

        for (var step = 0; step < Steps; step++)
        {
            var (from, amount) = (random.Next(Agents), random.Next(1, 60));
            var to = (from + 1 + random.Next(Agents - 1)) % Agents;
            switch (random.Next(4))
            {
                case 0 when amount > available[from]:
                    await Should.ThrowAsync<PaymentRequired>(
                        ledger.TransferAsync(owners[from], owners[to], amount)
                    );
                    break;
                case 0:
                    await ledger.TransferAsync(owners[from], owners[to], amount);
                    (available[from], available[to]) = (
                        available[from] - amount,
                        available[to] + amount
                    );
                    break;
                case 1 when amount <= available[from]:
                    var hold = await ledger.WriteAsync(db =>
                        ledger.Holds.PlaceAsync(db, new NewHold(owners[from], owners[to], amount))
                    );
                    holds.Add(hold.Id, (from, to, amount));
                    (available[from], held[from]) = (available[from] - amount, held[from] + amount);
                    break;
                case 2 when holds.Count > 0:
                    var captured = holds.ElementAt(random.Next(holds.Count));
                    var part = random.Next(1, (int)captured.Value.Amount + 1);
                    await ledger.WriteAsync(db =>
                        ledger.Holds.CaptureAsync(db, captured.Key, part)
                    );
                    held[captured.Value.Owner] -= captured.Value.Amount;
                    available[captured.Value.Owner] += captured.Value.Amount - part;
                    available[captured.Value.Beneficiary] += part;
                    holds.Remove(captured.Key);
                    break;
                case 3 when holds.Count > 0:
                    var released = holds.ElementAt(random.Next(holds.Count));
                    await ledger.WriteAsync(db => ledger.Holds.ReleaseAsync(db, released.Key));
                    held[released.Value.Owner] -= released.Value.Amount;
                    available[released.Value.Owner] += released.Value.Amount;
                    holds.Remove(released.Key);
                    break;
            }
        }

        for (var i = 0; i < Agents; i++)
            (await ledger.BalanceAsync(owners[i])).ShouldBe(new Balance(available[i], held[i]));
        await ledger.CheckAsync();
    }
}
