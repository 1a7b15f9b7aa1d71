using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Millrace.Core.Audit;
using Millrace.Core.Ids;
using Millrace.Core.Storage;

namespace Millrace.Core.Identity.Erasure;

/// <summary>The rows of a workspace in every table that owned rows are in, as the floors map them.</summary>
internal sealed class OwnedRows(Store store)
{
    private const long AtOnce = 500;

    // What an erased key was called is forgotten; that it was there is not, so that no later one gets its number.
    private static readonly Type[] Kept = [typeof(ApiKey), typeof(AuditRecord)];

    public Task<bool> AnyAsync(Id<Workspace> workspace, CancellationToken cancellation) =>
        store.ReadAsync(
            workspace,
            async db =>
            {
                foreach (var table in Tables(db))
                {
                    if (await AnyAsync(db, table))
                        return true;
                }
                return false;
            },
            cancellation
        );

    public async Task EraseAsync(Id<Workspace> workspace, CancellationToken cancellation)
    {
        var tables = await store.ReadAsync(
            workspace,
            db => ValueTask.FromResult(Tables(db)),
            cancellation
        );
        foreach (var table in tables)
        {
            // Looked for first, since a search without an index is not to hold up those who write.
            while (await store.ReadAsync(workspace, db => AnyAsync(db, table), cancellation))
                await store.WriteAsync(workspace, db => EraseSomeAsync(db, table), cancellation);
        }
    }

    private static List<Table> Tables(Db db) =>
        [
            .. from entity in db.Context.Model.GetEntityTypes()
            where typeof(IOwned).IsAssignableFrom(entity.ClrType) && !Kept.Contains(entity.ClrType)
            select new Table(entity.GetTableName()!, KeyOf(entity)),
        ];

    private static string KeyOf(IEntityType entity) =>
        string.Join(
            ", ",
            entity.FindPrimaryKey()!.Properties.Select(property => property.GetColumnName())
        );

    private static ValueTask<bool> AnyAsync(Db db, Table table) =>
        db.FirstAsync(
            $"SELECT 1 FROM {table.Name} WHERE workspace_id = $1 LIMIT 1",
            _ => true,
            db.Workspace.Value
        );

    private static ValueTask<int> EraseSomeAsync(Db db, Table table) =>
        db.ExecuteAsync(
            $"""
            DELETE FROM {table.Name} WHERE ({table.Key}) IN (
                SELECT {table.Key} FROM {table.Name} WHERE workspace_id = $1 LIMIT $2)
            """,
            db.Workspace.Value,
            AtOnce
        );

    private sealed record Table(string Name, string Key);
}
