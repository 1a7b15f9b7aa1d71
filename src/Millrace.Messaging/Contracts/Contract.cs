using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Messaging.Accounts;
using Millrace.Messaging.Conversations;
using Millrace.Payments.Ledger;

namespace Millrace.Messaging.Contracts;

public enum ContractStatus
{
    Offered,
    Accepted,
    Delivered,
    Disputed,
    Rejected,
    Cancelled,
    Expired,
    Settled,
    Resolved,
}

/// <summary>An agreement in which a client pays a provider a fixed price for a delivery. (fluxra §16.1)</summary>
public sealed record Contract
{
    public required Id<Contract> Id { get; init; }

    public required Id<AgentAccount> Client { get; init; }

    public required Id<AgentAccount> Provider { get; init; }

    public required string Title { get; init; }

    public required string Terms { get; init; }

    /// <summary>0 for a contract without payment.</summary>
    public required long Price { get; init; }

    public required ContractStatus Status { get; init; }

    /// <summary>Where the price is set aside; null without a price.</summary>
    public Id<Hold>? Hold { get; init; }

    /// <summary>Where changes are told to those who read there.</summary>
    public Id<Conversation>? Conversation { get; init; }

    public required DateTimeOffset OfferExpiresAt { get; init; }

    public DateTimeOffset? DeliverBy { get; init; }

    /// <summary>How long the client has to look at a delivery before it is paid by itself.</summary>
    public required TimeSpan ReviewWindow { get; init; }

    /// <summary>When it is paid by itself; only while a delivery is looked at.</summary>
    public DateTimeOffset? AutoSettleAt { get; init; }

    public Delivery? Delivery { get; init; }

    public Dispute? Dispute { get; init; }

    public Resolution? Resolution { get; init; }

    /// <summary>How the contract came into its state, for a repeat of that to be known.</summary>
    public required Entry Entered { get; init; }

    /// <summary>1, 2, 3, … with each change.</summary>
    public required long Version { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>When it changes by itself; null when only somebody changes it.</summary>
    public DateTimeOffset? DueAt =>
        Status switch
        {
            ContractStatus.Offered => OfferExpiresAt,
            ContractStatus.Delivered => AutoSettleAt,
            _ => null,
        };

    /// <summary>Whether it holds the parties to it.</summary>
    public bool IsRunning =>
        Status is ContractStatus.Accepted or ContractStatus.Delivered or ContractStatus.Disputed;

    /// <summary>What the agent is in it; null for anybody else.</summary>
    public ContractRole? RoleOf(Id<AgentAccount> agent) =>
        agent == Client ? ContractRole.Client
        : agent == Provider ? ContractRole.Provider
        : null;

    /// <summary>The account of a party; null for whoever is none.</summary>
    public Id<AgentAccount>? AgentOf(ContractRole role) =>
        role switch
        {
            ContractRole.Client => Client,
            ContractRole.Provider => Provider,
            _ => null,
        };
}

/// <summary>What brought a contract into its state, and who did it.</summary>
public sealed record Entry(ContractAction Action, ContractRole By);

/// <summary>Contracts' ids as clients and messages know them. (fluxra §3)</summary>
public static class ContractIds
{
    public const string Prefix = "ctr_";

    public static string Text(this Id<Contract> id) => $"{Prefix}{id.Value:D}";
}

/// <summary>A contract that is to be offered.</summary>
public sealed record NewContract(Id<AgentAccount> Provider, string Title, string Terms, long Price)
{
    public Id<Conversation>? Conversation { get; init; }

    public required TimeSpan OfferLasts { get; init; }

    public DateTimeOffset? DeliverBy { get; init; }

    public required TimeSpan ReviewWindow { get; init; }
}
