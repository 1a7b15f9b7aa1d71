using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Millrace.Core.Identity;
using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Core.Work;
using Millrace.Knowledge.Files;

namespace Millrace.Knowledge.Ingest;

/// <summary>Begins and ends the work on documents, in the write that puts a file into a store or takes it out.</summary>
public sealed class Ingestion(Store store, WorkQueue queue, TimeProvider time)
{
    internal const string ReadKind = "documents.read";
    internal const string RemoveKind = "documents.remove";

    private readonly EndWatch _ends = new();

    /// <summary>Returns when the document is read or failed, and at the latest after <paramref name="longest"/>.</summary>
    internal async Task WaitAsync(
        Id<Workspace> workspace,
        Id<Document> document,
        TimeSpan longest,
        CancellationToken cancellation
    )
    {
        using var end = _ends.Watch(document);
        if (await HasEndedAsync(workspace, document, cancellation))
            return;
        await ((Task)end.Task.WaitAsync(longest, time, cancellation)).ConfigureAwait(
            ConfigureAwaitOptions.SuppressThrowing
        );
        cancellation.ThrowIfCancellationRequested();
    }

    /// <summary>Tells those who wait that the document's state is final.</summary>
    internal void TellEnd(Id<Document> document) => _ends.Tell(document);

    /// <summary>Queues the reading of a file that is not read, or could not be, within the caller's write.</summary>
    /// <param name="again">Read or not.</param>
    internal async ValueTask<Id<Document>> EnsureAsync(Db db, StoredFile file, bool again)
    {
        var present = await FindAsync(db, file.Id);
        if (present is { State: not DocumentState.Failed } && !again)
            return present.Id;
        if (present is not null)
            await DropAsync(db, file);
        var now = time.GetUtcNow();
        var id = Id<Document>.New(now);
        var work = await queue.EnqueueAsync(db, WorkOn(ReadKind, file.WorkspaceId, id));
        db.Set<Document>()
            .Add(
                new Document
                {
                    Id = id,
                    WorkspaceId = file.WorkspaceId,
                    FileId = file.Id,
                    WorkId = work,
                    State = DocumentState.Waiting,
                    CreatedAt = now,
                }
            );
        await db.SaveAsync();
        return id;
    }

    /// <summary>
    /// Ends what is made of a file, within the caller's write. From then on no search finds it; its chunks are cleared
    /// away afterwards, since they may be thousands.
    /// </summary>
    internal async ValueTask DropAsync(Db db, StoredFile file)
    {
        if (await FindAsync(db, file.Id) is not { } document)
            return;
        await queue.CancelAsync(db, document.WorkId);
        await db.Set<Document>().Where(row => row.Id == document.Id).ExecuteDeleteAsync();
        await queue.EnqueueAsync(db, WorkOn(RemoveKind, file.WorkspaceId, document.Id));
        db.AfterCommit(() => _ends.Tell(document.Id));
    }

    internal static NewWork WorkOn(string kind, Id<Workspace> workspace, Id<Document> document) =>
        new(workspace, kind, JsonSerializer.Serialize(document.Value));

    internal static Id<Document> DocumentOf(WorkItem item) =>
        new(JsonSerializer.Deserialize<Guid>(item.Payload));

    private static Task<Document?> FindAsync(Db db, Id<StoredFile> file) =>
        db.Set<Document>().AsNoTracking().FirstOrDefaultAsync(row => row.FileId == file);

    private Task<bool> HasEndedAsync(
        Id<Workspace> workspace,
        Id<Document> document,
        CancellationToken cancellation
    ) =>
        store.ReadAsync(
            workspace,
            async db =>
                !await db.Set<Document>()
                    .AnyAsync(row =>
                        row.Id == document
                        && row.State != DocumentState.Completed
                        && row.State != DocumentState.Failed
                    ),
            cancellation
        );
}
