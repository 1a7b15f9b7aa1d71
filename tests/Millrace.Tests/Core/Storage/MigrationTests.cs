using Microsoft.EntityFrameworkCore;
using Millrace.Core.Settings;
using Millrace.Core.Storage;
using Millrace.Testing;

namespace Millrace.Tests.Core.Storage;

/// <summary>The schema that migrations leave is the one that EF's model would make: same columns, types, keys, indexes.</summary>
public sealed class MigrationTests
{
    [Theory, OnEachDatabase]
    public async Task Migrated_schema_is_the_one_of_the_model(Dialect dialect)
    {
        await using var migrated = await TestStore.CreateAsync(dialect);
        await using var modelled = await TestStore.CreateEmptyAsync(dialect);
        var mapped = await modelled.Store.WriteAsync(
            Reach.Installation,
            async db =>
            {
                var script = db.Context.Database.GenerateCreateScript();
                foreach (var statement in script.Split(";", StringSplitOptions.TrimEntries))
                {
                    if (statement.Length > 0 && statement != "GO")
                        await db.ExecuteAsync(statement);
                }
                return db
                    .Context.Model.GetEntityTypes()
                    .Select(type => type.GetTableName()!)
                    .ToHashSet();
            }
        );

        var actual = await ColumnsAsync(migrated.Store);
        var expected = await ColumnsAsync(modelled.Store);

        actual.Where(column => mapped.Contains(column.Table)).ShouldBe(expected, ignoreOrder: true);
        (await IndexesAsync(migrated.Store))
            .Where(index => mapped.Contains(index.Table))
            .ShouldBe(
                (await IndexesAsync(modelled.Store)).Where(index =>
                    dialect is Dialect.Postgres || index != OrderOfEvents
                ),
                ignoreOrder: true
            );
    }

    // On SQLite that is the order of the rows.
    private static readonly Index OrderOfEvents = new("events", false, "txn,id");

    [Theory, OnEachDatabase]
    public async Task Migrating_twice_and_at_once_changes_nothing(Dialect dialect)
    {
        await using var test = await TestStore.CreateAsync(dialect);
        await using var second = test.OpenSecond();

        await Task.WhenAll(test.Store.MigrateAsync(), second.MigrateAsync());

        (await ColumnsAsync(test.Store)).ShouldNotBeEmpty();
    }

    [Theory, OnEachDatabase]
    public async Task A_database_of_a_newer_version_is_refused(Dialect dialect)
    {
        await using var test = await TestStore.CreateAsync(dialect);
        await test.Store.WriteAsync(
            Reach.Installation,
            async db =>
            {
                await db.ExecuteAsync(
                    "INSERT INTO migrations VALUES ('core', 9999, '9999_future', 'x')"
                );
            }
        );

        var failure = await Should.ThrowAsync<SettingsException>(test.Store.MigrateAsync());

        failure.Message.ShouldContain("newer");
    }

    private static Task<List<Column>> ColumnsAsync(Store store) =>
        store.ReadAsync(
            Reach.Installation,
            async db =>
                await db.QueryAsync(
                    store.Dialect is Dialect.Sqlite
                        ? """
                        SELECT m.name, c.name, upper(c.type), c."notnull" = 0, c.pk
                        FROM sqlite_schema m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%'
                        """
                        : """
                        SELECT c.table_name, c.column_name, upper(c.data_type), c.is_nullable = 'YES',
                          COALESCE((SELECT k.ordinal_position::bigint FROM information_schema.key_column_usage k
                            JOIN information_schema.table_constraints t USING (constraint_name, table_name)
                            WHERE t.constraint_type = 'PRIMARY KEY' AND k.table_name = c.table_name AND k.column_name = c.column_name), 0)
                        FROM information_schema.columns c WHERE c.table_schema = 'public'
                        """,
                    row => new Column(
                        row.Text(0),
                        row.Text(1),
                        row.Text(2),
                        row.Flag(3),
                        row.Int64(4)
                    )
                )
        );

    // Names of indexes are a matter of taste; which columns are unique is not.
    private static Task<List<Index>> IndexesAsync(Store store) =>
        store.ReadAsync(
            Reach.Installation,
            async db =>
                await db.QueryAsync(
                    store.Dialect is Dialect.Sqlite
                        ? """
                        SELECT m.name, i."unique", (SELECT group_concat(x.name, ',') FROM pragma_index_info(i.name) x)
                        FROM sqlite_schema m JOIN pragma_index_list(m.name) i WHERE m.type = 'table' AND i.origin = 'c'
                        """
                        : """
                        SELECT t.relname::text, CASE WHEN i.indisunique THEN 1::bigint ELSE 0::bigint END,
                          (SELECT string_agg(a.attname, ',' ORDER BY k.n) FROM unnest(i.indkey) WITH ORDINALITY k(att, n)
                           JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.att)
                        FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid
                        JOIN pg_namespace s ON s.oid = t.relnamespace WHERE s.nspname = 'public' AND NOT i.indisprimary
                        """,
                    row => new Index(row.Text(0), row.Int64(1) == 1, row.TextOrNull(2) ?? "")
                )
        );

    private sealed record Column(
        string Table,
        string Name,
        string Type,
        bool Nullable,
        long KeyPosition
    );

    private sealed record Index(string Table, bool Unique, string Columns);
}
