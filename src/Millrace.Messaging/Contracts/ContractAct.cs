using Millrace.Core.Ids;
using Millrace.Messaging.Accounts;

namespace Millrace.Messaging.Contracts;

/// <summary>Who acts on a contract, for its record.</summary>
/// <param name="Agent">The party; null for the operator and the server.</param>
public sealed record ContractActor(
    Id<AgentAccount>? Agent,
    AuditActor Credential,
    Id<AgentKey>? Key,
    CallOrigin Origin
)
{
    public static ContractActor Server { get; } =
        new(null, AuditActor.System, null, CallOrigin.Server);

    public static ContractActor Of(AgentCaller caller, CallOrigin origin) =>
        new(caller.Account, caller.Credential, caller.Key, origin);

    public static ContractActor Operator(CallOrigin origin) =>
        new(null, AuditActor.Operator, null, origin);

    /// <summary>What it is in a contract; null when the contract is none of its business.</summary>
    internal ContractRole? RoleIn(Contract contract) =>
        Agent is { } agent ? contract.RoleOf(agent)
        : Credential is AuditActor.Operator ? ContractRole.Operator
        : ContractRole.Server;
}

/// <summary>What somebody wants to do with a contract.</summary>
public sealed record ContractAct(ContractAction Action)
{
    /// <summary>The version that it is meant for; null for whichever there is.</summary>
    public long? ExpectedVersion { get; init; }

    /// <summary>Of a rejection, a cancellation or a dispute.</summary>
    public string? Reason { get; init; }

    /// <summary>Of a delivery.</summary>
    public string Content { get; init; } = "";

    /// <summary>Of a delivery.</summary>
    public IReadOnlyList<Artifact> Artifacts { get; init; } = [];

    /// <summary>What the provider is to be paid: of a proposal, or of the operator's decision.</summary>
    public long ProviderAmount { get; init; }
}
