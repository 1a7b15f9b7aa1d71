using Millrace.Core.Identity;
using Millrace.Core.Identity.Erasure;
using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Knowledge.Files;
using Millrace.Knowledge.Ingest;
using Millrace.Knowledge.Search;

namespace Millrace.Knowledge.Stores;

/// <summary>Erases a workspace's documents with their words and vectors, and its blobs.</summary>
internal sealed class StoreData(
    Store store,
    ChunkRemoval removal,
    DocumentVectors vectors,
    IBlobStore blobs
) : IWorkspaceData
{
    private const long AtOnce = 500;

    public async Task EraseAsync(Id<Workspace> workspace, CancellationToken cancellation)
    {
        // Without its row no document is found any more, nor can who reads it write another chunk.
        while (await store.WriteAsync(workspace, EraseSomeAsync, cancellation) == AtOnce) { }
        foreach (var document in await WithChunksAsync(workspace, cancellation))
            await removal.RemoveAsync(workspace, document, cancellation);
        vectors.Forget(workspace);
        blobs.DeleteAll(workspace);
    }

    private static async ValueTask<long> EraseSomeAsync(Db db) =>
        await db.ExecuteAsync(
            "DELETE FROM documents WHERE id IN (SELECT id FROM documents WHERE workspace_id = $1 LIMIT $2)",
            db.Workspace.Value,
            AtOnce
        );

    /// <summary>Also those whose row went before.</summary>
    private Task<List<Id<Document>>> WithChunksAsync(
        Id<Workspace> workspace,
        CancellationToken cancellation
    ) =>
        store.ReadAsync(
            workspace,
            db =>
                db.QueryAsync(
                    "SELECT DISTINCT document_id FROM chunks WHERE workspace_id = $1",
                    row => row.Id<Document>(0),
                    workspace.Value
                ),
            cancellation
        );
}
