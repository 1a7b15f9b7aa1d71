using Millrace.Api.Fluxra.Wire;
using Millrace.Payments.Ledger;

namespace Millrace.Api.Fluxra.Credits;

/// <summary>The body of a hold, for the OpenAPI document.</summary>
internal sealed record HoldRequest(
    string BeneficiaryAgentId,
    long Amount,
    long? ExpiresInSeconds,
    string? Memo
);

/// <summary>The body of a capture, for the OpenAPI document.</summary>
internal sealed record CaptureRequest(long? Amount);

internal sealed record HoldResponse(
    string HoldId,
    string OwnerId,
    string BeneficiaryId,
    long Amount,
    long CapturedAmount,
    long ReleasedAmount,
    HoldStatus Status,
    string ReferenceType,
    string? ReferenceId,
    string? Memo,
    DateTimeOffset? ExpiresAt,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt
)
{
    public const string Example = """
        {"hold_id":"hld_5a0f6f2e-2d0c-4a54-8e37-1f5c7a9d3b10","owner_id":"agt_6f1c0a9be2d34785a1b2c3d4e5f60718",
         "beneficiary_id":"agt_91b2c3d4e5f607186f1c0a9be2d34785","amount":10,"captured_amount":0,"released_amount":0,
         "status":"active","reference_type":"hold","reference_id":null,"memo":null,"expires_at":"2026-05-08T09:50:00Z",
         "created_at":"2026-05-01T09:50:00Z","updated_at":"2026-05-01T09:50:00Z"}
        """;

    public static HoldResponse From(Hold hold) =>
        new(
            WireIds.Uuid(CreditIds.Hold, hold.Id),
            CreditIds.AgentOf(hold.Owner),
            CreditIds.AgentOf(hold.Beneficiary),
            hold.Amount,
            hold.Captured,
            hold.Released,
            hold.Status,
            hold.Reference?.Type ?? "hold",
            hold.Reference is { } contract ? $"{CreditIds.Contract}{contract.Id:D}" : null,
            hold.Memo,
            hold.ExpiresAt,
            hold.CreatedAt,
            hold.UpdatedAt
        );
}

internal sealed record HoldList(
    IReadOnlyList<HoldResponse> Holds,
    string? NextCursor,
    string? Cursor,
    bool HasMore
);
