using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Millrace.Core.Failures;
using Millrace.Core.Identity;
using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Knowledge.Ingest;

namespace Millrace.Knowledge.Stores;

/// <summary>A store as it is to be, or what is to change of one: null leaves it.</summary>
public sealed record StoreFields(string? Name = null)
{
    public string? Description { get; init; }

    /// <summary>A JSON object.</summary>
    public string? Metadata { get; init; }

    public bool? Dedupe { get; init; }
}

/// <summary>A store with what is in it.</summary>
public sealed record StoreSummary(VectorStore Store)
{
    public long InProgress { get; init; }

    public long Completed { get; init; }

    public long Failed { get; init; }

    /// <summary>Of its files, as they came.</summary>
    public long Bytes { get; init; }
}

/// <summary>The vector stores of each workspace.</summary>
public sealed class VectorStores(Store store, StoreContents contents, TimeProvider time)
{
    public Task<StoreSummary> CreateAsync(
        Id<Workspace> workspace,
        StoreFields fields,
        CancellationToken cancellation
    )
    {
        var now = time.GetUtcNow();
        var created = new VectorStore
        {
            Id = Id<VectorStore>.New(now),
            WorkspaceId = workspace,
            PublicId = $"vs_{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(12))}",
            Name = fields.Name!,
            Description = fields.Description,
            Metadata = fields.Metadata,
            Dedupe = fields.Dedupe ?? false,
            CreatedAt = now,
        };
        return store.WriteAsync(
            workspace,
            db =>
            {
                db.Set<VectorStore>().Add(created);
                return ValueTask.FromResult(new StoreSummary(created));
            },
            cancellation
        );
    }

    /// <summary>The newest first.</summary>
    public Task<List<StoreSummary>> ListAsync(
        Id<Workspace> workspace,
        int limit,
        int offset,
        CancellationToken cancellation
    ) =>
        store.ReadAsync(
            workspace,
            async db =>
            {
                var stores = await db.Set<VectorStore>()
                    .AsNoTracking()
                    .OrderByDescending(row => row.Id)
                    .Skip(offset)
                    .Take(limit)
                    .ToListAsync();
                var summaries = new List<StoreSummary>(stores.Count);
                foreach (var row in stores)
                    summaries.Add(await SummaryAsync(db, row));
                return summaries;
            },
            cancellation
        );

    /// <exception cref="NotFound">There is no such store in the workspace.</exception>
    public Task<StoreSummary> GetAsync(
        Id<Workspace> workspace,
        string id,
        CancellationToken cancellation
    ) =>
        store.ReadAsync(
            workspace,
            async db => await SummaryAsync(db, await FindAsync(db, id)),
            cancellation
        );

    /// <summary>The newest store of that name. (t-backend §12.6)</summary>
    /// <exception cref="NotFound">There is no such store in the workspace.</exception>
    public Task<StoreSummary> GetByNameAsync(
        Id<Workspace> workspace,
        string name,
        CancellationToken cancellation
    ) =>
        store.ReadAsync(
            workspace,
            async db => await SummaryAsync(db, await FindByNameAsync(db, name) ?? throw Unknown()),
            cancellation
        );

    /// <exception cref="NotFound">There is no such store in the workspace.</exception>
    public Task<StoreSummary> ChangeAsync(
        Id<Workspace> workspace,
        string id,
        StoreFields fields,
        CancellationToken cancellation
    ) =>
        store.WriteAsync(
            workspace,
            async db =>
            {
                var changed =
                    await db.Set<VectorStore>().FirstOrDefaultAsync(row => row.PublicId == id)
                    ?? throw Unknown();
                changed.Name = fields.Name ?? changed.Name;
                changed.Description = fields.Description ?? changed.Description;
                changed.Metadata = fields.Metadata ?? changed.Metadata;
                changed.Dedupe = fields.Dedupe ?? changed.Dedupe;
                return await SummaryAsync(db, changed);
            },
            cancellation
        );

    /// <summary>Deletes a store; its files stay. No search that begins after this finds anything through it.</summary>
    /// <exception cref="NotFound">There is no such store in the workspace.</exception>
    public async Task DeleteAsync(
        Id<Workspace> workspace,
        string id,
        CancellationToken cancellation
    )
    {
        var isGone = await store.WriteAsync(workspace, db => DeleteSomeAsync(db, id), cancellation);
        // Once begun it goes on without the caller, who would leave half a store behind.
        while (!isGone)
            isGone = await store.WriteAsync(
                workspace,
                db => DeleteSomeAsync(db, id),
                CancellationToken.None
            );
    }

