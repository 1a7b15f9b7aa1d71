using System.Text.Json.Nodes;
using Millrace.Core.Failures;
using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Messaging.Accounts;
using Millrace.Messaging.Conversations;
using Millrace.Payments.Ledger;

namespace Millrace.Messaging.Credits;

/// <summary>Credits that agents set aside for each other. Those behind a contract obey only the contract. (fluxra §15.6 to 15.9)</summary>
public sealed class AgentHolds(
    Store store,
    MessagingHome home,
    Holds holds,
    AgentAuditLog audit,
    CreditLapse lapse,
    TimeProvider time
)
{
    /// <exception cref="PaymentRequired">The owner has less available.</exception>
    /// <exception cref="NotFound">There is no such beneficiary.</exception>
    /// <exception cref="Forbidden">One of the two has blocked the other.</exception>
    public async Task<Hold> PlaceAsync(
        AgentCaller caller,
        Id<AgentAccount> beneficiary,
        long amount,
        TimeSpan lifetime,
        string? memo,
        CallOrigin origin,
        CancellationToken cancellation = default
    )
    {
        await lapse.CatchUpAsync(caller.Account, cancellation);
        return await store.WriteRepeatablyAsync(
            home.Workspace,
            async db =>
            {
                await AgentCredits.RequirePartnerAsync(
                    db,
                    caller.Account,
                    beneficiary,
                    "beneficiary_agent_id"
                );
                var hold = await holds.PlaceAsync(
                    db,
                    new NewHold(
                        AgentCredits.AccountOf(caller.Account),
                        AgentCredits.AccountOf(beneficiary),
                        amount
                    )
                    {
                        Memo = memo,
                        ExpiresAt = time.GetUtcNow() + lifetime,
                    }
                );
                await NoteAsync(db, caller, origin, "credits.hold", amount);
                return hold;
            },
            cancellation
        );
    }

    /// <summary>Pays the beneficiary an amount, by default all; the rest goes back. The owner does.</summary>
    /// <exception cref="NotFound">There is no such hold, or it is others' business.</exception>
    /// <exception cref="Forbidden">The caller is the beneficiary.</exception>
    /// <exception cref="Conflict"><c>state_invalid</c>: it has ended, or a contract holds it.</exception>
    public Task<Hold> CaptureAsync(
        AgentCaller caller,
        Id<Hold> id,
        long? amount,
        CallOrigin origin,
        CancellationToken cancellation = default
    ) =>
        store.WriteRepeatablyAsync(
            home.Workspace,
            async db =>
            {
                await RequireAsync(db, caller, id, HoldRole.Owner);
                var hold = await holds.CaptureAsync(db, id, amount);
                await NoteAsync(db, caller, origin, "credits.capture_out", hold.Captured);
                return hold;
            },
            cancellation
        );

    /// <summary>Gives everything back. The beneficiary does.</summary>
    /// <exception cref="NotFound">There is no such hold, or it is others' business.</exception>
    /// <exception cref="Forbidden">The caller is the owner.</exception>
    /// <exception cref="Conflict"><c>state_invalid</c>: it has ended, or a contract holds it.</exception>
    public Task<Hold> ReleaseAsync(
        AgentCaller caller,
        Id<Hold> id,
        CallOrigin origin,
        CancellationToken cancellation = default
    ) =>
        store.WriteRepeatablyAsync(
            home.Workspace,
            async db =>
            {
                await RequireAsync(db, caller, id, HoldRole.Beneficiary);
                var hold = await holds.ReleaseAsync(db, id);
                await NoteAsync(db, caller, origin, "credits.release", hold.Released);
                return hold;
            },
            cancellation
        );

    /// <summary>Holds that the agent owns or is the beneficiary of, newest first.</summary>
    /// <param name="before">The last one of the page before.</param>
    public async Task<Page<Hold>> ListAsync(
        Id<AgentAccount> agent,
        HoldFilter filter,
        Id<Hold>? before,
        int limit,
        CancellationToken cancellation = default
    )
    {
        await lapse.CatchUpAsync(agent, cancellation);
        return await store.ReadAsync(
            home.Workspace,
            async db =>
                Page.Of(
                    await HoldBook.ListAsync(
                        db,
                        AgentCredits.AccountOf(agent),
                        filter,
                        before,
                        limit + 1
                    ),
                    limit
                ),
            cancellation
        );
    }

    /// <exception cref="NotFound">There is no such hold, or it is others' business.</exception>
    public async Task<Hold> GetAsync(
        Id<AgentAccount> agent,
        Id<Hold> id,
        CancellationToken cancellation = default
    )
    {
        await lapse.CatchUpAsync(agent, cancellation);
        return await store.ReadAsync(
            home.Workspace,
            db => HoldBook.GetAsync(db, AgentCredits.AccountOf(agent), id),
            cancellation
        );
    }

    private async ValueTask RequireAsync(Db db, AgentCaller caller, Id<Hold> id, HoldRole role)
    {
        var own = AgentCredits.AccountOf(caller.Account);
        var hold = await HoldBook.GetAsync(db, own, id);
        if ((role is HoldRole.Owner ? hold.Owner : hold.Beneficiary) != own)
            throw Access.Refused(
                role is HoldRole.Owner
                    ? "Only its owner pays a hold out."
                    : "Only its beneficiary gives a hold back."
            );
        if (hold.Reference is not null)
            throw new Conflict(
                "state_invalid",
                "The hold stands behind a contract, which alone ends it."
            );
        if (hold.ExpiresAt <= time.GetUtcNow())
            throw new Conflict("state_invalid", "The hold is no longer active: its time is over.");
    }

    private ValueTask NoteAsync(
        Db db,
        AgentCaller caller,
        CallOrigin origin,
        string action,
        long amount
    ) =>
        audit.AppendAsync(
            db,
            caller.Account,
            action,
            caller.Credential,
            origin,
            caller.Key,
            new JsonObject { ["amount"] = amount }
        );
}
