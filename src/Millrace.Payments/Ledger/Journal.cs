using Millrace.Core.Events;
using Millrace.Core.Failures;
using Millrace.Core.Ids;
using Millrace.Core.Storage;

namespace Millrace.Payments.Ledger;

/// <summary>
/// Double-entry bookkeeping within the caller's write. Every entry sums to zero over its accounts, no account but the
/// issuer's goes below zero, and whether it would is asked by the same statement that changes it.
/// </summary>
/// <remarks>
/// The invariants: an account's <c>available</c> and <c>held</c> are the sums of its postings; the sum over all accounts
/// of a workspace is zero. Postings cannot be changed or removed; the database itself refuses to.
/// </remarks>
public sealed class Journal(EventLog events, TimeProvider time)
{
    /// <summary>The event of a posting, under the subject of its account's owner; its data names the posting.</summary>
    public const string PostedEvent = "credits.changed";

    /// <summary>The largest amount of one entry. (fluxra §15)</summary>
    public const long MostAmount = 1_000_000_000_000;

    /// <summary>Makes an account with nothing in it; one that is there already stays as it is.</summary>
    public async ValueTask OpenAsync(Db db, AccountOwner owner)
    {
        await OpenOneAsync(db, AccountOwner.Issuer);
        await OpenOneAsync(db, owner);
    }

    /// <summary>Gives out of the issuing account.</summary>
    public async ValueTask<Posting> GrantAsync(
        Db db,
        AccountOwner to,
        long amount,
        Reference reference,
        string? memo = null
    )
    {
        Check(amount);
        var postings = await PostAsync(
            db,
            reference,
            memo,
            new Line(AccountOwner.Issuer, PostingKind.Grant, -amount, 0, to),
            new Line(to, PostingKind.Grant, amount, 0, AccountOwner.Issuer)
        );
        return postings.Single(posting => posting.Account == to);
    }

    /// <summary>Moves what is available from one account to another; it is final.</summary>
    /// <returns>The payer's posting.</returns>
    /// <exception cref="PaymentRequired">The payer has less available.</exception>
    public async ValueTask<Posting> TransferAsync(
        Db db,
        AccountOwner from,
        AccountOwner to,
        long amount,
        Reference reference,
        string? memo = null
    )
    {
        Check(amount);
        if (from == to)
            throw new Invalid("transfer_to_self", "An account cannot pay itself.");
        var postings = await PostAsync(
            db,
            reference,
            memo,
            new Line(from, PostingKind.TransferOut, -amount, 0, to),
            new Line(to, PostingKind.TransferIn, amount, 0, from)
        );
        return postings.Single(posting => posting.Account == from);
    }

    /// <summary>Gives all that an account has available back to the issuer. Null when there is nothing.</summary>
    public async ValueTask<Posting?> ForfeitAsync(Db db, AccountOwner owner, Reference reference)
    {
        var amount = await db.FirstAsync(
            // On PostgreSQL nobody may change it in between.
            db.Dialect is Dialect.Sqlite
                ? AvailableOf
                : $"{AvailableOf} FOR UPDATE",
            row => row.Int64(0),
            db.Workspace.Value,
            owner.Kind,
            owner.Id
        );
        if (amount == 0)
            return null;
        var postings = await PostAsync(
            db,
            reference,
            memo: null,
            new Line(owner, PostingKind.Forfeit, -amount, 0, AccountOwner.Issuer),
            new Line(AccountOwner.Issuer, PostingKind.Forfeit, amount, 0, owner)
        );
        return postings.Single(posting => posting.Account == owner);
    }

    /// <summary>Makes one entry of lines that sum to zero.</summary>
    /// <exception cref="PaymentRequired">An account would go below zero. Nothing is changed.</exception>
    /// <exception cref="NotFound">An account was never opened.</exception>
    public async ValueTask<IReadOnlyList<Posting>> PostAsync(
        Db db,
        Reference reference,
        string? memo,
        params IReadOnlyList<Line> lines
    )
    {
        if (lines.Sum(line => line.Available + line.Held) != 0)
            throw new InvalidOperationException("A journal entry has to sum to zero.");
        var now = time.GetUtcNow();
        var journal = Guid.CreateVersion7(now);
        var postings = new List<Posting>(lines.Count);
        // Entries that meet at two accounts change them in one order, so that none waits for the other in a ring.
        foreach (var line in lines.OrderBy(line => line.Account))
            postings.Add(await PostAsync(db, journal, reference, memo, line, now));
        return postings;
    }

