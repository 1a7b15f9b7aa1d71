using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Millrace.Core.Storage;

/// <summary>
/// One prepared statement of a SQLite connection, stepped directly: a command of the driver costs more than most
/// statements that are run through it here. Parameters are <c>$1, $2, …</c>.
/// </summary>
internal sealed class SqliteStatement : IDisposable
{
    private readonly sqlite3 _connection;
    private readonly sqlite3_stmt _statement;
    private readonly int[] _places;

    public SqliteStatement(SqliteConnection connection, string sql, int parameters)
    {
        _connection = connection.Handle!;
        Check(raw.sqlite3_prepare_v2(_connection, sql, out _statement, out var rest));
        if (!string.IsNullOrWhiteSpace(rest))
            throw new ArgumentException($"More than one statement: {sql}", nameof(sql));
        _places = new int[parameters];
        for (var i = 0; i < parameters; i++)
            _places[i] = raw.sqlite3_bind_parameter_index(_statement, $"${i + 1}");
    }

    /// <summary>Gives a parameter its value, in one of the stored forms of <see cref="Db"/>.</summary>
    public void Bind(int parameter, object value)
    {
        var place = _places[parameter];
        // A statement may leave a parameter out.
        if (place == 0)
            return;
        Check(
            value switch
            {
                DBNull => raw.sqlite3_bind_null(_statement, place),
                string text => raw.sqlite3_bind_text(_statement, place, text),
                long number => raw.sqlite3_bind_int64(_statement, place, number),
                int number => raw.sqlite3_bind_int64(_statement, place, number),
                bool flag => raw.sqlite3_bind_int64(_statement, place, flag ? 1 : 0),
                double number => raw.sqlite3_bind_double(_statement, place, number),
                float number => raw.sqlite3_bind_double(_statement, place, number),
                byte[] bytes => raw.sqlite3_bind_blob(_statement, place, bytes),
                _ => throw new ArgumentException(
                    $"{value.GetType()} has no stored form.",
                    nameof(value)
                ),
            }
        );
    }

    /// <summary>Goes on to the next row; false after the last.</summary>
    public bool Step()
    {
        var result = raw.sqlite3_step(_statement);
        if (result == raw.SQLITE_ROW)
            return true;
        if (result != raw.SQLITE_DONE)
            SqliteException.ThrowExceptionForRC(result, _connection);
        return false;
    }

    /// <summary>Ends the run, so that the statement holds no lock and can be run again.</summary>
    public void Reset() => raw.sqlite3_reset(_statement);

    /// <summary>Runs to the end and says how many rows were changed.</summary>
    public int Execute()
    {
        try
        {
            while (Step()) { }
            return raw.sqlite3_stmt_readonly(_statement) == 0
                ? raw.sqlite3_changes(_connection)
                : 0;
        }
        finally
        {
            Reset();
        }
    }

    public bool IsNull(int column) =>
        raw.sqlite3_column_type(_statement, column) == raw.SQLITE_NULL;

    public long Int64(int column) =>
        IsNull(column) ? throw Null(column) : raw.sqlite3_column_int64(_statement, column);

    public double Number(int column) =>
        IsNull(column) ? throw Null(column) : raw.sqlite3_column_double(_statement, column);

    public string Text(int column) =>
        raw.sqlite3_column_text(_statement, column).utf8_to_string() ?? throw Null(column);

    public ReadOnlySpan<byte> Bytes(int column) =>
        IsNull(column) ? throw Null(column) : raw.sqlite3_column_blob(_statement, column);

    public void Dispose() => _statement.Dispose();

    private static InvalidCastException Null(int column) => new($"Column {column} is null.");

    private void Check(int result) => SqliteException.ThrowExceptionForRC(result, _connection);
}
