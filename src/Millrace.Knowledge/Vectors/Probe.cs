using System.Numerics.Tensors;
using System.Runtime.Intrinsics;

namespace Millrace.Knowledge.Vectors;

/// <summary>
/// What stored codes are compared with: a query, or another stored vector. It has 16 bits a component, so that a query
/// loses nothing that the codes could have told apart.
/// </summary>
internal sealed class Probe(int dimensions)
{
    // The sum over all components must stay within 32 bits: |code| is at most 127.
    private readonly int _largest = Math.Min(
        short.MaxValue,
        int.MaxValue / (sbyte.MaxValue * dimensions)
    );
    private readonly AlignedArray<short> _values = new(DotProduct.Padded(dimensions));

    public ref short Values => ref _values[0];

    /// <summary>What a product of whole numbers is multiplied with to become one of unit vectors.</summary>
    public float Factor { get; private set; }

    /// <summary>The vector must be finite and have a direction.</summary>
    public void Set(ReadOnlySpan<float> vector)
    {
        var scale = _largest / MathF.Abs(TensorPrimitives.MaxMagnitude(vector));
        var values = _values.AsSpan();
        var squares = 0f;
        for (var at = 0; at < vector.Length; at++)
        {
            var exact = vector[at] * scale;
            squares += exact * exact;
            values[at] = (short)MathF.Round(exact);
        }
        Factor = 1 / MathF.Sqrt(squares);
    }

    /// <summary>A whole row of codes, padding included.</summary>
    public void Set(ReadOnlySpan<sbyte> codes, float factor)
    {
        var values = _values.AsSpan();
        for (var at = 0; at < codes.Length; at += Vector256<sbyte>.Count)
        {
            var (low, high) = Vector256.Widen(Vector256.Create(codes[at..]));
            low.CopyTo(values[at..]);
            high.CopyTo(values[(at + Vector256<short>.Count)..]);
        }
        Factor = factor;
    }
}
