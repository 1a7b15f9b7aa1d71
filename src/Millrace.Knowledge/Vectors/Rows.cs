using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Millrace.Knowledge.Vectors;

/// <summary>
/// Rows of one width, in segments, that grow at their end. One thread at a time may reserve and write; any number read
/// the rows that it has told them of, without a lock. Full segments never move; the first one is copied while it is
/// small, so that a small index takes little memory.
/// </summary>
internal sealed class Rows<T>(int width)
    where T : unmanaged
{
    private const int Shift = 14;
    private const int SegmentRows = 1 << Shift;
    private const int FirstRows = 64;

    private AlignedArray<T>[] _segments = [];

    public long Bytes => _segments.Sum(segment => (long)segment.Length) * Unsafe.SizeOf<T>();

    public ref T this[int row] =>
        ref _segments[row >> Shift][(nint)(row & (SegmentRows - 1)) * width];

    public Span<T> Row(int row) => MemoryMarshal.CreateSpan(ref this[row], width);

    /// <summary>Makes room for <paramref name="rows"/> rows in all.</summary>
    public void Reserve(int rows)
    {
        var segments = _segments;
        if (segments.Length <= 1)
        {
            var held = segments.Length == 0 ? 0 : segments[0].Length / width;
            if (rows > held && held < SegmentRows)
            {
                var first = new AlignedArray<T>(
                    Math.Clamp(Math.Max(rows, 2 * held), FirstRows, SegmentRows) * width
                );
                if (held > 0)
                    segments[0].AsSpan().CopyTo(first.AsSpan());
                segments = [first];
            }
        }
        while (segments.Length * (long)SegmentRows < rows)
            segments = [.. segments, new AlignedArray<T>(SegmentRows * width)];
        Volatile.Write(ref _segments, segments);
    }
}
