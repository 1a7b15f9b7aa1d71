using Millrace.Core.Failures;
using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Core.Work;

namespace Millrace.Payments.Ledger;

/// <summary>
/// Amounts set aside, within the caller's write. A hold leaves <see cref="HoldStatus.Active"/> once, by one statement
/// that asks for it and changes it, so that of two that end it at once one does.
/// </summary>
public sealed class Holds(Journal journal, WorkQueue work, TimeProvider time)
{
    /// <exception cref="PaymentRequired">The owner has less available.</exception>
    public async ValueTask<Hold> PlaceAsync(Db db, NewHold request)
    {
        Journal.Check(request.Amount);
        var now = time.GetUtcNow();
        var hold = new Hold
        {
            Id = Id<Hold>.New(now),
            Owner = request.Owner,
            Beneficiary = request.Beneficiary,
            Amount = request.Amount,
            Captured = 0,
            Released = 0,
            Status = HoldStatus.Active,
            Reference = request.Reference,
            Memo = request.Memo,
            ExpiresAt = request.ExpiresAt,
            CreatedAt = now,
            UpdatedAt = now,
        };
        await journal.PostAsync(
            db,
            hold.PostingReference,
            hold.Memo,
            new Line(hold.Owner, PostingKind.Hold, -hold.Amount, hold.Amount, hold.Beneficiary)
        );
        await InsertAsync(db, hold);
        if (hold.ExpiresAt is { } expiry)
            await work.EnqueueAsync(
                db,
                new NewWork(db.Workspace, HoldExpiry.WorkKind, $"\"{hold.Id}\"")
                {
                    RunAfter = expiry,
                    Occurrence = $"{hold.Id}",
                }
            );
        return hold;
    }

    /// <summary>Pays the beneficiary an amount, by default all; the rest goes back to the owner.</summary>
    /// <exception cref="Conflict">It has ended before: <c>state_invalid</c>.</exception>
    /// <exception cref="Invalid">The amount is more than is held.</exception>
    public async ValueTask<Hold> CaptureAsync(Db db, Id<Hold> id, long? amount = null)
    {
        if (amount is { } wanted)
            Journal.Check(wanted);
        var hold =
            await EndAsync(db, id, HoldStatus.Captured, amount ?? 0, all: amount is null)
            ?? throw await RefusalAsync(db, id);
        var lines = new List<Line>
        {
            new(hold.Owner, PostingKind.CaptureOut, 0, -hold.Captured, hold.Beneficiary),
            new(hold.Beneficiary, PostingKind.CaptureIn, hold.Captured, 0, hold.Owner),
        };
        if (hold.Released > 0)
            lines.Add(ReleaseLine(hold));
        await journal.PostAsync(db, hold.PostingReference, hold.Memo, lines);
        return hold;
    }

    /// <summary>Gives everything back to the owner.</summary>
    /// <exception cref="Conflict">It has ended before: <c>state_invalid</c>.</exception>
    public async ValueTask<Hold> ReleaseAsync(Db db, Id<Hold> id) =>
        await GiveBackAsync(db, id, HoldStatus.Released) ?? throw await RefusalAsync(db, id);

    /// <summary>Gives back what is still held when its time is over. Null when it has ended before.</summary>
    public ValueTask<Hold?> ExpireAsync(Db db, Id<Hold> id) =>
        GiveBackAsync(db, id, HoldStatus.Expired);

    /// <summary>Gives back all that is held for a beneficiary who goes away.</summary>
    public async ValueTask ReleaseAllForAsync(Db db, AccountOwner beneficiary)
    {
        var active = await db.QueryAsync(
            """
            SELECT id FROM ledger_holds
            WHERE workspace_id = $1 AND beneficiary_kind = $2 AND beneficiary_id = $3 AND status = 'active' ORDER BY id
            """,
            row => row.Id<Hold>(0),
            db.Workspace.Value,
            beneficiary.Kind,
            beneficiary.Id
        );
        foreach (var id in active)
            await GiveBackAsync(db, id, HoldStatus.Released);
    }

    private async ValueTask<Hold?> GiveBackAsync(Db db, Id<Hold> id, HoldStatus status)
    {
        var hold = await EndAsync(db, id, status, captured: 0, all: false);
        if (hold is not null)
            await journal.PostAsync(db, hold.PostingReference, hold.Memo, ReleaseLine(hold));
        return hold;
    }

    private static Line ReleaseLine(Hold hold) =>
        new(hold.Owner, PostingKind.Release, hold.Released, -hold.Released, hold.Beneficiary);

    /// <summary>The one step in which a hold ends; null when it could not.</summary>
    private async ValueTask<Hold?> EndAsync(
        Db db,
        Id<Hold> id,
        HoldStatus status,
        long captured,
        bool all
    ) =>
        await db.FirstAsync(
            $"""
            UPDATE ledger_holds SET status = $1, updated_at = $2,
                captured_amount = CASE WHEN $4 THEN amount ELSE $3 END,
                released_amount = CASE WHEN $4 THEN 0 ELSE amount - $3 END
            WHERE workspace_id = $5 AND id = $6 AND status = 'active' AND ($4 OR amount >= $3)
            RETURNING {Hold.Columns}
            """,
            Hold.Read,
            status,
            time.GetUtcNow(),
            captured,
            all,
            db.Workspace.Value,
            id.Value
        );

    private static async ValueTask<Failure> RefusalAsync(Db db, Id<Hold> id)
    {
        var hold = await HoldBook.FindAsync(db, id) ?? throw HoldBook.Unknown();
        return hold.Status is HoldStatus.Active
            ? new Invalid("amount_out_of_range", $"{hold.Amount} is held.", "amount")
            : new Conflict(
                "state_invalid",
                $"The hold is no longer active: it was {hold.Status.ToString().ToLowerInvariant()}."
            );
    }

    private static async ValueTask InsertAsync(Db db, Hold hold) =>
        await db.ExecuteAsync(
            $"""
            INSERT INTO ledger_holds (workspace_id, {Hold.Columns})
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
            """,
            db.Workspace.Value,
            hold.Id.Value,
            hold.Owner.Kind,
            hold.Owner.Id,
            hold.Beneficiary.Kind,
            hold.Beneficiary.Id,
            hold.Amount,
            hold.Captured,
            hold.Released,
            hold.Status,
            hold.Reference?.Type,
            hold.Reference?.Id,
            hold.Memo,
            hold.ExpiresAt,
            hold.CreatedAt,
            hold.UpdatedAt
        );
}
