using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Millrace.Core.Storage;

/// <summary>
/// A SQLite connection's savepoint. Its statements stand around every write of a group, so they are stepped directly:
/// through commands they would cost as much as the write between them.
/// </summary>
internal sealed class Savepoint(SqliteConnection connection) : IDisposable
{
    private readonly sqlite3_stmt _set = Prepare(connection, "SAVEPOINT one");
    private readonly sqlite3_stmt _release = Prepare(connection, "RELEASE one");
    private readonly sqlite3_stmt _rollBack = Prepare(connection, "ROLLBACK TO one");

    public void Set() => Run(_set);

    /// <summary>Ends the savepoint and keeps what was written since.</summary>
    public void Release() => Run(_release);

    /// <summary>Ends the savepoint and undoes what was written since.</summary>
    public void Undo()
    {
        Run(_rollBack);
        Run(_release);
    }

    public void Dispose()
    {
        _set.Dispose();
        _release.Dispose();
        _rollBack.Dispose();
    }

    private static sqlite3_stmt Prepare(SqliteConnection connection, string sql)
    {
        SqliteException.ThrowExceptionForRC(
            raw.sqlite3_prepare_v2(connection.Handle, sql, out var statement),
            connection.Handle
        );
        return statement;
    }

    private void Run(sqlite3_stmt statement)
    {
        // A failed step says why; the reset after it would say it again.
        var result = raw.sqlite3_step(statement);
        raw.sqlite3_reset(statement);
        if (result != raw.SQLITE_DONE)
            SqliteException.ThrowExceptionForRC(result, connection.Handle);
    }
}
