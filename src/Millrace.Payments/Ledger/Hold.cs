using Millrace.Core.Ids;
using Millrace.Core.Storage;

namespace Millrace.Payments.Ledger;

public enum HoldStatus
{
    Active,

    /// <summary>All or part was paid; the rest went back.</summary>
    Captured,

    /// <summary>Given back; nothing was paid.</summary>
    Released,

    /// <summary>Given back because its time was over.</summary>
    Expired,
}

/// <summary>An amount that its owner has set aside for somebody, until it is paid or given back.</summary>
public sealed record Hold
{
    internal const string Columns = """
        id, owner_kind, owner_id, beneficiary_kind, beneficiary_id, amount, captured_amount, released_amount, status,
        reference_type, reference_id, memo, expires_at, created_at, updated_at
        """;

    public required Id<Hold> Id { get; init; }

    public required AccountOwner Owner { get; init; }

    public required AccountOwner Beneficiary { get; init; }

    public required long Amount { get; init; }

    public required long Captured { get; init; }

    public required long Released { get; init; }

    public required HoldStatus Status { get; init; }

    /// <summary>What it stands behind; null when it stands for itself.</summary>
    public Reference? Reference { get; init; }

    public string? Memo { get; init; }

    /// <summary>When it is given back by itself; null when only what it stands behind ends it.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>What its postings refer to.</summary>
    internal Reference PostingReference => Reference ?? new Reference("hold", Id.Value);

    internal static Hold Read(Row row) =>
        new()
        {
            Id = row.Id<Hold>(0),
            Owner = new AccountOwner(row.Text(1), row.Id<Hold>(2).Value),
            Beneficiary = new AccountOwner(row.Text(3), row.Id<Hold>(4).Value),
            Amount = row.Int64(5),
            Captured = row.Int64(6),
            Released = row.Int64(7),
            Status = row.Word<HoldStatus>(8),
            Reference = row.IsNull(9) ? null : new Reference(row.Text(9), row.Id<Hold>(10).Value),
            Memo = row.TextOrNull(11),
            ExpiresAt = row.TimeOrNull(12),
            CreatedAt = row.Time(13),
            UpdatedAt = row.Time(14),
        };
}

/// <summary>A hold that is to be placed.</summary>
public sealed record NewHold(AccountOwner Owner, AccountOwner Beneficiary, long Amount)
{
    public Reference? Reference { get; init; }

    public string? Memo { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }
}
