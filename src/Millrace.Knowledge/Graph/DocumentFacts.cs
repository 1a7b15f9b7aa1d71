using Microsoft.EntityFrameworkCore;
using Millrace.Core.Identity;
using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Core.Work;
using Millrace.Knowledge.Files;
using Millrace.Knowledge.Graph.Extraction;
using Millrace.Knowledge.Ingest;

namespace Millrace.Knowledge.Graph;

/// <summary>
/// Reads a completed document into its workspace's default graph, chunk by chunk: what a chunk gives and that it was
/// read are one write, so that each is read once however often the work begins.
/// </summary>
internal sealed class DocumentFacts(
    Store store,
    GraphAccess access,
    FactLog facts,
    FactExtraction extraction,
    TimeProvider time
) : IWorkHandler
{
    public const string ReadKind = "graph.document";

    // Of one write.
    private const int ClosedAtOnce = 200;

    public string Kind => ReadKind;

    public static NewWork WorkOn(Id<Workspace> workspace, Id<Document> document) =>
        Ingestion.WorkOn(ReadKind, workspace, document) with
        {
            Occurrence = document.ToString(),
        };

    public async Task RunAsync(WorkContext work, CancellationToken cancellation)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(
            cancellation,
            work.Stopping
        );
        var workspace = work.Item.WorkspaceId;
        var graph = await access.OpenDefaultAsync(workspace, either.Token);
        var document = Ingestion.DocumentOf(work.Item);
        while (await NextAsync(workspace, document, either.Token) is var (chunk, file, repeated))
        {
            var found = await extraction.ReadAsync(
                workspace,
                chunk.Text,
                file.CreatedAt,
                either.Token
            );
            var source = chunk.Page is { } page ? $"{file.Name}, page {page}" : file.Name;
            var evident = facts.Read([
                .. found
                    .Where(fact =>
                        !repeated.Contains(fact.Evidence ?? fact.Text, StringComparison.Ordinal)
                    )
                    .Select(fact =>
                        fact with
                        {
                            Kind = "document",
                            Source = source,
                            Document = document,
                        }
                    ),
            ]);
            await store.WriteAsync(
                workspace,
                async db =>
                {
                    var counted = await db.ExecuteAsync(
                        "UPDATE documents SET graph_chunks = $1 WHERE id = $2 AND graph_chunks = $3",
                        chunk.Number + 1,
                        document.Value,
                        chunk.Number
                    );
                    if (counted == 1 && evident.Count > 0)
                        await facts.AddAsync(db, graph, evident);
                },
                either.Token
            );
        }
    }

    /// <summary>Takes back what rests on a document that is gone.</summary>
    public async Task CloseAsync(
        Id<Workspace> workspace,
        Id<Document> document,
        CancellationToken cancellation
    )
    {
        var graphs = await store.ReadAsync(
            workspace,
            db =>
                db.QueryAsync(
                    "SELECT DISTINCT graph_id FROM episodes WHERE workspace_id = $1 AND document_id = $2",
                    row => row.Id<KnowledgeGraph>(0),
                    db.Workspace.Value,
                    document.Value
                ),
            cancellation
        );
        foreach (var graph in graphs)
            while (
                await store.WriteAsync(
                    workspace,
                    db =>
                        GraphWrite.RunAsync(db, graph, time, write => CloseAsync(write, document)),
                    cancellation
                )
            ) { }
    }

    private static async ValueTask<bool> CloseAsync(GraphWrite write, Id<Document> document)
    {
        var resting = await write.FindAsync(
            $"e.document_id = $3 AND f.retracted_at IS NULL LIMIT {ClosedAtOnce}",
            document.Value
        );
        foreach (var fact in resting)
            await write.RetractAsync(fact, null);
        return resting.Count > 0;
    }

    /// <summary>The next chunk, with the sentences that it repeats of the one before, whose facts are read already.</summary>
    private Task<(StoredChunk Chunk, StoredFile File, string Repeated)?> NextAsync(
        Id<Workspace> workspace,
        Id<Document> id,
        CancellationToken cancellation
    ) =>
        store.ReadAsync(
            workspace,
            async db =>
            {
                var document = await db.Set<Document>()
                    .AsNoTracking()
                    .FirstOrDefaultAsync(row => row.Id == id);
                // The rules read English only.
                if (document is null || (document.Language ?? "en") != "en" && !extraction.HasModel)
                    return ((StoredChunk, StoredFile, string)?)null;
                var chunk = await db.Set<StoredChunk>()
                    .AsNoTracking()
                    .FirstOrDefaultAsync(row =>
                        row.DocumentId == id && row.Number == document.GraphChunks
                    );
                var file = await db.Set<StoredFile>()
                    .AsNoTracking()
                    .FirstOrDefaultAsync(row => row.Id == document.FileId);
                if (chunk is null || file is null)
                    return null;
                var end = await db.FirstAsync(
                    "SELECT ends_at FROM chunks WHERE document_id = $1 AND number = $2",
                    row => row.Int64(0),
                    id.Value,
                    chunk.Number - 1
                );
                var repeated = Math.Clamp(end - chunk.StartsAt, 0, chunk.Text.Length);
                return (chunk, file, chunk.Text[..(int)repeated]);
            },
            cancellation
        );
}
