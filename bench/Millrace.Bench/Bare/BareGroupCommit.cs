using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;

namespace Millrace.Bench.Bare;

/// <summary>
/// The raw limit that durable writes are measured against: one thread, a queue, one prepared INSERT, one commit for
/// all that wait, and nothing else.
/// </summary>
internal sealed class BareGroupCommit : IDisposable
{
    private readonly BlockingCollection<Row> _queue = [];
    private readonly SqliteConnection _connection;
    private readonly SqliteCommand _insert;
    private readonly Thread _thread;

    public BareGroupCommit(string path)
    {
        _connection = new SqliteConnection($"Data Source={path};Pooling=False");
        _connection.Open();
        Run(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -8192;"
                + "CREATE TABLE notes (id BLOB NOT NULL PRIMARY KEY, workspace_id BLOB NOT NULL, text TEXT NOT NULL) WITHOUT ROWID"
        );
        _insert = _connection.CreateCommand();
        _insert.CommandText =
            "INSERT INTO notes (id, workspace_id, text) VALUES ($id, $workspace, $text)";
        foreach (var name in (string[])["$id", "$workspace", "$text"])
            _insert.Parameters.Add(new SqliteParameter { ParameterName = name });
        _thread = new Thread(Write) { Name = "bare-writer", IsBackground = true };
        _thread.Start();
    }

    /// <summary>Completes when the row is on disk.</summary>
    public Task InsertAsync(Guid id, Guid workspace, string text)
    {
        var row = new Row(id, workspace, text);
        _queue.Add(row);
        return row.Done.Task;
    }

    public void Dispose()
    {
        _queue.CompleteAdding();
        _thread.Join();
        _insert.Dispose();
        _connection.Dispose();
        _queue.Dispose();
    }

    private void Write()
    {
        var batch = new List<Row>();
        foreach (var first in _queue.GetConsumingEnumerable())
        {
            batch.Add(first);
            while (batch.Count < 1_000 && _queue.TryTake(out var next))
                batch.Add(next);
            using (var transaction = _connection.BeginTransaction(deferred: false))
            {
                _insert.Transaction = transaction;
                foreach (var row in batch)
                {
                    _insert.Parameters[0].Value = row.Id.ToByteArray(bigEndian: true);
                    _insert.Parameters[1].Value = row.Workspace.ToByteArray(bigEndian: true);
                    _insert.Parameters[2].Value = row.Text;
                    _insert.ExecuteNonQuery();
                }
                transaction.Commit();
            }
            foreach (var row in batch)
                row.Done.SetResult();
            batch.Clear();
        }
    }

    private void Run(string sql)
    {
        using var command = _connection.CreateCommand();
#pragma warning disable CA2100 // Constants of this class.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    private sealed record Row(Guid Id, Guid Workspace, string Text)
    {
        public TaskCompletionSource Done { get; } =
            new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