    /// <summary>Takes out some files; the store is gone with the last of them. Says whether it is.</summary>
    private async ValueTask<bool> DeleteSomeAsync(Db db, string id)
    {
        var found = await FindAsync(db, id);
        await LockAsync(db, found, "FOR UPDATE");
        if (!await contents.ClearSomeAsync(db, found))
            return false;
        await db.Set<VectorStore>().Where(row => row.Id == found.Id).ExecuteDeleteAsync();
        return true;
    }

    /// <summary>The stores by these ids or names.</summary>
    /// <exception cref="NotFound">One of them is not the workspace's.</exception>
    public Task<IReadOnlyList<Id<VectorStore>>> ResolveAsync(
        Id<Workspace> workspace,
        IReadOnlyCollection<string> idsOrNames,
        CancellationToken cancellation
    ) =>
        store.ReadAsync<IReadOnlyList<Id<VectorStore>>>(
            workspace,
            async db =>
            {
                var found = new List<Id<VectorStore>>(idsOrNames.Count);
                foreach (var word in idsOrNames.Distinct(StringComparer.Ordinal))
                {
                    var row = await FindByIdAsync(db, word) ?? await FindByNameAsync(db, word);
                    found.Add((row ?? throw Unknown()).Id);
                }
                return found;
            },
            cancellation
        );

    internal static async ValueTask<VectorStore> FindAsync(Db db, string id) =>
        await FindByIdAsync(db, id) ?? throw Unknown();

    /// <summary>On PostgreSQL nothing is added to a store that is being deleted. SQLite has one writer anyway.</summary>
    /// <exception cref="NotFound">It was deleted meanwhile.</exception>
    internal static async ValueTask LockAsync(Db db, VectorStore store, string strength)
    {
        if (db.Dialect is Dialect.Sqlite)
            return;
        var isThere = await db.FirstAsync(
            $"SELECT id FROM vector_stores WHERE id = $1 {strength}",
            _ => true,
            store.Id.Value
        );
        if (!isThere)
            throw Unknown();
    }

    private static async ValueTask<VectorStore?> FindByIdAsync(Db db, string id) =>
        IsText(id)
            ? await db.Set<VectorStore>()
                .AsNoTracking()
                .FirstOrDefaultAsync(row => row.PublicId == id)
            : null;

    private static async ValueTask<VectorStore?> FindByNameAsync(Db db, string name) =>
        IsText(name)
            ? await db.Set<VectorStore>()
                .AsNoTracking()
                .Where(row => row.Name == name)
                .OrderByDescending(row => row.Id)
                .FirstOrDefaultAsync()
            : null;

    // PostgreSQL cannot even be asked for text with this character in it.
    private static bool IsText(string word) => !word.Contains('\0', StringComparison.Ordinal);

    private static async ValueTask<StoreSummary> SummaryAsync(Db db, VectorStore store)
    {
        var counts = await db.QueryAsync(
            """
            SELECT d.state, COUNT(*), CAST(SUM(f.size) AS BIGINT)
            FROM store_files s JOIN documents d ON d.file_id = s.file_id JOIN files f ON f.id = s.file_id
            WHERE s.workspace_id = $1 AND s.store_id = $2 GROUP BY d.state
            """,
            row => (State: row.Word<DocumentState>(0), Files: row.Int64(1), Bytes: row.Int64(2)),
            db.Workspace.Value,
            store.Id.Value
        );
        return new StoreSummary(store)
        {
            Completed = Count(state => state is DocumentState.Completed),
            Failed = Count(state => state is DocumentState.Failed),
            InProgress = Count(state =>
                state is not (DocumentState.Completed or DocumentState.Failed)
            ),
            Bytes = counts.Sum(count => count.Bytes),
        };

        long Count(Func<DocumentState, bool> isMeant) =>
            counts.Where(count => isMeant(count.State)).Sum(count => count.Files);
    }

    private static NotFound Unknown() => new("vector_store_not_found", "Vector store not found");
}
