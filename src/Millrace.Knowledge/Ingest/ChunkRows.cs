using Millrace.Core.Failures;
using Millrace.Core.Identity;
using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Knowledge.Documents.Chunks;
using Millrace.Knowledge.Search;

namespace Millrace.Knowledge.Ingest;

/// <summary>One attempt at a document: only the latest may write to it.</summary>
internal sealed record Claim(Id<Workspace> Workspace, Id<Document> Document, long Attempt);

/// <summary>Writes and removes chunks together with their words in the index.</summary>
internal static class ChunkRows
{
    /// <summary>Rows that one write takes away, so that it does not hold up the others for long.</summary>
    private const long RemovedAtOnce = 200;

    /// <exception cref="Conflict">The document is gone, or somebody else reads it by now; the write fails with this.</exception>
    public static async ValueTask AppendAsync(
        Db db,
        Claim claim,
        string fileName,
        IReadOnlyList<Chunk> chunks,
        int progress
    )
    {
        var updated = await db.ExecuteAsync(
            "UPDATE documents SET chunks = chunks + $1, progress = $2 WHERE id = $3 AND attempt = $4",
            (long)chunks.Count,
            (long)progress,
            claim.Document.Value,
            claim.Attempt
        );
        if (updated == 0)
            throw Lost();
        var written = chunks
            .Select(chunk => (Chunk: chunk, Headings: string.Join('\n', chunk.HeadingPath)))
            .ToList();
        var ids = await db.QueryEachAsync(
            """
            INSERT INTO chunks (workspace_id, document_id, number, text, starts_at, ends_at, page, headings)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id
            """,
            row => row.Int64(0),
            written.ConvertAll(one =>
                new object?[]
                {
                    claim.Workspace.Value,
                    claim.Document.Value,
                    (long)one.Chunk.Index,
                    one.Chunk.Text,
                    (long)one.Chunk.Start,
                    (long)one.Chunk.End,
                    (long?)one.Chunk.Page,
                    one.Headings,
                }
            )
        );
        await WordIndex.AddAsync(
            db,
            claim.Document,
            [
                .. ids.Zip(
                    written,
                    (id, one) =>
                        (
                            id[0],
                            ChunkContext.Searched(fileName, one.Headings, one.Chunk.Text).ToList()
                        )
                ),
            ]
        );
    }

    /// <exception cref="Conflict">The document is gone, or somebody else reads it by now.</exception>
    public static async ValueTask RequireAsync(Db db, Claim claim)
    {
        // A change that changes nothing: on PostgreSQL it holds the row until the write ends.
        var held = await db.ExecuteAsync(
            "UPDATE documents SET attempt = attempt WHERE id = $1 AND attempt = $2",
            claim.Document.Value,
            claim.Attempt
        );
        if (held == 0)
            throw Lost();
    }

    public static Conflict Lost() =>
        new("document_lost", "The document was removed or is read elsewhere.");

    /// <summary>Removes some of a document's chunks; false when none was left.</summary>
    public static async ValueTask<bool> RemoveSomeAsync(
        Db db,
        Id<Document> document,
        DocumentVectors vectors
    )
    {
        var ids = await db.QueryAsync(
            "SELECT id FROM chunks WHERE document_id = $1 ORDER BY id LIMIT $2",
            row => row.Int64(0),
            document.Value,
            RemovedAtOnce
        );
        await WordIndex.RemoveAsync(db, ids);
        var pieces = await db.QueryEachAsync(
            "DELETE FROM chunk_vectors WHERE chunk_id = $1 RETURNING chunk_id, piece",
            row => new PieceKey(document.Value, row.Int64(0), row.Int32(1)),
            ids.ConvertAll(id => new object?[] { id })
        );
        foreach (var id in ids)
            await db.SendAsync("DELETE FROM chunks WHERE id = $1", id);
        await vectors.TellAsync(db, [.. pieces.SelectMany(of => of)]);
        return ids.Count > 0;
    }
}