    /// <exception cref="NotFound">The account was never opened.</exception>
    public static async ValueTask<Balance> BalanceAsync(Db db, AccountOwner owner) =>
        await db.FirstAsync(
            "SELECT available, held FROM ledger_accounts WHERE workspace_id = $1 AND owner_kind = $2 AND owner_id = $3",
            row => (Balance?)new Balance(row.Int64(0), row.Int64(1)),
            db.Workspace.Value,
            owner.Kind,
            owner.Id
        ) ?? throw Unknown();

    private const string AvailableOf =
        "SELECT available FROM ledger_accounts WHERE workspace_id = $1 AND owner_kind = $2 AND owner_id = $3";

    private async ValueTask OpenOneAsync(Db db, AccountOwner owner) =>
        await db.ExecuteAsync(
            """
            INSERT INTO ledger_accounts (workspace_id, owner_kind, owner_id, available, held, last_number, created_at)
            VALUES ($1, $2, $3, 0, 0, 0, $4) ON CONFLICT (workspace_id, owner_kind, owner_id) DO NOTHING
            """,
            db.Workspace.Value,
            owner.Kind,
            owner.Id,
            time.GetUtcNow()
        );

    private async ValueTask<Posting> PostAsync(
        Db db,
        Guid journal,
        Reference reference,
        string? memo,
        Line line,
        DateTimeOffset now
    )
    {
        var (after, number) = await ApplyAsync(db, line);
        var posting = new Posting
        {
            Id = Id<Posting>.New(now),
            Journal = journal,
            Account = line.Account,
            Number = number,
            Kind = line.Kind,
            AvailableDelta = line.Available,
            HeldDelta = line.Held,
            After = after,
            Counterparty = line.Counterparty,
            Reference = reference,
            Memo = memo,
            CreatedAt = now,
        };
        await InsertAsync(db, posting);
        if (!line.Account.IsIssuer)
            await events.AppendAsync(
                db,
                db.Workspace,
                line.Account.ToString(),
                PostedEvent,
                $$"""{"entry":"{{posting.Id}}"}"""
            );
        return posting;
    }

    /// <summary>The one step in which a balance is asked for and changed.</summary>
    private static async ValueTask<(Balance After, long Number)> ApplyAsync(Db db, Line line)
    {
        var applied = await db.FirstAsync(
            """
            UPDATE ledger_accounts SET available = available + $1, held = held + $2, last_number = last_number + 1
            WHERE workspace_id = $3 AND owner_kind = $4 AND owner_id = $5
                AND (owner_kind = 'issuer' OR (available + $1 >= 0 AND held + $2 >= 0))
            RETURNING available, held, last_number
            """,
            row => ((Balance, long)?)(new Balance(row.Int64(0), row.Int64(1)), row.Int64(2)),
            line.Available,
            line.Held,
            db.Workspace.Value,
            line.Account.Kind,
            line.Account.Id
        );
        if (applied is { } done)
            return done;
        var balance = await BalanceAsync(db, line.Account);
        throw new PaymentRequired(
            "credits_insufficient",
            $"This takes {-line.Available}, and {balance.Available} is available."
        );
    }

    private static async ValueTask InsertAsync(Db db, Posting posting) =>
        await db.ExecuteAsync(
            $"""
            INSERT INTO ledger_postings (workspace_id, {Posting.Columns})
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
            """,
            db.Workspace.Value,
            posting.Id.Value,
            posting.Journal,
            posting.Account.Kind,
            posting.Account.Id,
            posting.Number,
            posting.Kind,
            posting.AvailableDelta,
            posting.HeldDelta,
            posting.After.Available,
            posting.After.Held,
            posting.Counterparty.Kind,
            posting.Counterparty.Id,
            posting.Reference.Type,
            posting.Reference.Id,
            posting.Memo,
            posting.CreatedAt
        );

    internal static void Check(long amount)
    {
        if (amount is < 1 or > MostAmount)
            throw new Invalid("amount_out_of_range", $"An amount is 1 to {MostAmount}.", "amount");
    }

    private static NotFound Unknown() => new("account_not_found", "There is no such account.");
}
