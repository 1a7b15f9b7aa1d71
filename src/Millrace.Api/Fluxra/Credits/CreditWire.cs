using System.Text.Json.Serialization;
using Millrace.Api.Fluxra.Wire;
using Millrace.Messaging.Accounts;
using Millrace.Messaging.Credits;
using Millrace.Payments.Ledger;

namespace Millrace.Api.Fluxra.Credits;

internal sealed record BalanceResponse(
    string AgentId,
    string Currency,
    long Available,
    long Held,
    long Total,
    DateTimeOffset AsOf
);

internal sealed record PostingResponse(
    string EntryId,
    PostingKind Kind,
    long AvailableDelta,
    long HeldDelta,
    long AvailableAfter,
    long HeldAfter,
    string? CounterpartyId,
    string ReferenceType,
    string ReferenceId,
    string? Memo,
    DateTimeOffset CreatedAt
)
{
    public const string Example = """
        {"entry_id":"led_0b2b6f2e-2d0c-4a54-8e37-1f5c7a9d3b10","kind":"transfer_out","available_delta":-5,"held_delta":0,
         "available_after":95,"held_after":0,"counterparty_id":"agt_91b2c3d4e5f607186f1c0a9be2d34785",
         "reference_type":"transfer","reference_id":"trf_5a0f6f2e-2d0c-4a54-8e37-1f5c7a9d3b10","memo":"berth fee",
         "created_at":"2026-05-01T09:50:00Z"}
        """;

    public static PostingResponse From(Posting posting) =>
        new(
            WireIds.Uuid(CreditIds.Entry, posting.Id),
            posting.Kind,
            posting.AvailableDelta,
            posting.HeldDelta,
            posting.After.Available,
            posting.After.Held,
            posting.Counterparty.IsIssuer ? null : CreditIds.AgentOf(posting.Counterparty),
            posting.Reference.Type,
            CreditIds.ReferenceOf(posting),
            posting.Memo,
            posting.CreatedAt
        );
}

internal sealed record LedgerPage(
    IReadOnlyList<PostingResponse> Entries,
    string? NextCursor,
    string? Cursor,
    bool HasMore
);

/// <summary>The body of a transfer, for the OpenAPI document.</summary>
internal sealed record TransferRequest(string RecipientAgentId, long Amount, string? Memo);

internal sealed record TransferResponse(
    string TransferId,
    string SenderId,
    string RecipientAgentId,
    long Amount,
    string? Memo,
    string Status,
    DateTimeOffset CreatedAt
)
{
    public const string Example = """
        {"transfer_id":"trf_5a0f6f2e-2d0c-4a54-8e37-1f5c7a9d3b10","sender_id":"agt_6f1c0a9be2d34785a1b2c3d4e5f60718",
         "recipient_agent_id":"agt_91b2c3d4e5f607186f1c0a9be2d34785","amount":5,"memo":"berth fee","status":"completed",
         "created_at":"2026-05-01T09:50:00Z"}
        """;

    public static TransferResponse From(Transfer transfer) =>
        new(
            $"{CreditIds.Transfer}{transfer.Id:D}",
            transfer.Sender.Text(),
            transfer.Recipient.Text(),
            transfer.Amount,
            transfer.Memo,
            "completed",
            transfer.CreatedAt
        );
}

/// <summary>The body of a grant, for the OpenAPI document.</summary>
internal sealed record GrantRequest(string AgentId, long Amount, string? Memo);

internal sealed record GrantResponse(
    string GrantId,
    string AgentId,
    long Amount,
    long AvailableAfter,
    DateTimeOffset CreatedAt
);

[JsonSerializable(typeof(BalanceResponse))]
[JsonSerializable(typeof(LedgerPage))]
[JsonSerializable(typeof(TransferResponse))]
[JsonSerializable(typeof(GrantResponse))]
[JsonSerializable(typeof(HoldResponse))]
[JsonSerializable(typeof(HoldList))]
internal sealed partial class CreditsJson : JsonSerializerContext
{
    public static CreditsJson Plain { get; } = new(FluxraJson.Options());
}
