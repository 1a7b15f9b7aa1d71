using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
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
    private readonly Dictionary<string, DbCommand> _commands = new(StringComparer.Ordinal);
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
    }

    public Dialect Dialect { get; }

    /// <summary>The workspace that this read or write is confined to.</summary>
    public Id<Workspace> Workspace =>
        Reach.IsInstallation
            ? throw new InvalidOperationException(
                "This call reaches the whole installation and has no workspace."
            )
            : Reach.Workspace;

    internal DbConnection Connection { get; }

    internal Reach Reach { get; private set; }

    internal MillraceContext Context
    {
        get
        {
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
    public ValueTask SaveAsync()
    {
        if (Dialect is Dialect.Postgres && _contextTouched)
            return new ValueTask(_context!.SaveChangesAsync());
        Save();
        return ValueTask.CompletedTask;
    }

    /// <summary>
    /// Asks for a call once this write is on disk; a write that fails makes none. It runs on the store's own thread,
    /// so it only wakes somebody, and never throws.
    /// </summary>
    public void AfterCommit(Action wake) => (_afterCommit ??= []).Add(wake);

    /// <summary>Runs one statement and says how many rows it changed.</summary>
    public ValueTask<int> ExecuteAsync(string sql, params object?[] arguments) =>
        Dialect is Dialect.Sqlite
            ? new(Statement(sql, arguments).Execute())
            : new(Command(sql, arguments).ExecuteNonQueryAsync());

    /// <summary>All rows of a query, in its order.</summary>
    public async ValueTask<List<T>> QueryAsync<T>(
        string sql,
        Func<Row, T> map,
        params object?[] arguments
    )
    {
        var rows = new List<T>();
        if (Dialect is Dialect.Sqlite)
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
        await using var reader = await Command(sql, arguments).ExecuteReaderAsync();
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
        if (Dialect is Dialect.Sqlite)
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
        await using var reader = await Command(sql, arguments).ExecuteReaderAsync();
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
        foreach (var command in _commands.Values)
            command.Transaction = transaction;
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
        foreach (var command in _commands.Values)
            await command.DisposeAsync();
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
            statement.Bind(i, ToStored(arguments[i]));
        return statement;
    }

    [SuppressMessage(
        "Security",
        "CA2100",
        Justification = "Statements are constants; values travel as parameters."
    )]
    private DbCommand Command(string sql, object?[] arguments)
    {
        if (!_commands.TryGetValue(sql, out var command))
        {
            command = Connection.CreateCommand();
            command.CommandText = sql;
            command.Transaction = _transaction;
            foreach (var _ in arguments)
                command.Parameters.Add(new NpgsqlParameter());
            _commands.Add(sql, command);
        }
        for (var i = 0; i < arguments.Length; i++)
            command.Parameters[i].Value = ToStored(arguments[i]);
        return command;
    }

    private object ToStored(object? value) =>
        value switch
        {
            null => DBNull.Value,
            Guid guid when Dialect is Dialect.Sqlite => guid.ToByteArray(bigEndian: true),
            DateTimeOffset time => time.ToUnixTimeMilliseconds(),
            TimeSpan span => (long)span.TotalMilliseconds,
            Enum word => Words.Of(word),
            string text => StoredText.Of(text),
            _ => value,
        };
}
