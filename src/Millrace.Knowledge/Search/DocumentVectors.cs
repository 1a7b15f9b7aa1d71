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
internal sealed class DocumentVectors(Store store, VectorChanges changes) : IDisposable
{
    private const string Group = "documents";

    private readonly VectorIndexes<PieceKey> _indexes = new(new StoredPieces(store), changes);

    public Task<VectorIndex<PieceKey>> OpenAsync(
        Id<Workspace> workspace,
        string model,
        int dimensions,
        CancellationToken cancellation
    ) =>
        _indexes.OpenAsync(
            new VectorScope(workspace.Value, Group, model, dimensions),
            cancellation
        );

    /// <summary>Tells the indexes of all processes, within the caller's write, of pieces it embedded or removed.</summary>
    public ValueTask TellAsync(Db db, IReadOnlyCollection<PieceKey> pieces) =>
        changes.TellAsync(db, Group, pieces);

    /// <summary>Lets go what this process holds of a workspace that is erased.</summary>
    public void Forget(Id<Workspace> workspace) => _indexes.DropAll(workspace.Value);

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
}
