using System.Diagnostics.CodeAnalysis;
using Npgsql;
using NpgsqlTypes;

namespace Millrace.Core.Storage;

/// <summary>
/// A PostgreSQL connection's statements. Many can go there in one message and come back in one, since the way there and
/// back costs more than most of them.
/// </summary>
internal sealed class PostgresStatements(NpgsqlConnection connection) : IAsyncDisposable
{
    // So that what waits stays small, and the server begins while more is made.
    private const int MostWaiting = 500;

    // A plan is kept as long as nobody tells the server that its tables have grown, and one that was made for empty
    // tables reads all of a full one. The server's own upkeep notices after minutes, so plans are made anew, ever
    // more rarely at first.
    private const int FirstPlans = 100;
    private const int MostRunsOfPlans = 10_000;

    private readonly Dictionary<string, Statement> _known = new(StringComparer.Ordinal);
    private int _runsOfPlans = FirstPlans;
    private int _runs;
    private NpgsqlTransaction? _transaction;
    private NpgsqlBatch? _waiting;

    /// <summary>A statement that is ready to run; what waited has been run before it.</summary>
    public async ValueTask<NpgsqlCommand> CommandAsync(string sql, object?[] arguments)
    {
        await SendAsync();
        await CountAsync(1);
        return Known(sql, arguments.Length).Command(connection, _transaction, arguments);
    }

    /// <summary>One statement with each set of arguments, ready to run in one message.</summary>
    public async ValueTask<NpgsqlBatch> BatchAsync(string sql, IEnumerable<object?[]> runs)
    {
        await SendAsync();
        var batch = new NpgsqlBatch(connection, _transaction);
        foreach (var arguments in runs)
            batch.BatchCommands.Add(Known(sql, arguments.Length).BatchCommand(arguments));
        await CountAsync(batch.BatchCommands.Count);
        return batch;
    }

    /// <summary>Lets a statement wait for the next message; without a transaction, which it could be lost with, it does not.</summary>
    public async ValueTask WaitAsync(string sql, object?[] arguments)
    {
        _waiting ??= new NpgsqlBatch(connection, _transaction);
        _waiting.BatchCommands.Add(Known(sql, arguments.Length).BatchCommand(arguments));
        if (_transaction is null || _waiting.BatchCommands.Count >= MostWaiting)
            await SendAsync();
    }

    /// <summary>Runs what waits.</summary>
    public async ValueTask SendAsync()
    {
        if (TakeWaiting() is not { } batch)
            return;
        await using (batch)
        {
            await CountAsync(batch.BatchCommands.Count);
            await batch.ExecuteNonQueryAsync();
        }
    }

    /// <summary>The same where it cannot be awaited.</summary>
    public void Send()
    {
        using var batch = TakeWaiting();
        batch?.ExecuteNonQuery();
    }

    public void Join(NpgsqlTransaction? transaction)
    {
        _transaction = transaction;
        // What still waits is of a write that failed.
        TakeWaiting()?.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var statement in _known.Values)
            await statement.DisposeAsync();
    }

    private async ValueTask CountAsync(int runs)
    {
        _runs += runs;
        if (_runs < _runsOfPlans)
            return;
        _runs = 0;
        _runsOfPlans = Math.Min(2 * _runsOfPlans, MostRunsOfPlans);
        await using var forget = new NpgsqlCommand("DISCARD PLANS", connection, _transaction);
        await forget.ExecuteNonQueryAsync();
    }

    private NpgsqlBatch? TakeWaiting()
    {
        var batch = _waiting;
        _waiting = null;
        return batch;
    }

    private Statement Known(string sql, int parameters)
    {
        if (!_known.TryGetValue(sql, out var statement))
            _known.Add(sql, statement = new Statement(sql, parameters));
        return statement;
    }

    /// <summary>
    /// One statement. It remembers the types of its parameters, since a null says nothing of its own and the driver
    /// prepares a statement for one set of types: with others it would be parsed and planned at each run.
    /// </summary>
    [SuppressMessage(
        "Security",
        "CA2100",
        Justification = "Statements are constants; values travel as parameters."
    )]
    private sealed class Statement(string sql, int parameters) : IAsyncDisposable
    {
        private readonly NpgsqlDbType?[] _types = new NpgsqlDbType?[parameters];
        private NpgsqlCommand? _command;
        private string _sql = sql;
        private bool _hasRun;

        public NpgsqlCommand Command(
            NpgsqlConnection connection,
            NpgsqlTransaction? transaction,
            object?[] arguments
        )
        {
            var values = Stored(arguments);
            if (_command is null)
            {
                _command = connection.CreateCommand();
                foreach (var _ in arguments)
                    _command.Parameters.Add(new NpgsqlParameter());
            }
            _command.CommandText = _sql;
            _command.Transaction = transaction;
            for (var i = 0; i < values.Length; i++)
                Set(_command.Parameters[i], values[i], _types[i]);
            return _command;
        }

        public NpgsqlBatchCommand BatchCommand(object?[] arguments)
        {
            var values = Stored(arguments);
            var command = new NpgsqlBatchCommand(_sql);
            for (var i = 0; i < values.Length; i++)
            {
                var parameter = new NpgsqlParameter();
                Set(parameter, values[i], _types[i]);
                command.Parameters.Add(parameter);
            }
            return command;
        }

        public ValueTask DisposeAsync() => _command?.DisposeAsync() ?? ValueTask.CompletedTask;

        private object[] Stored(object?[] arguments)
        {
            var values = Array.ConvertAll(arguments, argument => Db.Stored(argument));
            var learned = false;
            for (var i = 0; i < values.Length; i++)
            {
                if (_types[i] is not null || TypeOf(values[i]) is not { } type)
                    continue;
                _types[i] = type;
                learned = true;
            }
            // The driver knows prepared statements by their text, so that another text is prepared anew.
            if (learned && _hasRun)
                _sql += ' ';
            _hasRun = true;
            return values;
        }

        private static void Set(NpgsqlParameter parameter, object value, NpgsqlDbType? type)
        {
            if (type is { } known)
                parameter.NpgsqlDbType = known;
            parameter.Value = value;
        }

        private static NpgsqlDbType? TypeOf(object value) =>
            value switch
            {
                string => NpgsqlDbType.Text,
                long => NpgsqlDbType.Bigint,
                Guid => NpgsqlDbType.Uuid,
                bool => NpgsqlDbType.Boolean,
                double => NpgsqlDbType.Double,
                byte[] => NpgsqlDbType.Bytea,
                _ => null,
            };
    }
}
