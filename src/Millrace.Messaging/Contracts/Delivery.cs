using System.Text.Json;
using System.Text.Json.Serialization;
using Millrace.Core.Ids;
using Millrace.Messaging.Accounts;

namespace Millrace.Messaging.Contracts;

/// <summary>A file of a delivery; it lies elsewhere.</summary>
public sealed record Artifact(string Name, string Url, string? Sha256);

/// <summary>What the provider delivered.</summary>
public sealed record Delivery(
    Id<Delivery> Id,
    string Content,
    IReadOnlyList<Artifact> Artifacts,
    DateTimeOffset DeliveredAt
);

/// <summary>That the parties do not agree, and what each proposes that the provider be paid.</summary>
public sealed record Dispute(Id<AgentAccount> OpenedBy, string Reason, DateTimeOffset OpenedAt)
{
    public long? ClientProposal { get; init; }

    public long? ProviderProposal { get; init; }

    public long? ProposalOf(ContractRole role) =>
        role is ContractRole.Client ? ClientProposal : ProviderProposal;

    public Dispute With(ContractRole role, long amount) =>
        role is ContractRole.Client
            ? this with
            {
                ClientProposal = amount,
            }
            : this with
            {
                ProviderProposal = amount,
            };
}

/// <summary>How a dispute ended: what each was paid, and by whose word.</summary>
/// <param name="ResolvedBy">The party whose proposal met the other's; null when the operator decided.</param>
public sealed record Resolution(
    long ProviderAmount,
    long ClientAmount,
    Id<AgentAccount>? ResolvedBy,
    DateTimeOffset ResolvedAt
);

/// <summary>How the parts of a contract that come later are kept in its row.</summary>
[JsonSerializable(typeof(Delivery))]
[JsonSerializable(typeof(Dispute))]
[JsonSerializable(typeof(Resolution))]
internal sealed partial class ContractJson : JsonSerializerContext
{
    public static string? TextOf(object? part) =>
        part is null ? null : JsonSerializer.Serialize(part, part.GetType(), Default);

    public static T? Read<T>(string? text)
        where T : class =>
        text is null ? null : (T?)JsonSerializer.Deserialize(text, typeof(T), Default);
}
