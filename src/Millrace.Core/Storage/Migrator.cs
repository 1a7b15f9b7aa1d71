using System.Security.Cryptography;
using System.Text;
using Millrace.Core.Settings;

namespace Millrace.Core.Storage;

/// <summary>
/// Applies each floor's numbered SQL files that a database has not seen, all in one transaction under a lock, and
/// refuses a database whose applied files differ from this build's or that a newer build has moved on.
/// </summary>
internal sealed class Migrator(IReadOnlyList<StorageMap> maps)
{
    private const long PostgresLock = 0x6d696c6c72616365;

    public async Task MigrateAsync(Db db, CancellationToken cancellation)
    {
        await using var transaction =
            db.Dialect is Dialect.Sqlite
                ? ((Microsoft.Data.Sqlite.SqliteConnection)db.Connection).BeginTransaction(
                    deferred: false
                )
                : await db.Connection.BeginTransactionAsync(cancellation);
        db.Join(transaction);
        db.Enter(Reach.Installation);
        if (db.Dialect is Dialect.Postgres)
            await db.ExecuteAsync($"SELECT pg_advisory_xact_lock({PostgresLock})");
        await db.ExecuteAsync(
            """
            CREATE TABLE IF NOT EXISTS migrations (
                floor TEXT NOT NULL,
                number BIGINT NOT NULL,
                name TEXT NOT NULL,
                sha256 TEXT NOT NULL,
                PRIMARY KEY (floor, number))
            """
        );
        foreach (var map in maps)
            await MigrateFloorAsync(db, map);
        await transaction.CommitAsync(cancellation);
        db.Join(null);
    }

    /// <summary>The files of one floor for one database, in their order.</summary>
    internal static IReadOnlyList<Migration> Files(StorageMap map, Dialect dialect)
    {
        var folder = $".Migrations.{JsonName(dialect)}.";
        return
        [
            .. map
                .Assembly.GetManifestResourceNames()
                .Where(resource => resource.Contains(folder, StringComparison.Ordinal))
                .Select(resource => Read(map, resource, folder))
                .OrderBy(migration => migration.Number),
        ];
    }

    private static async Task MigrateFloorAsync(Db db, StorageMap map)
    {
        var files = Files(map, db.Dialect);
        var applied = (
            await db.QueryAsync(
                "SELECT number, sha256 FROM migrations WHERE floor = $1",
                row => (Number: row.Int64(0), Hash: row.Text(1)),
                map.Floor
            )
        ).ToDictionary(row => row.Number, row => row.Hash);
        if (applied.Keys.Any(number => files.All(file => file.Number != number)))
        {
            throw new SettingsException(
                $"The database was written by a newer Millrace (floor {map.Floor}). Start that version, or restore a backup."
            );
        }
        foreach (var file in files)
        {
            if (applied.TryGetValue(file.Number, out var hash))
            {
                if (hash != file.Hash)
                    throw new SettingsException(
                        $"Migration {map.Floor}/{file.Name} is not the one applied."
                    );
                continue;
            }
            foreach (var statement in Statements(file.Sql))
                await db.ExecuteAsync(statement);
            await db.ExecuteAsync(
                "INSERT INTO migrations (floor, number, name, sha256) VALUES ($1, $2, $3, $4)",
                map.Floor,
                file.Number,
                file.Name,
                file.Hash
            );
        }
    }

    // Statements are parted by a semicolon at the end of a line; a trigger's inner ones are written inside a line.
    internal static string[] Statements(string sql) =>
        sql.Split(";\n", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static Migration Read(StorageMap map, string resource, string folder)
    {
        using var stream = map.Assembly.GetManifestResourceStream(resource)!;
        using var reader = new StreamReader(stream);
        var sql = reader.ReadToEnd();
        var name = resource[
            (resource.IndexOf(folder, StringComparison.Ordinal) + folder.Length)..^".sql".Length
        ];
        return new Migration(
            long.Parse(name.AsSpan(0, 4)),
            name,
            sql,
            Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(sql)))
        );
    }

    private static string JsonName(Dialect dialect) =>
        dialect is Dialect.Sqlite ? "sqlite" : "postgres";

    internal sealed record Migration(long Number, string Name, string Sql, string Hash);
}
