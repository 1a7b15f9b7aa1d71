using System.Buffers;
using System.Numerics.Tensors;

namespace Millrace.Models.Embedded;

/// <summary>
/// The Universal Sentence Encoder Lite: two pre-norm transformer blocks of four heads over at most
/// <see cref="MaxTokens"/> pieces, averaged, then one tanh layer and a normalisation to length 1. Immutable, so any
/// number of threads may encode at once; each call rents its own scratch.
/// </summary>
internal sealed class UseLiteTransformer(UseLiteWeights weights)
{
    public const int MaxTokens = 128;
    public const int Dimensions = 512;
    private const int PieceDimensions = 256;

    private readonly float[] _pieces = weights.PieceEmbeddings();
    private readonly float[] _frequencies = weights.Flat("TimingSignal/ExpandDims_1");
    private readonly TransformerBlock _first = new(weights, "Layer_0", PieceDimensions);
    private readonly Dense _widen = weights.Dense(
        "Layer_0/TransformerLayer/dense/kernel/ConcatPartitions/concat",
        "Layer_0/TransformerLayer/dense/bias/ConcatPartitions/concat"
    );
    private readonly TransformerBlock _second = new(weights, "Layer_1", Dimensions);
    private readonly Dense _head = weights.Dense("tanh_layer_0/weights", "tanh_layer_0/bias");

    /// <param name="tokens">Ids of pieces, at most <see cref="MaxTokens"/>; none gives the encoder's neutral vector.</param>
    public float[] Encode(ReadOnlySpan<int> tokens)
    {
        var rows = Math.Max(WholeBlocks(tokens.Length), PackedMatrix.RowBlock);
        var size = rows * Dimensions;
        var scratch = ArrayPool<float>.Shared.Rent(size + TransformerBlock.ScratchFor(rows));
        try
        {
            var state = scratch.AsSpan(0, size);
            var work = scratch.AsSpan(size);
            Transform(tokens, state, work);
            return Pool(state, tokens.Length, work);
        }
        finally
        {
            ArrayPool<float>.Shared.Return(scratch);
        }
    }

    /// <summary>What the pieces mean on their own, of length 1.</summary>
    public float[] MeanOfPieces(ReadOnlySpan<int> tokens)
    {
        var mean = new float[PieceDimensions];
        foreach (var token in tokens)
            TensorPrimitives.Add(
                mean,
                _pieces.AsSpan(token * PieceDimensions, PieceDimensions),
                mean
            );
        var length = TensorPrimitives.Norm<float>(mean);
        if (length > 0)
            TensorPrimitives.Divide(mean, length, mean);
        return mean;
    }

    internal static int WholeBlocks(int rows) =>
        (rows + PackedMatrix.RowBlock - 1) / PackedMatrix.RowBlock * PackedMatrix.RowBlock;

    private void Transform(ReadOnlySpan<int> tokens, Span<float> state, Span<float> work)
    {
        if (tokens.IsEmpty)
            return;
        var input = work[..(WholeBlocks(tokens.Length) * PieceDimensions)];
        input.Clear();
        for (var position = 0; position < tokens.Length; position++)
            Place(
                tokens[position],
                position,
                input.Slice(position * PieceDimensions, PieceDimensions)
            );
        // The first block works at 256 dimensions and answers at 512, so its residual is widened first.
        _widen.Apply(input, tokens.Length, state);
        _first.Apply(input, state, tokens.Length, work[input.Length..]);
        _second.Apply(state, state, tokens.Length, work);
    }

    /// <summary>Twice the piece's embedding (the encoder adds it as residual to itself), plus where it stands.</summary>
    private void Place(int token, int position, Span<float> row)
    {
        TensorPrimitives.Multiply(
            _pieces.AsSpan(token * PieceDimensions, PieceDimensions),
            2f,
            row
        );
        var half = _frequencies.Length;
        for (var i = 0; i < half; i++)
        {
            var (sin, cos) = MathF.SinCos(position * _frequencies[i]);
            row[i] += sin;
            row[half + i] += cos;
        }
    }

    private float[] Pool(ReadOnlySpan<float> state, int tokens, Span<float> work)
    {
        var mean = work[..(PackedMatrix.RowBlock * Dimensions)];
        mean.Clear();
        for (var position = 0; position < tokens; position++)
            TensorPrimitives.Add(
                mean[..Dimensions],
                state.Slice(position * Dimensions, Dimensions),
                mean[..Dimensions]
            );
        TensorPrimitives.Divide(mean[..Dimensions], Math.Max(tokens, 1), mean[..Dimensions]);

        var output = work.Slice(mean.Length, mean.Length);
        _head.Apply(mean, 1, output);
        var vector = new float[Dimensions];
        TensorPrimitives.Tanh(output[..Dimensions], vector);
        TensorPrimitives.Divide(vector, TensorPrimitives.Norm<float>(vector), vector);
        return vector;
    }
}
