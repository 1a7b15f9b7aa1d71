using Millrace.Core.Failures;
using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Core.Work;
using Millrace.Messaging.Accounts;
using Millrace.Messaging.Credits;
using Millrace.Payments.Ledger;

namespace Millrace.Messaging.Contracts;

/// <summary>One step of a contract from a state into another, within a write that has locked it.</summary>
public sealed class ContractSteps(
    Holds holds,
    WorkQueue work,
    ContractNotices notices,
    TimeProvider time
)
{
    internal async ValueTask<Contract> OfferAsync(Db db, Contract offer, ContractActor client)
    {
        var change = new ContractChange(
            offer.Version,
            ContractAction.Offer,
            ContractRole.Client,
            offer.Client,
            From: null,
            offer.Status,
            Reason: null,
            offer.CreatedAt
        );
        Id<Hold>? hold = null;
        await notices.TellAsync(
            db,
            offer,
            change,
            client,
            CreditMove.Hold,
            async () => hold = await HoldAsync(db, offer)
        );
        offer = offer with { Hold = hold };
        await ContractRows.InsertAsync(db, offer);
        await ContractHistory.AppendAsync(db, offer.Id, change);
        await AwaitTimeAsync(db, offer);
        return offer;
    }

    /// <exception cref="Conflict"><c>state_invalid</c>.</exception>
    internal async ValueTask<Contract> TakeAsync(
        Db db,
        Contract before,
        ContractRole role,
        ContractAct act,
        ContractActor actor
    )
    {
        var now = time.GetUtcNow();
        var row = Transitions.Find(before, act.Action, role, now);
        var after = After(before, row, role, act, now);
        var change = new ContractChange(
            after.Version,
            row.Action,
            role,
            before.AgentOf(role),
            before.Status,
            after.Status,
            act.Reason,
            now
        );
        await ContractRows.UpdateAsync(db, after);
        await ContractHistory.AppendAsync(db, after.Id, change);
        await notices.TellAsync(
            db,
            after,
            change,
            actor,
            row.Credits,
            () => MoveAsync(db, after, row.Credits)
        );
        await AwaitTimeAsync(db, after);
        return after;
    }

    /// <summary>Does what the time that has passed does by itself, if it has.</summary>
    internal async ValueTask<Contract> LapseAsync(Db db, Contract contract)
    {
        if (contract.DueAt is not { } due || due > time.GetUtcNow())
            return contract;
        var act = new ContractAct(
            contract.Status is ContractStatus.Offered
                ? ContractAction.Expire
                : ContractAction.Settle
        );
        return await TakeAsync(db, contract, ContractRole.Server, act, ContractActor.Server);
    }

    private static Contract After(
        Contract before,
        Transition row,
        ContractRole role,
        ContractAct act,
        DateTimeOffset now
    )
    {
        var after = before with
        {
            Status = row.To,
            AutoSettleAt = null,
            Version = before.Version + 1,
            UpdatedAt = now,
        };
        // A proposal leaves the contract in the state into which the dispute brought it.
        if (row.Action is ContractAction.Propose)
            return after with { Dispute = before.Dispute!.With(role, act.ProviderAmount) };
        after = after with { Entered = new Entry(row.Action, role) };
        return row.Action switch
        {
            ContractAction.Deliver => after with
            {
                Delivery = new Delivery(Id<Delivery>.New(now), act.Content, act.Artifacts, now),
                AutoSettleAt = now + before.ReviewWindow,
            },
            ContractAction.Dispute => after with
            {
                Dispute = new Dispute(before.AgentOf(role)!.Value, act.Reason!, now),
            },
            ContractAction.Resolve => after with
            {
                Dispute =
                    role is ContractRole.Operator
                        ? before.Dispute
                        : before.Dispute!.With(role, act.ProviderAmount),
                Resolution = new Resolution(
                    act.ProviderAmount,
                    before.Price - act.ProviderAmount,
                    before.AgentOf(role),
                    now
                ),
            },
            _ => after,
        };
    }

    private async ValueTask<Id<Hold>?> HoldAsync(Db db, Contract offer)
    {
        if (offer.Price == 0)
            return null;
        var hold = await holds.PlaceAsync(
            db,
            new NewHold(
                AgentCredits.AccountOf(offer.Client),
                AgentCredits.AccountOf(offer.Provider),
                offer.Price
            )
            {
                Reference = new Reference("contract", offer.Id.Value),
            }
        );
        return hold.Id;
    }

    private async ValueTask MoveAsync(Db db, Contract contract, CreditMove move)
    {
        if (contract.Hold is not { } hold || move is CreditMove.Stay)
            return;
        var paid = move switch
        {
            CreditMove.Capture => contract.Price,
            CreditMove.Split => contract.Resolution!.ProviderAmount,
            _ => 0,
        };
        if (paid == 0)
            await holds.ReleaseAsync(db, hold);
        else
            await holds.CaptureAsync(db, hold, paid);
    }

    /// <summary>Lets a worker carry on when the time has come, on whichever node.</summary>
    private async ValueTask AwaitTimeAsync(Db db, Contract contract)
    {
        if (contract.DueAt is not { } due)
            return;
        await work.EnqueueAsync(
            db,
            new NewWork(db.Workspace, ContractLapse.WorkKind, $"\"{contract.Id}\"")
            {
                RunAfter = due,
                Occurrence = $"{contract.Id}:{contract.Version}",
            }
        );
    }
}
