using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Millrace.Core.Identity;
using Millrace.Core.Ids;
using Npgsql;

namespace Millrace.Core.Storage;

/// <summary>
/// One connection for the length of one read or write: entities through <see cref="Set{T}"/>, and prepared SQL for
/// the hot paths. SQL is the same text on both databases where it can be: parameters are <c>$1, $2, …</c>, a
/// <see cref="Guid"/> is a 16-byte key, a <see cref="DateTimeOffset"/> is Unix milliseconds.
/// </summary>
/// <remarks>SQL is not filtered by workspace: a statement on owned rows names <see cref="Workspace"/> itself.</remarks>
public sealed class Db : IAsyncDisposable
{
    // Kept, so that each is parsed once per connection; statements are constants, so few.
    private readonly Dictionary<string, SqliteStatement> _statements = new(StringComparer.Ordinal);
    private readonly PostgresStatements? _postgres;
    private readonly Func<Db, MillraceContext> _createContext;
    private MillraceContext? _context;
    private DbTransaction? _transaction;
    private bool _contextInTransaction;
    private bool _contextTouched;
    private List<Action>? _afterCommit;

    internal Db(DbConnection connection, Dialect dialect, Func<Db, MillraceContext> createContext)
    {
        Connection = connection;
        Dialect = dialect;
        _createContext = createContext;
        if (connection is NpgsqlConnection postgres)
            _postgres = new PostgresStatements(postgres);
    }

    public Dialect Dialect { get; }

    /// <summary>The workspace that this read or write is confined to.</summary>
    public Id<Workspace> Workspace =>
        Reach.IsInstallation
            ? throw new InvalidOperationException(
                "This call reaches the whole installation and has no workspace."
            )
            : Reach.Workspace;

    /// <summary>
    /// What ends a <c>SELECT</c> of rows that are to stay as they are until the write ends: <c>FOR UPDATE</c>,
    /// <c>FOR SHARE</c> or <c>FOR KEY SHARE</c>; nothing on SQLite, where writes are alone anyway.
    /// </summary>
    public string Held(string how) => Dialect is Dialect.Postgres ? how : "";

    internal DbConnection Connection { get; }

    internal Reach Reach { get; private set; }

    internal MillraceContext Context
    {
        get
        {
            _postgres?.Send();
            _context ??= _createContext(this);
            if (_transaction is not null && !_contextInTransaction)
            {
                _context.Database.UseTransaction(_transaction);
                _contextInTransaction = true;
            }
            _contextTouched = true;
            return _context;
        }
    }

    /// <summary>The entities of one kind within reach.</summary>
    public DbSet<T> Set<T>()
        where T : class => Context.Set<T>();

    /// <summary>Sends what was changed through <see cref="Set{T}"/> so far, so that SQL in the same write sees it.</summary>
    public async ValueTask SaveAsync()
    {
        if (_postgres is null)
        {
            Save();
            return;
        }
        await _postgres.SendAsync();
        if (_contextTouched)
            await _context!.SaveChangesAsync();
    }

    /// <summary>
    /// Asks for a call once this write is on disk; a write that fails makes none. It runs on the store's own thread,
    /// so it only wakes somebody, and never throws.
    /// </summary>
    public void AfterCommit(Action wake) => (_afterCommit ??= []).Add(wake);

    /// <summary>Runs one statement and says how many rows it changed.</summary>
    public async ValueTask<int> ExecuteAsync(string sql, params object?[] arguments) =>
        _postgres is null
            ? Statement(sql, arguments).Execute()
            : await (await _postgres.CommandAsync(sql, arguments)).ExecuteNonQueryAsync();

    /// <summary>
    /// Runs one statement of a write, of which nothing is asked but that it does not fail. On PostgreSQL it travels with
    /// the next one that is asked for something, or the commit, so that many cost one way there and back.
    /// </summary>
    public ValueTask SendAsync(string sql, params object?[] arguments)
    {
        if (_postgres is not null)
            return _postgres.WaitAsync(sql, arguments);
        Statement(sql, arguments).Execute();
        return ValueTask.CompletedTask;
    }

