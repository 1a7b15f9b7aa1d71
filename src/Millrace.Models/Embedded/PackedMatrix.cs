using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Millrace.Models.Embedded;

/// <summary>
/// A weight matrix stored as panels two vectors wide, each panel row after row, so that the inner loop of a product
/// reads memory straight on and keeps four rows of results in registers.
/// </summary>
internal sealed class PackedMatrix
{
    /// <summary>Products are made for this many input rows at once; callers' buffers hold whole blocks.</summary>
    public const int RowBlock = 4;

    private static readonly int Panel = 2 * Vector<float>.Count;
    private readonly float[] _values;

    public PackedMatrix(int inputs, int outputs)
    {
        if (outputs % Panel != 0)
            throw new ArgumentOutOfRangeException(nameof(outputs), outputs, "Not whole panels.");
        Inputs = inputs;
        Outputs = outputs;
        _values = GC.AllocateUninitializedArray<float>(inputs * outputs);
    }

    public int Inputs { get; }

    public int Outputs { get; }

    /// <summary>Stores one row: the weights from one input to every output.</summary>
    public void SetRow(int input, ReadOnlySpan<float> weights)
    {
        for (var column = 0; column < Outputs; column += Panel)
            weights
                .Slice(column, Panel)
                .CopyTo(_values.AsSpan(column * Inputs + input * Panel, Panel));
    }

    /// <summary>
    /// <c>output = input · this + bias</c> for <paramref name="rows"/> rows, rounded up to whole blocks: both spans
    /// must reach to the end of the last block.
    /// </summary>
    public void Multiply(
        ReadOnlySpan<float> input,
        int rows,
        ReadOnlySpan<float> bias,
        Span<float> output
    )
    {
        var blocks = (rows + RowBlock - 1) / RowBlock;
        // The loops below run over references without bounds checks; these slices are the check.
        ref var inputStart = ref MemoryMarshal.GetReference(input[..(blocks * RowBlock * Inputs)]);
        ref var outputStart = ref MemoryMarshal.GetReference(
            output[..(blocks * RowBlock * Outputs)]
        );
        ref var biasStart = ref MemoryMarshal.GetReference(bias[..Outputs]);
        ref var panel = ref MemoryMarshal.GetArrayDataReference(_values);
        for (var column = 0; column < Outputs; column += Panel)
        {
            for (var block = 0; block < blocks; block++)
            {
                MultiplyBlock(
                    ref Unsafe.Add(ref inputStart, block * RowBlock * Inputs),
                    ref panel,
                    ref Unsafe.Add(ref biasStart, column),
                    ref Unsafe.Add(ref outputStart, block * RowBlock * Outputs + column)
                );
            }
            panel = ref Unsafe.Add(ref panel, Inputs * Panel);
        }
    }

    private void MultiplyBlock(ref float input, ref float panel, ref float bias, ref float output)
    {
        var width = Vector<float>.Count;
        ref var row1 = ref Unsafe.Add(ref input, Inputs);
        ref var row2 = ref Unsafe.Add(ref input, 2 * Inputs);
        ref var row3 = ref Unsafe.Add(ref input, 3 * Inputs);
        var left0 = Vector.LoadUnsafe(ref bias);
        var right0 = Vector.LoadUnsafe(ref bias, (nuint)width);
        var (left1, right1) = (left0, right0);
        var (left2, right2) = (left0, right0);
        var (left3, right3) = (left0, right0);
        for (nint k = 0; k < Inputs; k++)
        {
            var left = Vector.LoadUnsafe(ref panel);
            var right = Vector.LoadUnsafe(ref panel, (nuint)width);
            panel = ref Unsafe.Add(ref panel, 2 * width);

            var value = new Vector<float>(Unsafe.Add(ref input, k));
            left0 = Vector.FusedMultiplyAdd(value, left, left0);
            right0 = Vector.FusedMultiplyAdd(value, right, right0);
            value = new Vector<float>(Unsafe.Add(ref row1, k));
            left1 = Vector.FusedMultiplyAdd(value, left, left1);
            right1 = Vector.FusedMultiplyAdd(value, right, right1);
            value = new Vector<float>(Unsafe.Add(ref row2, k));
            left2 = Vector.FusedMultiplyAdd(value, left, left2);
            right2 = Vector.FusedMultiplyAdd(value, right, right2);
            value = new Vector<float>(Unsafe.Add(ref row3, k));
            left3 = Vector.FusedMultiplyAdd(value, left, left3);
            right3 = Vector.FusedMultiplyAdd(value, right, right3);
        }
        Store(left0, right0, ref output);
        Store(left1, right1, ref Unsafe.Add(ref output, Outputs));
        Store(left2, right2, ref Unsafe.Add(ref output, 2 * Outputs));
        Store(left3, right3, ref Unsafe.Add(ref output, 3 * Outputs));
    }

    private static void Store(Vector<float> left, Vector<float> right, ref float output)
    {
        left.StoreUnsafe(ref output);
        right.StoreUnsafe(ref output, (nuint)Vector<float>.Count);
    }
}
