using Millrace.Core.Identity;
using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Knowledge.Ingest;
using Millrace.Knowledge.Vectors;

namespace Millrace.Knowledge.Search;

/// <summary>The vectors of documents' pieces, in the database.</summary>
internal sealed class StoredPieces(Store store) : VectorSource<PieceKey>
{
    private const long RowsAtOnce = 2_000;

    private const string All = """
        SELECT document_id, chunk_id, piece, vector FROM chunk_vectors
        WHERE workspace_id = $1 AND model = $2 AND (chunk_id, piece) > ($3, $4) AND dimensions = $5
        ORDER BY chunk_id, piece LIMIT $6
        """;

    public override async IAsyncEnumerable<KeyValuePair<PieceKey, ReadOnlyMemory<float>>> AllAsync(
        VectorScope scope
    )
    {
        var last = new PieceKey(default, Chunk: 0, Piece: -1);
        while (true)
        {
            var after = last;
            var rows = await store.ReadAsync(
                new Id<Workspace>(scope.Workspace),
                db =>
                    db.QueryAsync(
                        All,
                        Read,
                        scope.Workspace,
                        scope.Model,
                        after.Chunk,
                        (long)after.Piece,
                        (long)scope.Dimensions,
                        RowsAtOnce
                    )
            );
            foreach (var row in rows)
                yield return row;
            if (rows.Count < RowsAtOnce)
                yield break;
            last = rows[^1].Key;
        }
    }

    public override async Task<
        IReadOnlyList<KeyValuePair<PieceKey, ReadOnlyMemory<float>>>
    > FindAsync(VectorScope scope, IReadOnlyCollection<PieceKey> keys)
    {
        var chunks = keys.Select(key => key.Chunk).Distinct();
        return await store.ReadAsync(
            new Id<Workspace>(scope.Workspace),
            db =>
                db.QueryAsync(
                    $"""
                    SELECT document_id, chunk_id, piece, vector FROM chunk_vectors
                    WHERE workspace_id = $1 AND model = $2 AND dimensions = $3 AND chunk_id {ChunkIds.In(
                        db,
                        4
                    )}
                    """,
                    Read,
                    scope.Workspace,
                    scope.Model,
                    (long)scope.Dimensions,
                    ChunkIds.Value(db, chunks)
                )
        );
    }

    private static KeyValuePair<PieceKey, ReadOnlyMemory<float>> Read(Row row) =>
        new(
            new PieceKey(row.Id<Document>(0).Value, row.Int64(1), row.Int32(2)),
            DocumentVectors.Widened(row.Bytes(3))
        );
}
