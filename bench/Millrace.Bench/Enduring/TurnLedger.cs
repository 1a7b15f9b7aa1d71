using Microsoft.Data.Sqlite;

namespace Millrace.Bench.Enduring;

/// <summary>How what is on disk stands to what callers were told.</summary>
/// <param name="Lost">Acknowledged, and the question or its whole answer is not there.</param>
/// <param name="Twice">Questions or answers that are there more than once, acknowledged or not.</param>
/// <param name="Gaps">Sessions whose turns are not numbered from 1 without gaps.</param>
internal sealed record Findings(long Acknowledged, long Lost, long Twice, long Gaps)
{
    public bool IsClean => Lost == 0 && Twice == 0 && Gaps == 0;
}

/// <summary>Reads the turns out of a database that no server has open.</summary>
internal sealed class TurnLedger(string path)
{
    public Findings Compare(IReadOnlyCollection<string> acknowledged)
    {
        using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        var whole = Texts(
            connection,
            """
            SELECT q.text FROM turns q JOIN turns a ON a.session_id = q.session_id AND a.run_id = q.run_id
            WHERE q.role = 'user' AND a.role = 'assistant' AND a.state = 'complete'
            """
        );
        var lost = acknowledged.LongCount(message => !whole.Contains(message));
        var twice =
            Count(
                connection,
                "SELECT COUNT(*) FROM (SELECT 1 FROM turns WHERE role = 'user' GROUP BY text HAVING COUNT(*) > 1)"
            )
            + Count(
                connection,
                "SELECT COUNT(*) FROM (SELECT 1 FROM turns WHERE role = 'assistant' GROUP BY run_id HAVING COUNT(*) > 1)"
            );
        var gaps = Count(
            connection,
            "SELECT COUNT(*) FROM (SELECT 1 FROM turns GROUP BY session_id HAVING MIN(number) <> 1 OR MAX(number) <> COUNT(*))"
        );
        return new Findings(acknowledged.Count, lost, twice, gaps);
    }

    private static HashSet<string> Texts(SqliteConnection connection, string sql)
    {
        using var command = Command(connection, sql);
        using var reader = command.ExecuteReader();
        var texts = new HashSet<string>(StringComparer.Ordinal);
        while (reader.Read())
            texts.Add(reader.GetString(0));
        return texts;
    }

    private static long Count(SqliteConnection connection, string sql)
    {
        using var command = Command(connection, sql);
        return (long)command.ExecuteScalar()!;
    }

    private static SqliteCommand Command(SqliteConnection connection, string sql)
    {
        var command = connection.CreateCommand();
#pragma warning disable CA2100 // Constants of this class.
        command.CommandText = sql;
#pragma warning restore CA2100
        return command;
    }
}
