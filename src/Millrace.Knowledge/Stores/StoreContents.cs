using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using Millrace.Core.Failures;
using Millrace.Core.Identity;
using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Knowledge.Files;
using Millrace.Knowledge.Ingest;

namespace Millrace.Knowledge.Stores;

/// <summary>A file in a store, and how far it can be searched.</summary>
public sealed record StoreEntry(StoredFile File, Document Document, DateTimeOffset AddedAt);

/// <summary>A file that was added to a store.</summary>
/// <param name="Entry">Of the file, or of one with its content that the store had already.</param>
/// <param name="Deduplicated">Whether it is another file's.</param>
public sealed record AddedEntry(StoreEntry Entry, bool Deduplicated);

/// <summary>Which files are in which store. A file is read once, however many stores it is in.</summary>
public sealed class StoreContents(
    Store store,
    Ingestion ingestion,
    FilesOptions options,
    TimeProvider time
)
{
    // So that others write between.
    private const int ClearedAtOnce = 100;

    // t-backend §12.7
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Adds a file to a store and waits a little for it to be read. One that is there already stays as it is, and where
    /// files are deduplicated so does another with its content; one that could not be read is tried again.
    /// </summary>
    /// <exception cref="NotFound">The store or the file is not the workspace's.</exception>
    public async Task<AddedEntry> AttachAsync(
        Id<Workspace> workspace,
        string storeId,
        string fileId,
        Deduplication dedupe,
        CancellationToken cancellation
    )
    {
        var (into, file, document) = await store.WriteAsync(
            workspace,
            async db =>
            {
                var into = await VectorStores.FindAsync(db, storeId);
                var file = await FileLibrary.FindAsync(db, fileId);
                if (dedupe.Holds(into, options))
                {
                    await FileLibrary.LockContentAsync(db, file);
                    file = await SameAsync(db, into, file) ?? file;
                }
                return (into, file, await AddAsync(db, into, file, dedupe.Force));
            },
            cancellation
        );
        await ingestion.WaitAsync(workspace, document, Patience, cancellation);
        var entries = await store.ReadAsync(
            workspace,
            async db => await EntriesOf(db, into, stored => stored.Id == file.Id).ToListAsync(),
            cancellation
        );
        return entries.Count > 0
            ? new AddedEntry(entries[0], Deduplicated: file.PublicId != fileId)
            : throw new NotFound("file_not_found", "File not found");
    }

    /// <summary>What is in a store, the newest first.</summary>
    /// <exception cref="NotFound">There is no such store in the workspace.</exception>
    public Task<List<StoreEntry>> ListAsync(
        Id<Workspace> workspace,
        string storeId,
        int limit,
        int offset,
        CancellationToken cancellation
    ) =>
        store.ReadAsync(
            workspace,
            async db =>
                await EntriesOf(db, await VectorStores.FindAsync(db, storeId))
                    .Skip(offset)
                    .Take(limit)
                    .ToListAsync(),
            cancellation
        );

    /// <summary>Takes a file out of a store; the file stays. Reading it is cancelled when no other store holds it.</summary>
    /// <exception cref="NotFound">The store is not the workspace's, or the file is not in it.</exception>
    public Task DetachAsync(
        Id<Workspace> workspace,
        string storeId,
        string fileId,
        CancellationToken cancellation
    ) =>
        store.WriteAsync(
            workspace,
            async db =>
            {
                var from = await VectorStores.FindAsync(db, storeId);
                var file = await FileLibrary.FindAsync(db, fileId);
                if (!await RemoveAsync(db, from, file))
                    throw new NotFound("file_not_found", "File not found");
            },
            cancellation
        );

    /// <summary>
    /// What a store holds with a file's content, the file itself before others. None where the file is a new version of a
    /// document that the store holds.
    /// </summary>
    internal static async ValueTask<StoredFile?> SameAsync(
        Db db,
        VectorStore store,
        StoredFile file
    )
    {
        var held =
            from entry in db.Set<StoreFile>().AsNoTracking()
            join stored in db.Set<StoredFile>().AsNoTracking() on entry.FileId equals stored.Id
            where entry.StoreId == store.Id
            select stored;
        if (
            file.DocumentId is { } document
            && await held.AnyAsync(other =>
                other.DocumentId == document && other.Sha256 != file.Sha256
            )
        )
            return null;
        return await held.Where(other => other.Sha256 == file.Sha256)
            .OrderByDescending(other => other.Id == file.Id)
            .ThenByDescending(other => other.Id)
            .FirstOrDefaultAsync();
    }

    /// <summary>Adds a file within the caller's write, and gives its document.</summary>
    /// <param name="again">Whether it is read again if it is read.</param>
    internal async ValueTask<Id<Document>> AddAsync(
        Db db,
        VectorStore into,
        StoredFile file,
        bool again
    )
    {
        await VectorStores.LockAsync(db, into, "FOR SHARE");
        await FileLibrary.LockAsync(db, file);
        await db.ExecuteAsync(
            """
            INSERT INTO store_files (store_id, file_id, workspace_id, added_at) VALUES ($1, $2, $3, $4)
            ON CONFLICT (store_id, file_id) DO NOTHING
            """,
            into.Id.Value,
            file.Id.Value,
            db.Workspace.Value,
            time.GetUtcNow()
        );
        if (file.DocumentId is { } version)
        {
            // A new version takes the place of the old ones. (t-backend §12.7)
            var older = await EntriesOf(
                    db,
                    into,
                    stored => stored.DocumentId == version && stored.Id < file.Id
                )
                .ToListAsync();
            foreach (var entry in older.OrderByDescending(entry => entry.File.Id))
                await RemoveAsync(db, into, entry.File);
        }
        return await ingestion.EnsureAsync(db, file, again);
    }

    /// <summary>Takes out some files within the caller's write, and says whether those were all.</summary>
    internal async ValueTask<bool> ClearSomeAsync(Db db, VectorStore from)
    {
        var entries = await EntriesOf(db, from).Take(ClearedAtOnce).ToListAsync();
        foreach (var entry in entries.OrderByDescending(entry => entry.File.Id))
            await RemoveAsync(db, from, entry.File);
        return entries.Count < ClearedAtOnce;
    }

    private async ValueTask<bool> RemoveAsync(Db db, VectorStore from, StoredFile file)
    {
        await FileLibrary.LockAsync(db, file);
        var removed = await db.Set<StoreFile>()
            .Where(entry => entry.StoreId == from.Id && entry.FileId == file.Id)
            .ExecuteDeleteAsync();
        if (removed == 0)
            return false;
        if (!await db.Set<StoreFile>().AnyAsync(entry => entry.FileId == file.Id))
            await ingestion.DropAsync(db, file);
        return true;
    }

    /// <summary>What is in a store, of all files or of some, the newest first.</summary>
    private static IQueryable<StoreEntry> EntriesOf(
        Db db,
        VectorStore of,
        Expression<Func<StoredFile, bool>>? which = null
    )
    {
        var files = db.Set<StoredFile>().AsNoTracking();
        return from entry in db.Set<StoreFile>().AsNoTracking()
            join stored in which is null ? files : files.Where(which)
                on entry.FileId equals stored.Id
            join document in db.Set<Document>().AsNoTracking()
                on entry.FileId equals document.FileId
            where entry.StoreId == of.Id
            orderby entry.AddedAt descending, stored.Id descending
            select new StoreEntry(stored, document, entry.AddedAt);
    }
}
