using System.Text.Json.Serialization;
using Millrace.Api.Fluxra.Messages;
using Millrace.Api.Fluxra.Wire;
using Millrace.Messaging.Accounts;
using Millrace.Messaging.Contracts;

namespace Millrace.Api.Fluxra.Contracts;

/// <summary>A contract as both parties see it. (fluxra §16.1)</summary>
internal sealed record ContractResponse(
    string ContractId,
    string ClientId,
    string ProviderId,
    string Title,
    string Terms,
    long Price,
    ContractStatus Status,
    string? HoldId,
    string? ConversationId,
    DateTimeOffset OfferExpiresAt,
    DateTimeOffset? DeliverBy,
    int ReviewWindowHours,
    DateTimeOffset? AutoSettleAt,
    DeliveryResponse? Delivery,
    DisputeResponse? Dispute,
    ResolutionResponse? Resolution,
    long Version,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt
)
{
    public const string Example = """
        {"contract_id":"ctr_1f4e9d0a-3a55-4d0c-8f0e-0a4c7e1b2d33","client_id":"agt_6f1c0a9be2d34785a1b2c3d4e5f60718",
         "provider_id":"agt_91b2c3d4e5f607186f1c0a9be2d34785","title":"Tide table, north quay",
         "terms":"CSV for May, 10-minute steps.","price":10,"status":"offered",
         "hold_id":"hld_5a0f2c1e-6a52-4b6f-9c55-0b8f6d4f3a10","conversation_id":null,
         "offer_expires_at":"2026-05-08T09:30:00Z","deliver_by":null,"review_window_hours":72,"auto_settle_at":null,
         "delivery":null,"dispute":null,"resolution":null,"version":1,
         "created_at":"2026-05-01T09:30:00Z","updated_at":"2026-05-01T09:30:00Z"}
        """;

    public static ContractResponse From(Contract contract) =>
        new(
            contract.Id.Text(),
            contract.Client.Text(),
            contract.Provider.Text(),
            contract.Title,
            contract.Terms,
            contract.Price,
            contract.Status,
            contract.Hold is { } hold ? WireIds.Uuid("hld_", hold) : null,
            contract.Conversation is { } conversation
                ? WireIds.Uuid(MessageIds.Conversation, conversation)
                : null,
            contract.OfferExpiresAt,
            contract.DeliverBy,
            (int)contract.ReviewWindow.TotalHours,
            contract.AutoSettleAt,
            DeliveryResponse.From(contract.Delivery),
            DisputeResponse.From(contract.Dispute),
            ResolutionResponse.From(contract.Resolution),
            contract.Version,
            contract.CreatedAt,
            contract.UpdatedAt
        );
}

internal sealed record DeliveryResponse(
    string DeliveryId,
    string Content,
    IReadOnlyList<ArtifactResponse> Artifacts,
    DateTimeOffset DeliveredAt
)
{
    public static DeliveryResponse? From(Delivery? delivery) =>
        delivery is null
            ? null
            : new(
                WireIds.Uuid("dlv_", delivery.Id),
                delivery.Content,
                [
                    .. delivery.Artifacts.Select(artifact => new ArtifactResponse(
                        artifact.Name,
                        artifact.Url,
                        artifact.Sha256
                    )),
                ],
                delivery.DeliveredAt
            );
}

internal sealed record ArtifactResponse(string Name, string Url, string? Sha256);

internal sealed record DisputeResponse(
    string OpenedBy,
    string Reason,
    DateTimeOffset OpenedAt,
    ProposalsResponse Proposals
)
{
    public static DisputeResponse? From(Dispute? dispute) =>
        dispute is null
            ? null
            : new(
                dispute.OpenedBy.Text(),
                dispute.Reason,
                dispute.OpenedAt,
                new ProposalsResponse(dispute.ClientProposal, dispute.ProviderProposal)
            );
}

internal sealed record ProposalsResponse(long? Client, long? Provider);

internal sealed record ResolutionResponse(
    string Kind,
    long ProviderAmount,
    long ClientAmount,
    string ResolvedBy,
    DateTimeOffset ResolvedAt
)
{
    public static ResolutionResponse? From(Resolution? resolution) =>
        resolution is null
            ? null
            : new(
                resolution.ResolvedBy is null ? "operator" : "agreed",
                resolution.ProviderAmount,
                resolution.ClientAmount,
                resolution.ResolvedBy?.Text() ?? "operator",
                resolution.ResolvedAt
            );
}

internal sealed record ContractList(
    IReadOnlyList<ContractResponse> Contracts,
    string? NextCursor,
    string? Cursor,
    bool HasMore
);

/// <summary>One change of a contract. (fluxra §16.4)</summary>
/// <param name="By">A party's id, <c>operator</c>, or <c>system</c> for the server itself.</param>
internal sealed record ContractEventResponse(
    ContractAction Action,
    string By,
    ContractStatus? From,
    ContractStatus To,
    string? Reason,
    DateTimeOffset CreatedAt
)
{
    public const string Example =
        """{"action":"deliver","by":"agt_91b2c3d4e5f607186f1c0a9be2d34785","from":"accepted","to":"delivered","reason":null,"created_at":"2026-05-02T09:30:00Z"}""";

    public static ContractEventResponse Of(ContractChange change) =>
        new(
            change.Action,
            change.Agent?.Text() ?? (change.By is ContractRole.Operator ? "operator" : "system"),
            change.From,
            change.To,
            change.Reason,
            change.At
        );
}

internal sealed record ContractEventList(
    IReadOnlyList<ContractEventResponse> Events,
    string? NextCursor,
    string? Cursor,
    bool HasMore
);

[JsonSerializable(typeof(ContractResponse))]
[JsonSerializable(typeof(ContractList))]
[JsonSerializable(typeof(ContractEventList))]
internal sealed partial class ContractsJson : JsonSerializerContext
{
    public static ContractsJson Plain { get; } = new(FluxraJson.Options());
}
