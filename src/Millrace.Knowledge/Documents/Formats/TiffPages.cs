using System.Buffers.Binary;

namespace Millrace.Knowledge.Documents.Formats;

/// <summary>The pages that a TIFF announces, read without decoding anything.</summary>
internal static class TiffPages
{
    private const int MostPages = 100_000;
    private const int WidthTag = 256;
    private const int HeightTag = 257;
    private const int ShortType = 3;

    public static List<(long Width, long Height)> Read(ReadOnlySpan<byte> file)
    {
        var pages = new List<(long, long)>();
        var isLittle = file[0] == 'I';
        var seen = new HashSet<uint>();
        // Directories are a chain; one that leads back into itself would have no end.
        for (var at = UInt32(file, 4, isLittle); at != 0; )
        {
            if (!seen.Add(at) || pages.Count == MostPages)
                throw Damaged();
            var count = UInt16(file, at, isLittle);
            pages.Add(Size(file, at + 2, count, isLittle));
            at = UInt32(file, at + 2 + count * 12L, isLittle);
        }
        return pages.Count > 0 ? pages : throw Damaged();
    }

    private static (long, long) Size(ReadOnlySpan<byte> file, long at, int count, bool isLittle)
    {
        var (width, height) = (0L, 0L);
        for (var end = at + count * 12L; at < end; at += 12)
        {
            var tag = UInt16(file, at, isLittle);
            if (tag is not (WidthTag or HeightTag))
                continue;
            long value =
                UInt16(file, at + 2, isLittle) == ShortType
                    ? UInt16(file, at + 8, isLittle)
                    : UInt32(file, at + 8, isLittle);
            (width, height) = tag == WidthTag ? (value, height) : (width, value);
        }
        return (width, height);
    }

    private static ushort UInt16(ReadOnlySpan<byte> file, long at, bool isLittle) =>
        isLittle
            ? BinaryPrimitives.ReadUInt16LittleEndian(Slice(file, at, 2))
            : BinaryPrimitives.ReadUInt16BigEndian(Slice(file, at, 2));

    private static uint UInt32(ReadOnlySpan<byte> file, long at, bool isLittle) =>
        isLittle
            ? BinaryPrimitives.ReadUInt32LittleEndian(Slice(file, at, 4))
            : BinaryPrimitives.ReadUInt32BigEndian(Slice(file, at, 4));

    private static ReadOnlySpan<byte> Slice(ReadOnlySpan<byte> file, long at, int length) =>
        at >= 0 && at + length <= file.Length ? file.Slice((int)at, length) : throw Damaged();

    private static UnreadableDocument Damaged() =>
        new(DocumentFault.Damaged, "The TIFF is damaged or incomplete.");
}
