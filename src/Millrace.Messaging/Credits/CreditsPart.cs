using Millrace.Core.Failures;
using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Messaging.Accounts;
using Millrace.Payments.Ledger;

namespace Millrace.Messaging.Credits;

/// <summary>A new agent's account and its first credits; what becomes of them when it is deleted. (fluxra §9.7, 15.1)</summary>
internal sealed class CreditsPart(Journal journal, Holds holds, CreditOptions options)
    : IAccountPart
{
    public async ValueTask OpenAsync(Db db, Id<AgentAccount> account, DateTimeOffset now)
    {
        var owner = AgentCredits.AccountOf(account);
        await journal.OpenAsync(db, owner);
        if (options.SignUpGrant > 0)
            await journal.GrantAsync(
                db,
                owner,
                options.SignUpGrant,
                new Reference(AgentCredits.GrantReference, Guid.CreateVersion7(now)),
                "sign-up"
            );
    }

    public async ValueTask CloseAsync(Db db, Id<AgentAccount> account, DateTimeOffset now)
    {
        var owner = AgentCredits.AccountOf(account);
        var own = await HoldBook.ListAsync(
            db,
            owner,
            new HoldFilter(HoldRole.Owner, HoldStatus.Active),
            before: null,
            limit: 1
        );
        if (own.Count > 0)
            throw new Conflict(
                "holds_active",
                "The account owns an active hold. It is deleted when the hold has ended."
            );
        await holds.ReleaseAllForAsync(db, owner);
        await journal.ForfeitAsync(
            db,
            owner,
            new Reference(AgentCredits.GrantReference, Guid.CreateVersion7(now))
        );
    }
}
