using System.Runtime.InteropServices;
using Millrace.Core.Storage;

namespace Millrace.Core.Events;

/// <summary>
/// The number of an event among those of its subject, and the transaction that it stands under in the log. Whoever numbers
/// a subject's events keeps both as the columns <c>event_number</c> and <c>event_txn</c> of a row.
/// </summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct EventNumber(long Sequence, long Txn)
{
    /// <summary>What an <c>UPDATE</c> of that row sets to take the next one; it returns <see cref="Columns"/>.</summary>
    public static string Next(Db db) =>
        db.Dialect is Dialect.Sqlite
            ? "event_number = event_number + 1"
            : "event_number = event_number + 1, event_txn = GREATEST(event_txn, pg_current_xact_id()::text::bigint)";

    public const string Columns = "event_number, event_txn";

    /// <summary>Reads <see cref="Columns"/> that begin at a column.</summary>
    public static EventNumber Read(Row row, int at) => new(row.Int64(at), row.Int64(at + 1));
}
