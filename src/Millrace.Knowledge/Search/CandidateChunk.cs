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

    /// <summary>In the order of their ids as given; those that are gone are left out.</summary>
    public static async ValueTask<List<CandidateChunk>> ReadAsync(
        Db db,
        IReadOnlyList<long> ids,
        Meaning meaning
    )
    {
        var rows = await db.QueryAsync(
            $"""
            SELECT id, document_id, number, text, starts_at, ends_at, page, headings FROM chunks
            WHERE id {ChunkIds.In(db, 1)} AND workspace_id = $2
            """,
            row =>
                (
                    Id: row.Int64(0),
                    Chunk: new CandidateChunk(
                        row.Id<Document>(1),
                        row.Int64(2),
                        row.Text(3),
                        row.Int64(4),
                        row.Int64(5),
                        row.Int64OrNull(6),
                        row.Text(7)
                    )
                ),
            ChunkIds.Value(db, ids),
            db.Workspace.Value
        );
        var chunks = rows.ToDictionary(row => row.Id, row => row.Chunk);
        var nearest = await NearestAsync(db, chunks.Keys, meaning);
        return
        [
            .. from id in ids
            where chunks.ContainsKey(id)
            select chunks[id] with
            {
                Similarity = nearest.GetValueOrDefault(id),
            },
        ];
    }

    /// <summary>Of each chunk how near its nearest piece is.</summary>
    private static async ValueTask<Dictionary<long, double?>> NearestAsync(
        Db db,
        IEnumerable<long> ids,
        Meaning meaning
    )
    {
        var pieces = await db.QueryAsync(
            $"SELECT chunk_id, model, vector FROM chunk_vectors WHERE chunk_id {ChunkIds.In(db, 1)}",
            row => (Chunk: row.Int64(0), Model: row.Text(1), Vector: row.Bytes(2)),
            ChunkIds.Value(db, ids)
        );
        return pieces
            .GroupBy(piece => piece.Chunk)
            .ToDictionary(
                chunk => chunk.Key,
                chunk => chunk.Max(piece => meaning.Similarity(piece.Model, piece.Vector))
            );
    }
}
