using System.Buffers.Binary;
using System.Text;

namespace Millrace.Knowledge.Documents.Formats;

/// <summary>
/// Windows bitmaps without compression, of 1, 4, 8, 24 and 32 bits, turned into a portable pixmap: libvips reads them
/// only through a loader that it does not hold fit for hostile input.
/// </summary>
internal static class Bitmap
{
    private const int InfoHeaderBytes = 40;

    public static byte[] ToPortablePixmap(ReadOnlySpan<byte> file)
    {
        if (file.Length < 14 + InfoHeaderBytes || Int32(file, 14) < InfoHeaderBytes)
            throw Unknown();
        var pixelsAt = Int32(file, 10);
        var (width, height) = (Int32(file, 18), Int32(file, 22));
        var bits = BinaryPrimitives.ReadUInt16LittleEndian(file[28..]);
        var compression = Int32(file, 30);
        // 3 names masks, which for 32 bits are the usual ones in practice.
        if (compression != 0 && !(compression == 3 && bits == 32))
            throw Unknown();
        var isTopDown = height < 0;
        var rows = Math.Abs((long)height);
        Pictures.CheckPixels(width, rows);
        var stride = (width * (long)bits + 31) / 32 * 4;
        if (pixelsAt < 0 || pixelsAt + stride * rows > file.Length)
            throw new UnreadableDocument(
                DocumentFault.Damaged,
                "The picture is damaged or incomplete."
            );
        var palette = file[Math.Min(14 + Int32(file, 14), file.Length)..];
        var header = Encoding.ASCII.GetBytes($"P6\n{width} {rows}\n255\n");
        var pixmap = new byte[header.Length + width * rows * 3];
        header.CopyTo(pixmap, 0);
        for (var y = 0; y < rows; y++)
        {
            var row = file.Slice(
                (int)(pixelsAt + (isTopDown ? y : rows - 1 - y) * stride),
                (int)stride
            );
            var target = pixmap.AsSpan((int)(header.Length + (long)y * width * 3), width * 3);
            for (var x = 0; x < width; x++)
            {
                var colour = Pixel(row, x, bits, palette);
                // Stored as blue, green, red.
                target[x * 3] = colour[2];
                target[x * 3 + 1] = colour[1];
                target[x * 3 + 2] = colour[0];
            }
        }
        return pixmap;
    }

    private static ReadOnlySpan<byte> Pixel(
        ReadOnlySpan<byte> row,
        int x,
        int bits,
        ReadOnlySpan<byte> palette
    ) =>
        bits switch
        {
            24 => row.Slice(x * 3, 3),
            32 => row.Slice(x * 4, 3),
            8 => Entry(palette, row[x]),
            4 => Entry(palette, (row[x / 2] >> (x % 2 == 0 ? 4 : 0)) & 15),
            1 => Entry(palette, (row[x / 8] >> (7 - x % 8)) & 1),
            _ => throw Unknown(),
        };

    private static ReadOnlySpan<byte> Entry(ReadOnlySpan<byte> palette, int index) =>
        index * 4 + 3 <= palette.Length ? palette.Slice(index * 4, 3) : "\0\0\0"u8;

    private static int Int32(ReadOnlySpan<byte> file, int at) =>
        BinaryPrimitives.ReadInt32LittleEndian(file[at..]);

    private static UnreadableDocument Unknown() =>
        new(
            DocumentFault.UnknownType,
            "The bitmap is of a kind that is not read. Save it as PNG, then send it again."
        );
}
