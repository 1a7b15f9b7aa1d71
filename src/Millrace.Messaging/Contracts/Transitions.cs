using Millrace.Core.Failures;
using static Millrace.Messaging.Contracts.ContractAction;
using static Millrace.Messaging.Contracts.ContractRole;
using static Millrace.Messaging.Contracts.ContractStatus;
using static Millrace.Messaging.Contracts.CreditMove;

namespace Millrace.Messaging.Contracts;

public enum ContractAction
{
    Offer,
    Accept,
    Reject,
    Cancel,
    Expire,
    Deliver,
    Settle,
    Dispute,

    /// <summary>A party says how it would end the dispute.</summary>
    Propose,
    Resolve,
}

[Flags]
public enum ContractRole
{
    None = 0,
    Client = 1,
    Provider = 1 << 1,
    Operator = 1 << 2,

    /// <summary>The server itself, when a time has passed.</summary>
    Server = 1 << 3,
    Party = Client | Provider,
}

/// <summary>What a transition does with the price that is held.</summary>
internal enum CreditMove
{
    Stay,
    Hold,
    Release,
    Capture,

    /// <summary>The provider's amount is captured, the rest released.</summary>
    Split,
}

/// <summary>One row of the table of states.</summary>
internal sealed record Transition(
    ContractStatus[] From,
    ContractAction Action,
    ContractRole Who,
    ContractStatus To,
    CreditMove Credits
)
{
    /// <summary>Only once the time to deliver by has passed.</summary>
    public bool OnlyOverdue { get; init; }
}

/// <summary>The life of a contract, as the contract's own table tells it. (fluxra §16.2)</summary>
internal static class Transitions
{
    // Else the table would mean the record of this name.
    private const ContractAction Dispute = ContractAction.Dispute;

    // csharpier-ignore
    public static readonly IReadOnlyList<Transition> Table =
    [
        //  from                   action   who                to         credits
        new([],                    Offer,   Client,            Offered,   Hold),
        new([Offered],             Accept,  Provider,          Accepted,  Stay),
        new([Offered],             Reject,  Provider,          Rejected,  Release),
        new([Offered],             Cancel,  Client,            Cancelled, Release),
        new([Offered],             Expire,  Server,            Expired,   Release),
        new([Accepted],            Cancel,  Provider,          Cancelled, Release),
        new([Accepted],            Cancel,  Client,            Cancelled, Release) { OnlyOverdue = true },
        new([Accepted, Delivered], Deliver, Provider,          Delivered, Stay),
        new([Delivered],           Settle,  Client | Server,   Settled,   Capture),
        new([Accepted, Delivered], Dispute, Party,             Disputed,  Stay),
        new([Disputed],            Settle,  Client,            Settled,   Capture),
        new([Disputed],            Cancel,  Provider,          Cancelled, Release),
        new([Disputed],            Propose, Party,             Disputed,  Stay),
        new([Disputed],            Resolve, Party | Operator,  Resolved,  Split),
    ];

    /// <exception cref="Forbidden">It is never for that role to do.</exception>
    public static void RequireTheirs(ContractAction action, ContractRole role)
    {
        if (!Table.Any(row => row.Action == action && row.Who.HasFlag(role)))
            throw new Forbidden("not_your_part", "This is for the other party to do.");
    }

    /// <exception cref="Conflict">It is not to be done from this state: <c>state_invalid</c>.</exception>
    public static Transition Find(
        Contract contract,
        ContractAction action,
        ContractRole role,
        DateTimeOffset now
    )
    {
        var row = Table.FirstOrDefault(row =>
            row.Action == action
            && row.Who.HasFlag(role)
            && row.From.Contains(contract.Status)
            && (!row.OnlyOverdue || contract.DeliverBy <= now)
        );
        return row
            ?? throw new Conflict(
                "state_invalid",
                $"The contract is {contract.Status.ToString().ToLowerInvariant()}, which does not allow this now."
            );
    }
}
