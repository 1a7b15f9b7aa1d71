using Microsoft.Extensions.Logging;
using Millrace.Core.Failures;
using Millrace.Core.Metering;
using Millrace.Core.Storage;
using Millrace.Core.Work;
using Millrace.Knowledge.Documents.Chunks;
using Millrace.Knowledge.Graph;
using Millrace.Knowledge.Search;
using Millrace.Models.Routing;

namespace Millrace.Knowledge.Ingest;

/// <summary>
/// Makes the vectors of a document's chunks, those that it doesn't have yet from the present embedding model, and then
/// calls the document complete. Vectors of an earlier model answer until it is.
/// </summary>
internal sealed partial class ChunkEmbedder(
    Store store,
    ModelRouter models,
    DocumentVectors vectors,
    WorkQueue queue,
    GraphOptions graph,
    UsageJournal usage,
    TimeProvider time,
    ILogger<ChunkEmbedder> logger
)
{
    private const string UsageKind = "documents.embed";
    private const long ChunksAtOnce = 16;

    // A few sentences: the vector of more of them is near to everything and to nothing.
    private const int PieceWords = 40;

    /// <param name="isLast">Whether an embedder that does not answer is to be waited for no longer.</param>
    public async Task EmbedAsync(Claim claim, bool isLast, CancellationToken cancellation)
    {
        try
        {
            var route = models.ResolveEmbedding(null);
            while (await NextAsync(claim, route, cancellation) is { Count: > 0 } waiting)
                await EmbedAsync(claim, route, waiting, cancellation);
            await CompleteAsync(claim, route.First.Name, error: null);
        }
        catch (Failure failure)
            when (failure is not Conflict
                && (isLast || failure is not (Unavailable or Limited or TimedOut))
            )
        {
            // It is found by its words even so, and has another turn at the next upkeep.
            Log.WithoutVectors(logger, failure.Reason);
            await CompleteAsync(claim, model: null, failure.Message);
        }
    }

    private Task<List<Waiting>> NextAsync(
        Claim claim,
        Route route,
        CancellationToken cancellation
    ) =>
        store.ReadAsync(
            claim.Workspace,
            db =>
                db.QueryAsync(
                    """
                    SELECT c.id, f.name, c.headings, c.text
                    FROM chunks c JOIN documents d ON d.id = c.document_id JOIN files f ON f.id = d.file_id
                    WHERE c.document_id = $1 AND NOT EXISTS (
                        SELECT 1 FROM chunk_vectors v WHERE v.workspace_id = $2 AND v.model = $3 AND v.chunk_id = c.id)
                    ORDER BY c.number LIMIT $4
                    """,
                    row => new Waiting(row.Int64(0), row.Text(1), row.Text(2), row.Text(3)),
                    claim.Document.Value,
                    claim.Workspace.Value,
                    route.First.Name,
                    ChunksAtOnce
                ),
            cancellation
        );

    private async Task EmbedAsync(
        Claim claim,
        Route route,
        List<Waiting> chunks,
        CancellationToken cancellation
    )
    {
        var pieces = chunks
            .SelectMany(chunk =>
                Sentences
                    .Windows(chunk.Text, PieceWords)
                    .DefaultIfEmpty(chunk.Text)
                    .Select(
                        (text, piece) =>
                            (
                                chunk.Id,
                                Piece: (long)piece,
                                Text: ChunkContext.Embedded(chunk.FileName, chunk.Headings, text)
                            )
                    )
            )
            .ToList();
        var (embedded, call) = await models.EmbedAsync(
            route,
            pieces.ConvertAll(piece => piece.Text),
            cancellation
        );
        usage.Record(
            new UsageRecord(
                claim.Workspace,
                default,
                UsageKind,
                call.Model,
                1,
                call.InputTokens,
                call.OutputTokens,
                call.CostMicroUsd,
                time.GetUtcNow()
            )
        );
        if (call.Model != route.First.Name)
            throw new Unavailable(
                "embedder_away",
                $"Embedding model {route.First.Name} does not answer, and vectors of another do not go with its own."
            );
        var rows = new List<ChunkVector>(pieces.Count);
        for (var i = 0; i < pieces.Count; i++)
        {
            var vector = embedded[i].Vector;
            rows.Add(
                new ChunkVector
                {
                    WorkspaceId = claim.Workspace,
                    Model = call.Model,
                    ChunkId = pieces[i].Id,
                    Piece = pieces[i].Piece,
                    DocumentId = claim.Document,
                    Dimensions = vector.Length,
                    Vector = DocumentVectors.Narrowed(vector.Span),
                }
            );
        }
        await store.WriteAsync(
            claim.Workspace,
            db => KeepAsync(db, claim, rows, chunks.Count),
            cancellation
        );
    }

    private async ValueTask KeepAsync(Db db, Claim claim, List<ChunkVector> rows, int chunks)
    {
        // The second half of the way, chunk by chunk.
        var updated = await db.ExecuteAsync(
            """
            UPDATE documents SET progress = CASE WHEN state = 'completed' THEN 100 WHEN progress + $1 * 50 / chunks > 99 THEN 99 ELSE progress + $1 * 50 / chunks END
            WHERE id = $2 AND attempt = $3 AND chunks > 0
            """,
            (long)chunks,
            claim.Document.Value,
            claim.Attempt
        );
        if (updated == 0)
            throw ChunkRows.Lost();
        foreach (var row in rows)
        {
            await db.ExecuteAsync(
                """
                INSERT INTO chunk_vectors (workspace_id, model, chunk_id, piece, document_id, dimensions, vector)
                VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING
                """,
                row.WorkspaceId.Value,
                row.Model,
                row.ChunkId,
                row.Piece,
                row.DocumentId.Value,
                row.Dimensions,
                row.Vector
            );
        }
        await vectors.TellAsync(
            db,
            rows.ConvertAll(row => new PieceKey(row.DocumentId.Value, row.ChunkId, (int)row.Piece))
        );
    }

    private Task CompleteAsync(Claim claim, string? model, string? error) =>
        store.WriteAsync(
            claim.Workspace,
            async db =>
            {
                var completed = await db.ExecuteAsync(
                    """
                    UPDATE documents SET state = 'completed', progress = 100, model = COALESCE($1, model), error = $2
                    WHERE id = $3 AND attempt = $4
                    """,
                    model,
                    error,
                    claim.Document.Value,
                    claim.Attempt
                );
                if (completed == 0)
                    throw ChunkRows.Lost();
                if (graph.ReadDocuments)
                    await queue.EnqueueAsync(
                        db,
                        DocumentFacts.WorkOn(claim.Workspace, claim.Document)
                    );
                if (model is not null)
                    await RemoveEarlierAsync(db, claim, model);
            }
        );

    private static ValueTask<int> RemoveEarlierAsync(Db db, Claim claim, string model) =>
        db.ExecuteAsync(
            "DELETE FROM chunk_vectors WHERE chunk_id IN (SELECT id FROM chunks WHERE document_id = $1) AND model <> $2",
            claim.Document.Value,
            model
        );

    /// <summary>A chunk that has no vectors yet.</summary>
    private sealed record Waiting(long Id, string FileName, string Headings, string Text);

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "A document is searched by its words only: {Reason}")]
        public static partial void WithoutVectors(ILogger logger, string reason);
    }
}
