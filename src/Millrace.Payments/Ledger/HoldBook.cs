using Millrace.Core.Failures;
using Millrace.Core.Ids;
using Millrace.Core.Storage;

namespace Millrace.Payments.Ledger;

/// <summary>Which holds of an account are wanted; without a role both those that it owns and those for it.</summary>
public sealed record HoldFilter(HoldRole? Role = null, HoldStatus? Status = null);

public enum HoldRole
{
    Owner,
    Beneficiary,
}

/// <summary>Shows holds to those whom they concern.</summary>
public static class HoldBook
{
    /// <summary>Newest first.</summary>
    /// <param name="before">The last hold of the page before; null begins with the newest.</param>
    public static ValueTask<List<Hold>> ListAsync(
        Db db,
        AccountOwner party,
        HoldFilter filter,
        Id<Hold>? before,
        int limit
    )
    {
        const string Owned = "(owner_kind = $2 AND owner_id = $3)";
        const string Due = "(beneficiary_kind = $2 AND beneficiary_id = $3)";
        var whose = filter.Role switch
        {
            HoldRole.Owner => Owned,
            HoldRole.Beneficiary => Due,
            _ => $"({Owned} OR {Due})",
        };
        return db.QueryAsync(
            $"""
            SELECT {Hold.Columns} FROM ledger_holds
            WHERE workspace_id = $1 AND {whose} AND id < $4 AND ($5 = '' OR status = $5) ORDER BY id DESC LIMIT $6
            """,
            Hold.Read,
            db.Workspace.Value,
            party.Kind,
            party.Id,
            before?.Value ?? Guid.AllBitsSet,
            filter.Status is { } status ? status : "",
            (long)limit
        );
    }

    /// <summary>Holds that a party owns or is the beneficiary of and whose time is over, though they have not ended.</summary>
    public static ValueTask<List<Id<Hold>>> DueAsync(
        Db db,
        AccountOwner party,
        DateTimeOffset now,
        int limit
    ) =>
        db.QueryAsync(
            """
            SELECT id FROM ledger_holds
            WHERE workspace_id = $1 AND owner_kind = $2 AND owner_id = $3 AND status = 'active' AND expires_at <= $4
            UNION ALL
            SELECT id FROM ledger_holds
            WHERE workspace_id = $1 AND beneficiary_kind = $2 AND beneficiary_id = $3 AND status = 'active' AND expires_at <= $4
            LIMIT $5
            """,
            row => row.Id<Hold>(0),
            db.Workspace.Value,
            party.Kind,
            party.Id,
            now,
            (long)limit
        );

    /// <summary>One hold, whoever's it is.</summary>
    public static ValueTask<Hold?> FindAsync(Db db, Id<Hold> id) =>
        db.FirstAsync(
            $"SELECT {Hold.Columns} FROM ledger_holds WHERE workspace_id = $1 AND id = $2",
            Hold.Read,
            db.Workspace.Value,
            id.Value
        );

    /// <summary>One hold that the party owns or is the beneficiary of.</summary>
    /// <exception cref="NotFound">There is none, or it is others' business.</exception>
    public static async ValueTask<Hold> GetAsync(Db db, AccountOwner party, Id<Hold> id) =>
        await FindAsync(db, id) is { } hold && (hold.Owner == party || hold.Beneficiary == party)
            ? hold
            : throw Unknown();

    internal static NotFound Unknown() => new("hold_not_found", "There is no such hold.");
}
