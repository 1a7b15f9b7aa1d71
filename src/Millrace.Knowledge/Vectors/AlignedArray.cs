using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Millrace.Knowledge.Vectors;

/// <summary>
/// An array that begins on a cache line and stays there, so that a row of 64 bytes costs one line and not two. What is
/// read of it isn't checked against its length: the caller knows how much it asked for.
/// </summary>
internal readonly struct AlignedArray<T>
    where T : unmanaged
{
    private const int Line = 64;

    private readonly T[] _items;
    private readonly int _first;

    public AlignedArray(int length)
    {
        var slack = Line / Unsafe.SizeOf<T>();
        _items = GC.AllocateArray<T>(length + slack, pinned: true);
        var address = Marshal.UnsafeAddrOfPinnedArrayElement(_items, 0);
        // Where the items don't divide a line there is nothing to align.
        _first =
            Line % Unsafe.SizeOf<T>() == 0
                ? (int)((Line - (address & (Line - 1))) % Line / Unsafe.SizeOf<T>())
                : 0;
        Length = length;
    }

    public int Length { get; }

    public ref T this[nint at] =>
        ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_items), _first + at);

    public Span<T> AsSpan() => _items.AsSpan(_first, Length);
}
