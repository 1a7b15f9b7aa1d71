using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Knowledge.Ingest;

namespace Millrace.Knowledge.Search;

/// <summary>A chunk that may answer, and how near its nearest piece is to the question; null when that isn't known.</summary>
internal sealed record CandidateChunk(
    Id<Document> Document,
    long Number,
    string Text,
    long StartsAt,
    long EndsAt,
    long? Page,
    string Headings
)
{
    public double? Similarity { get; private init; }

    public static async ValueTask<List<CandidateChunk>> ReadAsync(
        Db db,
        IReadOnlyList<long> ids,
        Meaning meaning
    )
    {
        var chunks = new List<CandidateChunk>(ids.Count);
        foreach (var id in ids)
        {
            var chunk = await db.FirstAsync(
                """
                SELECT document_id, number, text, starts_at, ends_at, page, headings FROM chunks
                WHERE id = $1 AND workspace_id = $2
                """,
                row => new CandidateChunk(
                    row.Id<Document>(0),
                    row.Int64(1),
                    row.Text(2),
                    row.Int64(3),
                    row.Int64(4),
                    row.Int64OrNull(5),
                    row.Text(6)
                ),
                id,
                db.Workspace.Value
            );
            if (chunk is not null)
                chunks.Add(chunk with { Similarity = await SimilarityAsync(db, id, meaning) });
        }
        return chunks;
    }

    private static async ValueTask<double?> SimilarityAsync(Db db, long id, Meaning meaning)
    {
        var vectors = await db.QueryAsync(
            "SELECT model, vector FROM chunk_vectors WHERE chunk_id = $1",
            row => (Model: row.Text(0), Vector: row.Bytes(1)),
            id
        );
        return vectors.Max(piece => meaning.Similarity(piece.Model, piece.Vector));
    }
}
