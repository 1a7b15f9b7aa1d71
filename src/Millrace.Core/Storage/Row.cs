using System.Data.Common;
using Millrace.Core.Ids;

namespace Millrace.Core.Storage;

/// <summary>One row of a query, read by column number; the stored forms are those of <see cref="Db"/>.</summary>
public readonly struct Row
{
    // One of the two, by the database.
    private readonly SqliteStatement? _statement;
    private readonly DbDataReader? _reader;

    internal Row(SqliteStatement statement) => _statement = statement;

    internal Row(DbDataReader reader) => _reader = reader;

    public bool IsNull(int column) => _statement?.IsNull(column) ?? _reader!.IsDBNull(column);

    public string Text(int column) => _statement?.Text(column) ?? _reader!.GetString(column);

    public string? TextOrNull(int column) => IsNull(column) ? null : Text(column);

    public long Int64(int column) => _statement?.Int64(column) ?? _reader!.GetInt64(column);

    public long? Int64OrNull(int column) => IsNull(column) ? null : Int64(column);

    public int Int32(int column) => checked((int)Int64(column));

    public double Number(int column) => _statement?.Number(column) ?? _reader!.GetDouble(column);

    public bool Flag(int column) =>
        _statement is null ? _reader!.GetBoolean(column) : _statement.Int64(column) != 0;

    public byte[] Bytes(int column) =>
        _statement is null
            ? _reader!.GetFieldValue<byte[]>(column)
            : _statement.Bytes(column).ToArray();

    public byte[]? BytesOrNull(int column) => IsNull(column) ? null : Bytes(column);

    public Id<T> Id<T>(int column) =>
        new(
            _statement is null
                ? _reader!.GetGuid(column)
                : new Guid(_statement.Bytes(column), bigEndian: true)
        );

    public Id<T>? IdOrNull<T>(int column) => IsNull(column) ? null : Id<T>(column);

    public DateTimeOffset Time(int column) =>
        DateTimeOffset.FromUnixTimeMilliseconds(Int64(column));

    public DateTimeOffset? TimeOrNull(int column) => IsNull(column) ? null : Time(column);

    /// <summary>An enum stored as its snake_case word.</summary>
    public T Word<T>(int column)
        where T : struct, Enum => Words.Parse<T>(Text(column));
}
