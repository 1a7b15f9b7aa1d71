using System.Numerics.Tensors;

namespace Millrace.Models.Embedded;

/// <summary>One block of USE-Lite: attention and a feed-forward layer, each normalised before and added after.</summary>
internal sealed class TransformerBlock
{
    private const int Heads = 4;
    private const int Hidden = 1536;
    private readonly int _inputs;
    private readonly LayerNorm _beforeAttention;
    private readonly Dense _queriesKeysValues;
    private readonly Dense _afterAttention;
    private readonly LayerNorm _beforeForward;
    private readonly Dense _up;
    private readonly Dense _down;

    public TransformerBlock(UseLiteWeights weights, string layer, int inputs)
    {
        const string Value = "ConcatPartitions/concat";
        var at = $"{layer}/TransformerLayer";
        _inputs = inputs;
        _beforeAttention = Norm("layer_prepostprocess/layer_norm");
        _queriesKeysValues = Attention("qkv_transform_single");
        _afterAttention = Attention("output_transform_single");
        _beforeForward = Norm("FFN/layer_prepostprocess/layer_norm");
        _up = Forward("conv1");
        _down = Forward("conv2");

        LayerNorm Norm(string name) =>
            new(
                weights.Flat($"{at}/{name}/layer_norm_scale/{Value}"),
                weights.Flat($"{at}/{name}/layer_norm_bias/{Value}")
            );

        Dense Attention(string name) =>
            weights.Dense(
                $"{at}/MultiheadAttention/{name}/kernel/part_0",
                $"{at}/MultiheadAttention/{name}/bias/{Value}"
            );

        Dense Forward(string name) =>
            weights.Dense($"{at}/FFN/{name}/Tensordot/Reshape_1", $"{at}/FFN/{name}/bias/{Value}");
    }

    /// <summary>Floats of scratch for so many rows: the first block's input, a normalised copy, a hidden layer, one row of scores.</summary>
    public static int ScratchFor(int rows) =>
        rows * (UseLiteTransformer.Dimensions + UseLiteTransformer.Dimensions + Hidden + 1);

    /// <summary>Adds to <paramref name="state"/> what the block makes of <paramref name="input"/>; both may be the same rows.</summary>
    public void Apply(ReadOnlySpan<float> input, Span<float> state, int rows, Span<float> work)
    {
        var whole = UseLiteTransformer.WholeBlocks(rows);
        var narrow = work[..(whole * UseLiteTransformer.Dimensions)];
        var wide = work.Slice(narrow.Length, whole * Hidden);
        var scores = work.Slice(narrow.Length + wide.Length, rows);

        _beforeAttention.Apply(input, whole, narrow);
        _queriesKeysValues.Apply(narrow, rows, wide);
        Attend(wide, rows, scores, narrow);
        _afterAttention.Apply(narrow, rows, wide);
        AddTo(state, wide);

        _beforeForward.Apply(state, whole, narrow);
        _up.Apply(narrow, rows, wide);
        TensorPrimitives.Max(wide, 0f, wide);
        _down.Apply(wide, rows, narrow);
        AddTo(state, narrow);
    }

    /// <param name="projected">Per row the queries, keys and values of all heads, one after another.</param>
    private void Attend(
        ReadOnlySpan<float> projected,
        int rows,
        Span<float> scores,
        Span<float> output
    )
    {
        var head = _inputs / Heads;
        var stride = 3 * _inputs;
        var scale = 1 / MathF.Sqrt(head);
        output.Clear();
        for (var at = 0; at < _inputs; at += head)
        {
            for (var row = 0; row < rows; row++)
            {
                var query = projected.Slice(row * stride + at, head);
                for (var other = 0; other < rows; other++)
                {
                    var key = projected.Slice(other * stride + _inputs + at, head);
                    scores[other] = scale * TensorPrimitives.Dot(query, key);
                }
                TensorPrimitives.SoftMax(scores, scores);
                var result = output.Slice(row * _inputs + at, head);
                for (var other = 0; other < rows; other++)
                {
                    var value = projected.Slice(other * stride + 2 * _inputs + at, head);
                    TensorPrimitives.MultiplyAdd(value, scores[other], result, result);
                }
            }
        }
    }

    private static void AddTo(Span<float> state, ReadOnlySpan<float> change) =>
        TensorPrimitives.Add(state, change[..state.Length], state);

    private sealed record LayerNorm(float[] Scale, float[] Bias)
    {
        private const float Epsilon = 1e-6f;

        public void Apply(ReadOnlySpan<float> input, int rows, Span<float> output)
        {
            var size = Scale.Length;
            for (var row = 0; row < rows; row++)
            {
                var from = input.Slice(row * size, size);
                var to = output.Slice(row * size, size);
                TensorPrimitives.Subtract(from, TensorPrimitives.Sum(from) / size, to);
                var variance = TensorPrimitives.SumOfSquares<float>(to) / size;
                TensorPrimitives.Multiply(to, 1 / MathF.Sqrt(variance + Epsilon), to);
                TensorPrimitives.MultiplyAdd(to, Scale, Bias, to);
            }
        }
    }
}
