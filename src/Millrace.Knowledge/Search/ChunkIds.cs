using System.Text.Json;
using Millrace.Core.Storage;

namespace Millrace.Knowledge.Search;

/// <summary>Asks for many chunks in one statement, which each database says in its own way.</summary>
internal static class ChunkIds
{
    /// <summary>The condition on a column of chunks' ids, which are the parameter <paramref name="place"/>.</summary>
    public static string In(Db db, int place) =>
        db.Dialect is Dialect.Sqlite
            ? $"IN (SELECT value FROM json_each(${place}))"
            : $"= ANY(${place})";

    /// <summary>The parameter's value.</summary>
    public static object Value(Db db, IEnumerable<long> ids) =>
        db.Dialect is Dialect.Sqlite ? JsonSerializer.Serialize(ids) : ids.ToArray();
}
