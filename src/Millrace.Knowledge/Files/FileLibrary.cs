using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Millrace.Core.Failures;
using Millrace.Core.Identity;
using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Knowledge.Documents;
using Millrace.Knowledge.Ingest;
using Millrace.Knowledge.Stores;

namespace Millrace.Knowledge.Files;

/// <summary>What is said of a file that is added.</summary>
/// <param name="Name">As <see cref="FileName"/> makes it.</param>
/// <param name="ContentType">As the sender says; used where the content doesn't tell.</param>
public sealed record NewFile(string Name, string? ContentType)
{
    /// <summary>The public id of a store that the file is added to at once.</summary>
    public string? StoreId { get; init; }

    public string? DocumentId { get; init; }

    public string? Purpose { get; init; }

    /// <summary>A JSON object.</summary>
    public string? Metadata { get; init; }

    public Deduplication Dedupe { get; init; } = new();
}

/// <param name="Deduplicated">Whether the file was there before.</param>
public sealed record AddedFile(StoredFile File, bool Deduplicated);

/// <summary>The files of each workspace.</summary>
public sealed class FileLibrary(
    Store store,
    IBlobStore blobs,
    DocumentReader reader,
    StoreContents contents,
    Ingestion ingestion,
    FilesOptions options,
    TimeProvider time
)
{
    /// <summary>Takes a file's bytes in; it is no file of the workspace's before <see cref="AddAsync"/>.</summary>
    /// <exception cref="TooLarge">There are more bytes than the limit.</exception>
    public async Task<ReceivedFile> ReceiveAsync(
        Id<Workspace> workspace,
        Stream content,
        CancellationToken cancellation
    )
    {
        var id = Id<StoredFile>.New(time.GetUtcNow());
        var digest = await blobs.WriteAsync(workspace, id, content, options.MaxBytes, cancellation);
        return new ReceivedFile(blobs, workspace, id, digest);
    }

    /// <exception cref="NotFound">The store that is named is not the workspace's.</exception>
    public async Task<AddedFile> AddAsync(
        ReceivedFile received,
        NewFile about,
        CancellationToken cancellation
    )
    {
        var file = new StoredFile
        {
            Id = received.Id,
            WorkspaceId = received.Workspace,
            PublicId = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8)),
            Name = about.Name,
            ContentType = await ContentTypeAsync(received, about, cancellation),
            Size = received.Digest.Size,
            Sha256 = received.Digest.Sha256,
            DocumentId = about.DocumentId,
            Purpose = about.Purpose,
            Metadata = about.Metadata,
            CreatedAt = time.GetUtcNow(),
        };
        var added = await store.WriteAsync(
            received.Workspace,
            db => AddAsync(db, file, about),
            cancellation
        );
        if (!added.Deduplicated)
            received.Keep();
        return added;
    }

    /// <exception cref="NotFound">There is no such file in the workspace.</exception>
    public Task<StoredFile> GetAsync(
        Id<Workspace> workspace,
        string id,
        CancellationToken cancellation
    ) => store.ReadAsync(workspace, db => FindAsync(db, id), cancellation);

    /// <summary>The newest first.</summary>
    public Task<List<StoredFile>> ListAsync(
        Id<Workspace> workspace,
        int limit,
        int offset,
        CancellationToken cancellation
    ) =>
        store.ReadAsync(
            workspace,
            async db =>
                await db.Set<StoredFile>()
                    .AsNoTracking()
                    .OrderByDescending(file => file.Id)
                    .Skip(offset)
                    .Take(limit)
                    .ToListAsync(),
            cancellation
        );

    /// <summary>The file's bytes, seekable. The caller disposes of them.</summary>
    public Stream Open(StoredFile file) => blobs.Open(file.WorkspaceId, file.Id);

    /// <summary>Deletes a file, and what was made of it in all stores. No search that begins after this finds it.</summary>
    /// <exception cref="NotFound">There is no such file in the workspace.</exception>
    public async Task DeleteAsync(
        Id<Workspace> workspace,
        string id,
        CancellationToken cancellation
    )
    {
        var file = await store.WriteAsync(
            workspace,
            async db =>
            {
                var found = await FindAsync(db, id);
                await LockAsync(db, found);
                await db.Set<StoreFile>()
                    .Where(entry => entry.FileId == found.Id)
                    .ExecuteDeleteAsync();
                await ingestion.DropAsync(db, found);
                await db.Set<StoredFile>().Where(row => row.Id == found.Id).ExecuteDeleteAsync();
                return found;
            },
            cancellation
        );
        blobs.Delete(workspace, file.Id);
    }

    internal static async ValueTask<StoredFile> FindAsync(Db db, string id)
    {
        // PostgreSQL cannot even be asked for text with this character in it.
        var file = id.Contains('\0', StringComparison.Ordinal)
            ? null
            : await db.Set<StoredFile>()
                .AsNoTracking()
                .FirstOrDefaultAsync(file => file.PublicId == id);
        return file ?? throw new NotFound("file_not_found", "File not found");
    }

    /// <summary>
    /// Lets nobody else change in which stores the file is until the caller's write ends. Who locks several begins with
    /// the newest. SQLite has one writer anyway.
    /// </summary>
    internal static async ValueTask LockAsync(Db db, StoredFile file)
    {
        if (db.Dialect is Dialect.Sqlite)
            return;
        var isThere = await db.FirstAsync(
            "SELECT id FROM files WHERE id = $1 FOR UPDATE",
            _ => true,
            file.Id.Value
        );
        if (!isThere)
            throw new NotFound("file_not_found", "File not found");
    }

    /// <summary>Of two with one content that come at once, lets the second see the first. SQLite has one writer anyway.</summary>
    internal static async ValueTask LockContentAsync(Db db, StoredFile file)
    {
        if (db.Dialect is Dialect.Postgres)
            await db.ExecuteAsync(
                "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))",
                $"{db.Workspace} {file.Sha256}"
            );
    }

    private async ValueTask<AddedFile> AddAsync(Db db, StoredFile file, NewFile about)
    {
        var into = about.StoreId is { } id ? await VectorStores.FindAsync(db, id) : null;
        var existing = about.Dedupe.Holds(into, options) ? await SameAsync(db, file, into) : null;
        if (existing is null)
        {
            db.Set<StoredFile>().Add(file);
            await db.SaveAsync();
        }
        var added = new AddedFile(existing ?? file, existing is not null);
        if (into is not null)
            await contents.AddAsync(db, into, added.File, again: false);
        return added;
    }

    /// <summary>
    /// The file with the same content. Where the document is named, its newest version decides: other content is a new
    /// version, even if it is that of an old one. Of several, one that the store has already. (t-backend §12.7)
    /// </summary>
    private static async ValueTask<StoredFile?> SameAsync(Db db, StoredFile file, VectorStore? into)
    {
        await LockContentAsync(db, file);
        var files = db.Set<StoredFile>().AsNoTracking().OrderByDescending(row => row.Id);
        if (file.DocumentId is { } document)
        {
            var newest = await files.FirstOrDefaultAsync(row => row.DocumentId == document);
            if (newest is not null)
                return newest.Sha256 == file.Sha256 ? newest : null;
        }
        var held = into is null ? null : await StoreContents.SameAsync(db, into, file);
        return held ?? await files.FirstOrDefaultAsync(row => row.Sha256 == file.Sha256);
    }

    private async Task<string> ContentTypeAsync(
        ReceivedFile received,
        NewFile about,
        CancellationToken cancellation
    )
    {
        try
        {
            await using var content = blobs.Open(received.Workspace, received.Id);
            return (await reader.RecognizeAsync(content, about.Name, cancellation)).MediaType();
        }
        catch (UnreadableDocument)
        {
            // It is kept all the same, and fails when it is added to a store. (t-backend §12.4)
            return about.ContentType ?? "application/octet-stream";
        }
    }
}

/// <summary>Bytes that were taken in. They are let go unless the file that they are meant for came about.</summary>
public sealed class ReceivedFile : IDisposable
{
    private readonly IBlobStore _blobs;
    private bool _isKept;

    internal ReceivedFile(
        IBlobStore blobs,
        Id<Workspace> workspace,
        Id<StoredFile> id,
        BlobDigest digest
    ) => (_blobs, Workspace, Id, Digest) = (blobs, workspace, id, digest);

    internal Id<Workspace> Workspace { get; }

    internal Id<StoredFile> Id { get; }

    public BlobDigest Digest { get; }

    internal void Keep() => _isKept = true;

    public void Dispose()
    {
        if (!_isKept)
            _blobs.Delete(Workspace, Id);
    }
}