    /// <summary>
    /// One query with each set of arguments: the rows of each, in their order. On PostgreSQL all travel together.
    /// </summary>
    public async ValueTask<List<List<T>>> QueryEachAsync<T>(
        string sql,
        Func<Row, T> map,
        IReadOnlyCollection<object?[]> runs
    )
    {
        var each = new List<List<T>>(runs.Count);
        if (runs.Count == 0)
            return each;
        if (_postgres is null)
        {
            foreach (var arguments in runs)
                each.Add(await QueryAsync(sql, map, arguments));
            return each;
        }
        await using var batch = await _postgres.BatchAsync(sql, runs);
        await using var reader = await batch.ExecuteReaderAsync();
        do
        {
            var rows = new List<T>();
            while (await reader.ReadAsync())
                rows.Add(map(new Row(reader)));
            each.Add(rows);
        } while (await reader.NextResultAsync());
        return each;
    }

    /// <summary>All rows of a query, in its order.</summary>
    public async ValueTask<List<T>> QueryAsync<T>(
        string sql,
        Func<Row, T> map,
        params object?[] arguments
    )
    {
        var rows = new List<T>();
        if (_postgres is null)
        {
            var statement = Statement(sql, arguments);
            try
            {
                while (statement.Step())
                    rows.Add(map(new Row(statement)));
            }
            finally
            {
                statement.Reset();
            }
            return rows;
        }
        var command = await _postgres.CommandAsync(sql, arguments);
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
            rows.Add(map(new Row(reader)));
        return rows;
    }

    /// <summary>The first row of a query, or the default when there is none.</summary>
    public async ValueTask<T?> FirstAsync<T>(
        string sql,
        Func<Row, T> map,
        params object?[] arguments
    )
    {
        if (_postgres is null)
        {
            var statement = Statement(sql, arguments);
            try
            {
                return statement.Step() ? map(new Row(statement)) : default;
            }
            finally
            {
                statement.Reset();
            }
        }
        var command = await _postgres.CommandAsync(sql, arguments);
        await using var reader = await command.ExecuteReaderAsync();
        return await reader.ReadAsync() ? map(new Row(reader)) : default;
    }

    internal void Save()
    {
        if (_contextTouched)
            _context!.SaveChanges();
    }

    internal void Enter(Reach reach) => Reach = reach;

    internal IReadOnlyList<Action> TakeAfterCommit()
    {
        var taken = _afterCommit;
        _afterCommit = null;
        return taken ?? [];
    }

    /// <summary>Forgets what the caller left behind, so that the connection can serve the next.</summary>
    internal void Leave()
    {
        Reach = default;
        _afterCommit = null;
        if (_contextTouched)
            _context!.ChangeTracker.Clear();
        _contextTouched = false;
    }

    internal void Join(DbTransaction? transaction)
    {
        _transaction = transaction;
        _postgres?.Join((NpgsqlTransaction?)transaction);
        if (transaction is null && _contextInTransaction)
        {
            _context!.Database.UseTransaction(null);
            _contextInTransaction = false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var statement in _statements.Values)
            statement.Dispose();
        if (_postgres is not null)
            await _postgres.DisposeAsync();
        if (_context is not null)
            await _context.DisposeAsync();
        await Connection.DisposeAsync();
    }

    private SqliteStatement Statement(string sql, object?[] arguments)
    {
        if (!_statements.TryGetValue(sql, out var statement))
        {
            statement = new SqliteStatement((SqliteConnection)Connection, sql, arguments.Length);
            _statements.Add(sql, statement);
        }
        for (var i = 0; i < arguments.Length; i++)
            statement.Bind(
                i,
                arguments[i] is Guid key ? key.ToByteArray(bigEndian: true) : Stored(arguments[i])
            );
        return statement;
    }

    /// <summary>A value as it travels to the database.</summary>
    internal static object Stored(object? value) =>
        value switch
        {
            null => DBNull.Value,
            DateTimeOffset time => time.ToUnixTimeMilliseconds(),
            TimeSpan span => (long)span.TotalMilliseconds,
            Enum word => Words.Of(word),
            string text => StoredText.Of(text),
            _ => value,
        };
}
