using System.Runtime.InteropServices;
using Millrace.Core.Ids;
using Millrace.Core.Storage;

namespace Millrace.Payments.Ledger;

/// <summary>Why an account was changed. (fluxra §15.1)</summary>
public enum PostingKind
{
    Grant,
    TransferOut,
    TransferIn,
    Hold,
    Release,
    CaptureOut,
    CaptureIn,
    Forfeit,
}

/// <summary>What a journal entry was made for, such as a transfer, a hold or a contract, and its id.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct Reference(string Type, Guid Id);

/// <summary>One account's part of a journal entry that is about to be made.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct Line(
    AccountOwner Account,
    PostingKind Kind,
    long Available,
    long Held,
    AccountOwner Counterparty
);

/// <summary>One account's part of a journal entry. Written once, never changed and never removed.</summary>
public sealed record Posting
{
    internal const string Columns = """
        id, journal_id, owner_kind, owner_id, number, kind, available_delta, held_delta, available_after, held_after,
        counterparty_kind, counterparty_id, reference_type, reference_id, memo, created_at
        """;

    public required Id<Posting> Id { get; init; }

    /// <summary>The postings of one id sum to zero.</summary>
    public required Guid Journal { get; init; }

    public required AccountOwner Account { get; init; }

    /// <summary>Among the postings of its account: 1, 2, 3, … without gaps.</summary>
    public required long Number { get; init; }

    public required PostingKind Kind { get; init; }

    public required long AvailableDelta { get; init; }

    public required long HeldDelta { get; init; }

    /// <summary>What the account held once this was posted.</summary>
    public required Balance After { get; init; }

    public required AccountOwner Counterparty { get; init; }

    public required Reference Reference { get; init; }

    public string? Memo { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    internal static Posting Read(Row row) =>
        new()
        {
            Id = row.Id<Posting>(0),
            Journal = row.Id<Posting>(1).Value,
            Account = new AccountOwner(row.Text(2), row.Id<Posting>(3).Value),
            Number = row.Int64(4),
            Kind = row.Word<PostingKind>(5),
            AvailableDelta = row.Int64(6),
            HeldDelta = row.Int64(7),
            After = new Balance(row.Int64(8), row.Int64(9)),
            Counterparty = new AccountOwner(row.Text(10), row.Id<Posting>(11).Value),
            Reference = new Reference(row.Text(12), row.Id<Posting>(13).Value),
            Memo = row.TextOrNull(14),
            CreatedAt = row.Time(15),
        };
}
