using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Millrace.Core.Identity;
using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Knowledge.Ingest;
using Millrace.Knowledge.Vectors;

namespace Millrace.Knowledge.Search;

/// <summary>A piece of a chunk of a document, in the index of vectors.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct PieceKey(Guid Document, long Chunk, int Piece);

/// <summary>The vectors of all documents, in memory while they are used; the database has them for good.</summary>
internal sealed class DocumentVectors(Store store) : IDisposable
{
    private const string Group = "documents";
    private const long RowsAtOnce = 2_000;

    private readonly VectorIndexes<PieceKey> _indexes = new(scope => LoadAsync(store, scope));

    public Task<VectorIndex<PieceKey>> OpenAsync(
        Id<Workspace> workspace,
        string model,
        int dimensions,
        CancellationToken cancellation
    ) => _indexes.OpenAsync(ScopeOf(workspace, model, dimensions), cancellation);

    /// <summary>Tells the index of a vector that was just committed.</summary>
    public void Add(ChunkVector vector) =>
        _indexes
            .Find(ScopeOf(vector.WorkspaceId, vector.Model, (int)vector.Dimensions))
            ?.Add(
                new PieceKey(vector.DocumentId.Value, vector.ChunkId, (int)vector.Piece),
                Widened(vector.Vector)
            );

    /// <summary>Takes a document's vectors out of memory. No search finds them any more, as its row is gone or not ready.</summary>
    public async Task ForgetAsync(
        Id<Workspace> workspace,
        Id<Document> document,
        CancellationToken cancellation
    )
    {
        var pieces = await store.ReadAsync(
            workspace,
            db =>
                db.QueryAsync(
                    """
                    SELECT v.model, v.dimensions, v.chunk_id, v.piece FROM chunks c JOIN chunk_vectors v ON v.chunk_id = c.id
                    WHERE c.document_id = $1
                    """,
                    row =>
                        (
                            Scope: ScopeOf(workspace, row.Text(0), row.Int32(1)),
                            Key: new PieceKey(document.Value, row.Int64(2), row.Int32(3))
                        ),
                    document.Value
                ),
            cancellation
        );
        foreach (var (scope, key) in pieces)
            _indexes.Find(scope)?.Remove(key);
    }

    /// <summary>A vector as it is stored.</summary>
    public static byte[] Narrowed(ReadOnlySpan<float> vector)
    {
        var largest = MathF.Abs(TensorPrimitives.MaxMagnitude(vector));
        var scale = largest > 0 ? 127f / largest : 0;
        var bytes = new byte[vector.Length];
        for (var i = 0; i < bytes.Length; i++)
            bytes[i] = (byte)(sbyte)MathF.Round(vector[i] * scale);
        return bytes;
    }

    /// <summary>A stored vector, to be compared by its direction.</summary>
    public static float[] Widened(byte[] stored)
    {
        var vector = new float[stored.Length];
        TensorPrimitives.ConvertTruncating(
            MemoryMarshal.Cast<byte, sbyte>(stored.AsSpan()),
            vector.AsSpan()
        );
        return vector;
    }

    public void Dispose() => _indexes.Dispose();

    private static VectorScope ScopeOf(Id<Workspace> workspace, string model, int dimensions) =>
        new(workspace.Value, Group, model, dimensions);

    private static async IAsyncEnumerable<KeyValuePair<PieceKey, ReadOnlyMemory<float>>> LoadAsync(
        Store store,
        VectorScope scope
    )
    {
        var last = (Chunk: 0L, Piece: -1L);
        while (true)
        {
            var (chunk, piece) = last;
            var rows = await store.ReadAsync(
                new Id<Workspace>(scope.Workspace),
                db =>
                    db.QueryAsync(
                        """
                        SELECT document_id, chunk_id, piece, vector FROM chunk_vectors
                        WHERE workspace_id = $1 AND model = $2 AND (chunk_id, piece) > ($3, $4) AND dimensions = $5
                        ORDER BY chunk_id, piece LIMIT $6
                        """,
                        row =>
                            (
                                Key: new PieceKey(
                                    row.Id<Document>(0).Value,
                                    row.Int64(1),
                                    row.Int32(2)
                                ),
                                Vector: row.Bytes(3)
                            ),
                        scope.Workspace,
                        scope.Model,
                        chunk,
                        piece,
                        (long)scope.Dimensions,
                        RowsAtOnce
                    )
            );
            foreach (var (key, vector) in rows)
                yield return new(key, Widened(vector));
            if (rows.Count < RowsAtOnce)
                yield break;
            last = (rows[^1].Key.Chunk, rows[^1].Key.Piece);
        }
    }
}
