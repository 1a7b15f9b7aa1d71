using Millrace.Core.Storage;

namespace Millrace.Payments.Ledger;

/// <summary>Which postings of an account are wanted.</summary>
public sealed record PostingFilter
{
    /// <summary>That one alone.</summary>
    public Guid? Posting { get; init; }

    public PostingKind? Kind { get; init; }

    public Guid? Reference { get; init; }

    public DateTimeOffset? Since { get; init; }

    public DateTimeOffset? Until { get; init; }
}

/// <summary>What was posted to an account, newest first.</summary>
public static class Statement
{
    /// <param name="before">The number of the last posting of the page before; null begins with the newest.</param>
    public static ValueTask<List<Posting>> ListAsync(
        Db db,
        AccountOwner owner,
        PostingFilter filter,
        long? before,
        int limit
    )
    {
        var where = new List<string>();
        var arguments = new List<object?>
        {
            db.Workspace.Value,
            owner.Kind,
            owner.Id,
            before ?? long.MaxValue,
            (long)limit,
        };
        void Add(string condition, object? value)
        {
            arguments.Add(value);
            where.Add($" AND {condition} ${arguments.Count}");
        }
        if (filter.Posting is { } posting)
            Add("id =", posting);
        if (filter.Kind is { } kind)
            Add("kind =", kind);
        if (filter.Reference is { } reference)
            Add("reference_id =", reference);
        if (filter.Since is { } since)
            Add("created_at >=", since);
        if (filter.Until is { } until)
            Add("created_at <=", until);
        return db.QueryAsync(
            $"""
            SELECT {Posting.Columns} FROM ledger_postings
            WHERE workspace_id = $1 AND owner_kind = $2 AND owner_id = $3 AND number < $4{string.Concat(
                where
            )}
            ORDER BY number DESC LIMIT $5
            """,
            Posting.Read,
            [.. arguments]
        );
    }

    /// <summary>One posting, whoever's it is.</summary>
    public static ValueTask<Posting?> FindAsync(Db db, Guid posting) =>
        db.FirstAsync(
            $"SELECT {Posting.Columns} FROM ledger_postings WHERE workspace_id = $1 AND id = $2",
            Posting.Read,
            db.Workspace.Value,
            posting
        );
}
