using Millrace.Core.Failures;
using Millrace.Core.Identity;
using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Core.Text;
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
        foreach (var chunk in chunks)
            await AppendAsync(db, claim, fileName, chunk);
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
        var words =
            db.Dialect is Dialect.Sqlite
                ? "DELETE FROM chunk_words WHERE rowid = $1"
                : "DELETE FROM chunk_words WHERE chunk_id = $1";
        var pieces = new List<PieceKey>();
        foreach (var id in ids)
        {
            await db.ExecuteAsync(words, id);
            pieces.AddRange(
                await db.QueryAsync(
                    "DELETE FROM chunk_vectors WHERE chunk_id = $1 RETURNING piece",
                    row => new PieceKey(document.Value, id, row.Int32(0)),
                    id
                )
            );
            await db.ExecuteAsync("DELETE FROM chunks WHERE id = $1", id);
        }
        await vectors.TellAsync(db, pieces);
        return ids.Count > 0;
    }

    private static async ValueTask AppendAsync(Db db, Claim claim, string fileName, Chunk chunk)
    {
        var headings = string.Join('\n', chunk.HeadingPath);
        var id = await db.FirstAsync(
            """
            INSERT INTO chunks (workspace_id, document_id, number, text, starts_at, ends_at, page, headings)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id
            """,
            row => row.Int64(0),
            claim.Workspace.Value,
            claim.Document.Value,
            (long)chunk.Index,
            chunk.Text,
            (long)chunk.Start,
            (long)chunk.End,
            (long?)chunk.Page,
            headings
        );
        var terms = ChunkContext.Searched(fileName, headings, chunk.Text);
        if (db.Dialect is Dialect.Sqlite)
        {
            await db.ExecuteAsync(
                "INSERT INTO chunk_words (rowid, scope, terms) VALUES ($1, $2, $3)",
                id,
                WordIndex.ScopeOf(claim.Workspace),
                string.Join(' ', terms)
            );
        }
        else
        {
            await db.ExecuteAsync(
                "INSERT INTO chunk_words (chunk_id, words) VALUES ($1, CAST($2 AS tsvector))",
                id,
                WordIndex.VectorOf(claim.Workspace, terms)
            );
        }
    }
}
