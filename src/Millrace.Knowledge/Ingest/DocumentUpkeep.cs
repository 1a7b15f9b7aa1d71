using Millrace.Core.Identity;
using Millrace.Core.Ids;
using Millrace.Core.Scheduling;
using Millrace.Core.Storage;
using Millrace.Core.Work;
using Millrace.Models.Routing;

namespace Millrace.Knowledge.Ingest;

/// <summary>
/// Ends documents whose work is dead, and makes vectors anew where the embedding model is another one by now, or had
/// none to give.
/// </summary>
internal sealed class DocumentUpkeep(Store store, WorkQueue queue, ModelRouter models)
    : IRecurringWork
{
    // Of one look; the next takes more.
    private const long MostAtOnce = 500;

    public string Kind => "documents.upkeep";

    public TimeSpan Every => TimeSpan.FromMinutes(15);

    public Task RunAsync(WorkContext work, CancellationToken cancellation)
    {
        var model = models.ResolveEmbedding(null).First.Name;
        return store.WriteAsync(
            Reach.Installation,
            async db =>
            {
                await EndAbandonedAsync(db);
                await RenewVectorsAsync(db, model);
            },
            cancellation
        );
    }

    private static async ValueTask EndAbandonedAsync(Db db)
    {
        const string Abandoned = """
            NOT EXISTS (SELECT 1 FROM work_items w WHERE w.id = documents.work_id AND w.state IN ('waiting', 'running'))
            """;
        await db.ExecuteAsync(
            $"""
            UPDATE documents SET state = 'failed', error_code = 'internal_error',
                error = 'The server ended each time it was read. Add it again; the operator''s log says more.'
            WHERE state IN ('waiting', 'reading') AND {Abandoned}
            """
        );
        await db.ExecuteAsync(
            $"UPDATE documents SET state = 'completed', progress = 100 WHERE state = 'embedding' AND {Abandoned}"
        );
    }

    private async ValueTask RenewVectorsAsync(Db db, string model)
    {
        var stale = await db.QueryAsync(
            """
            SELECT workspace_id, id FROM documents WHERE state = 'completed' AND (model IS NULL OR model <> $1)
            ORDER BY id LIMIT $2
            """,
            row => (Workspace: row.Id<Workspace>(0), Document: row.Id<Document>(1)),
            model,
            MostAtOnce
        );
        var wanted = stale.ConvertAll(one =>
            Ingestion.WorkOn(EmbedHandler.EmbedKind, one.Workspace, one.Document)
        );
        foreach (var again in await WorkQueue.MissingAsync(db, EmbedHandler.EmbedKind, wanted))
            await queue.EnqueueAsync(db, again);
    }
}

/// <summary>Makes a completed document's vectors by the present embedding model; those that it has answer until then.</summary>
internal sealed class EmbedHandler(Store store, ChunkEmbedder embedder) : IWorkHandler
{
    public const string EmbedKind = "documents.embed";

    public string Kind => EmbedKind;

    public async Task RunAsync(WorkContext work, CancellationToken cancellation)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(
            cancellation,
            work.Stopping
        );
        var document = Ingestion.DocumentOf(work.Item);
        var attempt = await store.ReadAsync(
            work.Item.WorkspaceId,
            db =>
                db.FirstAsync(
                    "SELECT attempt FROM documents WHERE id = $1 AND workspace_id = $2 AND state = 'completed'",
                    row => (long?)row.Int64(0),
                    document.Value,
                    work.Item.WorkspaceId.Value
                ),
            either.Token
        );
        if (attempt is { } claimed)
            await embedder.EmbedAsync(
                new Claim(work.Item.WorkspaceId, document, claimed),
                isLast: work.Item.Attempts >= work.Item.MaxAttempts,
                either.Token
            );
    }
}
