using System.Data.Common;
using Millrace.Core.Ids;

namespace Millrace.Core.Storage;

/// <summary>One row of a query, read by column number; the stored forms are those of <see cref="Db"/>.</summary>
public readonly struct Row(DbDataReader reader, Dialect dialect)
{
    public bool IsNull(int column) => reader.IsDBNull(column);

    public string Text(int column) => reader.GetString(column);

    public string? TextOrNull(int column) =>
        reader.IsDBNull(column) ? null : reader.GetString(column);

    public long Int64(int column) => reader.GetInt64(column);

    public long? Int64OrNull(int column) =>
        reader.IsDBNull(column) ? null : reader.GetInt64(column);

    public int Int32(int column) => checked((int)reader.GetInt64(column));

    public double Number(int column) => reader.GetDouble(column);

    public bool Flag(int column) => reader.GetBoolean(column);

    public byte[] Bytes(int column) => reader.GetFieldValue<byte[]>(column);

    public byte[]? BytesOrNull(int column) =>
        reader.IsDBNull(column) ? null : reader.GetFieldValue<byte[]>(column);

    public Id<T> Id<T>(int column) =>
        new(
            dialect is Dialect.Sqlite
                ? new Guid(Bytes(column), bigEndian: true)
                : reader.GetGuid(column)
        );

    public Id<T>? IdOrNull<T>(int column) => reader.IsDBNull(column) ? null : Id<T>(column);

    public DateTimeOffset Time(int column) =>
        DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(column));

    public DateTimeOffset? TimeOrNull(int column) => reader.IsDBNull(column) ? null : Time(column);

    /// <summary>An enum stored as its snake_case word.</summary>
    public T Word<T>(int column)
        where T : struct, Enum => Words.Parse<T>(reader.GetString(column));
}
