using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Messaging.Accounts;
using Millrace.Messaging.Contracts;
using Millrace.Payments.Ledger;

namespace Millrace.Messaging.Credits;

/// <summary>Brings what an agent has up to the time, where the work that is to do so has not run yet.</summary>
public sealed class CreditLapse(
    Store store,
    MessagingHome home,
    ContractLapse contracts,
    Holds holds,
    TimeProvider time
)
{
    private const int AtOnce = 100;

    /// <summary>Ends the agent's contracts and holds whose time is over.</summary>
    internal async Task CatchUpAsync(Id<AgentAccount> agent, CancellationToken cancellation)
    {
        await contracts.CatchUpAsync(agent, cancellation);
        List<Id<Hold>> due;
        do
        {
            due = await store.ReadAsync(
                home.Workspace,
                db =>
                    HoldBook.DueAsync(db, AgentCredits.AccountOf(agent), time.GetUtcNow(), AtOnce),
                cancellation
            );
            foreach (var hold in due)
                await store.WriteRepeatablyAsync(
                    home.Workspace,
                    db => holds.ExpireAsync(db, hold),
                    cancellation
                );
        } while (due.Count == AtOnce);
    }
}
