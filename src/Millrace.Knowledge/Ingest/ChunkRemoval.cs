using Millrace.Core.Identity;
using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Core.Work;
using Millrace.Knowledge.Graph;
using Millrace.Knowledge.Search;

namespace Millrace.Knowledge.Ingest;

/// <summary>Removes a document's chunks with their words and vectors, a few in each write.</summary>
internal sealed class ChunkRemoval(Store store, DocumentVectors vectors)
{
    /// <summary>For who reads it: as long as nobody else does.</summary>
    public async Task RemoveAsync(Claim claim, CancellationToken cancellation)
    {
        while (
            await store.WriteAsync(
                claim.Workspace,
                async db =>
                {
                    await ChunkRows.RequireAsync(db, claim);
                    return await ChunkRows.RemoveSomeAsync(db, claim.Document, vectors);
                },
                cancellation
            )
        ) { }
    }

    /// <summary>For a document that is gone.</summary>
    public async Task RemoveAsync(
        Id<Workspace> workspace,
        Id<Document> document,
        CancellationToken cancellation
    )
    {
        while (
            await store.WriteAsync(
                workspace,
                db => ChunkRows.RemoveSomeAsync(db, document, vectors),
                cancellation
            )
        ) { }
    }
}

/// <summary>Clears away what a document that is gone has left.</summary>
internal sealed class RemoveHandler(ChunkRemoval removal, DocumentFacts facts) : IWorkHandler
{
    public string Kind => Ingestion.RemoveKind;

    public async Task RunAsync(WorkContext work, CancellationToken cancellation)
    {
        var (workspace, document) = (work.Item.WorkspaceId, Ingestion.DocumentOf(work.Item));
        await removal.RemoveAsync(workspace, document, cancellation);
        await facts.CloseAsync(workspace, document, cancellation);
    }
}
