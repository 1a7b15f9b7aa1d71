using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Millrace.Knowledge.Vectors;

/// <summary>
/// Vectors as one signed byte a component, each scaled by its own largest one, and a factor that makes its products
/// those of a unit vector. While the table is small it also keeps what the rounding took away, by which the best of a
/// search are put in their true order. Written by one thread at a time, read by any number.
/// </summary>
internal sealed class CodeTable(int dimensions, int rescoreUpTo)
{
    private const int Codes = sbyte.MaxValue;

    // A rounding error is at most half a code, so this fills a byte with it.
    private const int Finer = 2 * sbyte.MaxValue;
    private const int Line = 64;

    private readonly int _width = DotProduct.Padded(dimensions);
    private readonly Rows<sbyte> _codes = new(DotProduct.Padded(dimensions));
    private readonly Rows<float> _factors = new(1);
    private Rows<sbyte>? _errors = new(DotProduct.Padded(dimensions));

    public bool CanRescore => Volatile.Read(ref _errors) is not null;

    public long Bytes => _codes.Bytes + _factors.Bytes + (_errors?.Bytes ?? 0);

    /// <summary>Writes a finite vector that has a direction.</summary>
    public void Write(int slot, ReadOnlySpan<float> vector)
    {
        Reserve(slot);
        var scale = Codes / MathF.Abs(TensorPrimitives.MaxMagnitude(vector));
        var codes = _codes.Row(slot);
        var errors = _errors is { } kept ? kept.Row(slot) : default;
        var squares = 0f;
        for (var at = 0; at < vector.Length; at++)
        {
            var exact = vector[at] * scale;
            var code = MathF.Round(exact);
            squares += exact * exact;
            codes[at] = (sbyte)code;
            if (!errors.IsEmpty)
                errors[at] = (sbyte)MathF.Round((exact - code) * Finer);
        }
        _factors[slot] = 1 / MathF.Sqrt(squares);
    }

    /// <summary>Takes over another table's row.</summary>
    public void Copy(int slot, CodeTable from, int row)
    {
        Reserve(slot);
        from._codes.Row(row).CopyTo(_codes.Row(slot));
        _factors[slot] = from._factors[row];
        if (from._errors is { } errors && _errors is { } kept)
            errors.Row(row).CopyTo(kept.Row(slot));
        else
            _errors = null;
    }

    /// <summary>Makes a stored vector the one to compare with.</summary>
    public void Load(Probe probe, int slot) => probe.Set(_codes.Row(slot), _factors[slot]);

    /// <summary>Cosine, as near as the codes tell it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float Similarity(Probe probe, int slot) =>
        DotProduct.Of(ref probe.Values, ref _codes[slot], _width) * (_factors[slot] * probe.Factor);

    /// <summary>What the rounding took from <see cref="Similarity"/>.</summary>
    public float Correction(Probe probe, int slot) =>
        Volatile.Read(ref _errors) is { } errors
            ? DotProduct.Of(ref probe.Values, ref errors[slot], _width)
                * (_factors[slot] * probe.Factor / Finer)
            : 0;

    /// <summary>Asks for the codes that will be read soon.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public unsafe void Prefetch(int slot)
    {
        if (!Sse.IsSupported)
            return;
        // The rows are pinned, and a prefetch of a stale address does no harm.
        var address = (byte*)Unsafe.AsPointer(ref _codes[slot]);
        for (var at = 0; at < _width; at += Line)
            Sse.Prefetch0(address + at);
    }

    private void Reserve(int slot)
    {
        if (slot >= rescoreUpTo)
            Volatile.Write(ref _errors, null);
        _codes.Reserve(slot + 1);
        _factors.Reserve(slot + 1);
        _errors?.Reserve(slot + 1);
    }
}
