using Microsoft.Extensions.Logging;
using Millrace.Core.Failures;
using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Core.Work;
using Millrace.Knowledge.Documents;
using Millrace.Knowledge.Documents.Chunks;
using Millrace.Knowledge.Files;
using Millrace.Models.Languages;

namespace Millrace.Knowledge.Ingest;

/// <summary>
/// Reads a document: its text into chunks with their words, then the chunks' vectors. Until the last chunk is written
/// nothing of it is found; begun again, it first removes what an earlier attempt left, and vectors that are there are
/// not made again.
/// </summary>
internal sealed partial class ReadHandler(
    Store store,
    IBlobStore blobs,
    DocumentReader reader,
    Chunker chunker,
    LanguageDetector languages,
    ChunkEmbedder embedder,
    ChunkRemoval removal,
    Ingestion ingestion,
    ILogger<ReadHandler> logger
) : IWorkHandler
{
    private const int ChunksPerWrite = 64;
    private const int EnoughForLanguage = 2_000;

    // Reading is the first half of the way.
    private const int ReadShare = 50;

    public string Kind => Ingestion.ReadKind;

    public async Task RunAsync(WorkContext work, CancellationToken cancellation)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(
            cancellation,
            work.Stopping
        );
        var document = Ingestion.DocumentOf(work.Item);
        if (await BeginAsync(work, document) is not var (claim, file, state))
            return;
        try
        {
            if (state is not DocumentState.Embedding)
                await ReadAsync(claim, file, either.Token);
            await embedder.EmbedAsync(claim, IsLast(work), either.Token);
        }
        catch (UnreadableDocument reason)
        {
            Log.Unreadable(logger, reason.Code);
            await FailAsync(claim, reason.Code, reason.Message);
        }
        catch (Exception failure) when (failure is not OperationCanceledException && IsLast(work))
        {
            await FailAsync(
                claim,
                "internal_error",
                "Something failed here while it was read. Add it again; the operator's log says more."
            );
            throw;
        }
        ingestion.TellEnd(document);
    }

    private static bool IsLast(WorkContext work) => work.Item.Attempts >= work.Item.MaxAttempts;

    /// <summary>Makes this the attempt that may write; null when the document is gone or done.</summary>
    private Task<(Claim Claim, StoredFile File, DocumentState State)?> BeginAsync(
        WorkContext work,
        Id<Document> document
    ) =>
        store.WriteAsync(
            work.Item.WorkspaceId,
            async db =>
            {
                var begun = await db.QueryAsync(
                    """
                    UPDATE documents SET attempt = attempt + 1, state = CASE WHEN state = 'waiting' THEN 'reading' ELSE state END
                    WHERE id = $1 AND workspace_id = $2 AND state IN ('waiting', 'reading', 'embedding')
                    RETURNING attempt, state, file_id
                    """,
                    row =>
                        (
                            Attempt: row.Int64(0),
                            State: row.Word<DocumentState>(1),
                            File: row.Id<StoredFile>(2)
                        ),
                    document.Value,
                    work.Item.WorkspaceId.Value
                );
                if (begun.Count == 0)
                    return ((Claim, StoredFile, DocumentState)?)null;
                var file = await db.Set<StoredFile>().FindAsync(begun[0].File);
                var claim = new Claim(work.Item.WorkspaceId, document, begun[0].Attempt);
                return (claim, file!, begun[0].State);
            }
        );

    private async Task ReadAsync(Claim claim, StoredFile file, CancellationToken cancellation)
    {
        await removal.RemoveAsync(claim, cancellation);
        await ChangeAsync(
            claim,
            "UPDATE documents SET chunks = 0, progress = 0 WHERE id = $1 AND attempt = $2"
        );
        await using var content = blobs.Open(file.WorkspaceId, file.Id);
        var blocks = reader.ReadAsync(content, file.Name, cancellation);
        var waiting = new List<Chunk>(ChunksPerWrite);
        var sample = "";
        await foreach (var chunk in chunker.ChunkAsync(blocks, cancellation))
        {
            if (sample.Length < EnoughForLanguage)
                sample += chunk.Text + "\n";
            waiting.Add(chunk);
            if (waiting.Count < ChunksPerWrite)
                continue;
            var progress = (int)(ReadShare * content.Position / Math.Max(1, content.Length));
            await AppendAsync(claim, file.Name, waiting, progress, cancellation);
            waiting.Clear();
        }
        await AppendAsync(claim, file.Name, waiting, ReadShare, cancellation);
        await ChangeAsync(
            claim,
            "UPDATE documents SET state = 'embedding', language = $3 WHERE id = $1 AND attempt = $2",
            LanguageOf(sample)
        );
    }

    private Task AppendAsync(
        Claim claim,
        string fileName,
        List<Chunk> chunks,
        int progress,
        CancellationToken cancellation
    ) =>
        store.WriteAsync(
            claim.Workspace,
            db => ChunkRows.AppendAsync(db, claim, fileName, chunks, progress),
            cancellation
        );

    private string? LanguageOf(string sample) =>
        languages.IsInstalled && languages.Detect(sample) is { Confidence: > 0.5 } guess
            ? guess.Code
            : null;

    private async Task FailAsync(Claim claim, string code, string message)
    {
        await ChangeAsync(
            claim,
            "UPDATE documents SET state = 'failed', chunks = 0, error_code = $3, error = $4 WHERE id = $1 AND attempt = $2",
            code,
            message
        );
        await removal.RemoveAsync(claim, CancellationToken.None);
    }

    private Task ChangeAsync(Claim claim, string sql, params object?[] more) =>
        store.WriteAsync(
            claim.Workspace,
            async db =>
            {
                object?[] arguments = [claim.Document.Value, claim.Attempt, .. more];
                if (await db.ExecuteAsync(sql, arguments) == 0)
                    throw ChunkRows.Lost();
            }
        );

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "A document could not be read: {Code}")]
        public static partial void Unreadable(ILogger logger, string code);
    }
}
