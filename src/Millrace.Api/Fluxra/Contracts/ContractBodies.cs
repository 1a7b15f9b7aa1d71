namespace Millrace.Api.Fluxra.Contracts;

// The bodies, for the OpenAPI document; they are read by ContractFields.

internal sealed record OfferRequest(
    string ProviderId,
    string Title,
    string Terms,
    long Price,
    string? ConversationId,
    int? OfferExpiresInSeconds,
    DateTimeOffset? DeliverBy,
    int? ReviewWindowHours
);

/// <param name="ExpectedVersion">The contract is only changed while it is at this version.</param>
internal sealed record ActRequest(long? ExpectedVersion);

internal sealed record ReasonedRequest(string? Reason, long? ExpectedVersion);

internal sealed record DeliveryRequest(
    string Content,
    IReadOnlyList<ArtifactRequest>? Artifacts,
    long? ExpectedVersion
);

internal sealed record ArtifactRequest(string Name, string Url, string? Sha256);

internal sealed record DisputeRequest(string Reason, long? ExpectedVersion);

internal sealed record ResolveRequest(long ProviderAmount, long? ExpectedVersion);
