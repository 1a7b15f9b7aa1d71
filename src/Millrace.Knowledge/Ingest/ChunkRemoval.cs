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
    /// <exception cref="Core.Failures.Conflict">The document is gone, or somebody else reads it by now.</exception>
    public Task RemoveAsync(Claim claim, CancellationToken cancellation) =>
        RemoveAsync(
            claim.Workspace,
            claim.Document,
            db => ChunkRows.RequireAsync(db, claim),
            cancellation
        );

    /// <summary>For a document that is gone.</summary>
    public Task RemoveAsync(
        Id<Workspace> workspace,
        Id<Document> document,
        CancellationToken cancellation
    ) => RemoveAsync(workspace, document, _ => ValueTask.CompletedTask, cancellation);

    private async Task RemoveAsync(
        Id<Workspace> workspace,
        Id<Document> document,
        Func<Db, ValueTask> check,
        CancellationToken cancellation
    )
    {
        while (
            await store.WriteAsync(
                workspace,
                async db =>
                {
                    await check(db);
                    return await ChunkRows.RemoveSomeAsync(db, document, vectors);
                },
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
