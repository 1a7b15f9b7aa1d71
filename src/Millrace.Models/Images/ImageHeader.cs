using System.Buffers.Binary;

namespace Millrace.Models.Images;

/// <summary>
/// What a file says of itself, read without decoding anything. Every offset is checked, every loop moves forward, and
/// a file that ends too early or claims an empty picture is no image.
/// </summary>
internal readonly record struct ImageHeader(string MediaType, int Width, int Height, int Frames)
{
    public static ImageHeader? Read(ReadOnlySpan<byte> file)
    {
        var header =
            IsPng(file) ? Png(file)
            : file.StartsWith((ReadOnlySpan<byte>)[0xff, 0xd8, 0xff]) ? Jpeg(file)
            : file.StartsWith("GIF87a"u8) || file.StartsWith("GIF89a"u8) ? Gif(file)
            : IsWebP(file) ? WebP(file)
            : null;
        return header is { Width: > 0, Height: > 0, Frames: > 0 } ? header : null;
    }

    private static bool IsPng(ReadOnlySpan<byte> file) =>
        file.StartsWith(
            (ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10]
        );

    private static bool IsWebP(ReadOnlySpan<byte> file) =>
        file.Length >= 12 && file.StartsWith("RIFF"u8) && file[8..].StartsWith("WEBP"u8);

    private static ImageHeader? Png(ReadOnlySpan<byte> file)
    {
        if (file.Length < 33 || !file[12..].StartsWith("IHDR"u8))
            return null;
        var width = BinaryPrimitives.ReadInt32BigEndian(file[16..]);
        var height = BinaryPrimitives.ReadInt32BigEndian(file[20..]);
        var frames = 1;
        // An animation announces its frames in a chunk before the first pixels.
        for (var at = 33; at + 12 <= file.Length; )
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(file[at..]);
            var type = file.Slice(at + 4, 4);
            if (type.SequenceEqual("IDAT"u8) || length > file.Length - at - 12)
                break;
            if (type.SequenceEqual("acTL"u8) && length >= 8)
                frames = BinaryPrimitives.ReadInt32BigEndian(file[(at + 8)..]);
            at += 12 + (int)length;
        }
        return new ImageHeader("image/png", width, height, frames);
    }

    private static ImageHeader? Jpeg(ReadOnlySpan<byte> file)
    {
        for (var at = 2; at + 4 <= file.Length; )
        {
            if (file[at] != 0xff)
                return null;
            var marker = file[at + 1];
            // Fill bytes, and markers without a length.
            if (marker is 0xff or 0x01 or (>= 0xd0 and <= 0xd7))
            {
                at += marker == 0xff ? 1 : 2;
                continue;
            }
            // Start of frame: all of 0xc0 to 0xcf but the tables among them.
            if (marker is >= 0xc0 and <= 0xcf and not (0xc4 or 0xc8 or 0xcc))
            {
                if (at + 9 > file.Length)
                    return null;
                var height = BinaryPrimitives.ReadUInt16BigEndian(file[(at + 5)..]);
                var width = BinaryPrimitives.ReadUInt16BigEndian(file[(at + 7)..]);
                return new ImageHeader("image/jpeg", width, height, 1);
            }
            var length = BinaryPrimitives.ReadUInt16BigEndian(file[(at + 2)..]);
            if (marker == 0xda || length < 2)
                return null;
            at += 2 + length;
        }
        return null;
    }

    private static ImageHeader? Gif(ReadOnlySpan<byte> file)
    {
        if (file.Length < 13)
            return null;
        int width = BinaryPrimitives.ReadUInt16LittleEndian(file[6..]);
        int height = BinaryPrimitives.ReadUInt16LittleEndian(file[8..]);
        var frames = 0;
        var at = 13 + ColourTable(file[10]);
        while (at < file.Length)
        {
            switch (file[at])
            {
                case 0x21: // extension: label, then sub-blocks
                    at = AfterSubBlocks(file, at + 2);
                    continue;
                case 0x2c when at + 11 <= file.Length: // image: place, size, colour table, code size, sub-blocks
                    frames++;
                    // A frame may reach beyond the screen that the header names; decoders make room for it.
                    width = Math.Max(width, Edge(file, at + 1));
                    height = Math.Max(height, Edge(file, at + 3));
                    at = AfterSubBlocks(file, at + 11 + ColourTable(file[at + 9]));
                    continue;
                default: // the trailer, or rubbish, or a cut
                    return new ImageHeader("image/gif", width, height, frames);
            }
        }
        return new ImageHeader("image/gif", width, height, frames);
    }

    private static int ColourTable(byte flags) => (flags & 0x80) == 0 ? 0 : 3 << ((flags & 7) + 1);

    private static int Edge(ReadOnlySpan<byte> file, int at) =>
        BinaryPrimitives.ReadUInt16LittleEndian(file[at..])
        + BinaryPrimitives.ReadUInt16LittleEndian(file[(at + 4)..]);

    private static int AfterSubBlocks(ReadOnlySpan<byte> file, int at)
    {
        while (at < file.Length && file[at] != 0)
            at += 1 + file[at];
        return at + 1;
    }

    private static ImageHeader? WebP(ReadOnlySpan<byte> file)
    {
        if (file.Length < 30)
            return null;
        var first = file.Slice(12, 4);
        if (first.SequenceEqual("VP8 "u8))
        {
            // Three bytes of frame tag, the start code, then 14 bits each and two of scaling.
            if (!file[23..].StartsWith((ReadOnlySpan<byte>)[0x9d, 0x01, 0x2a]))
                return null;
            var width = BinaryPrimitives.ReadUInt16LittleEndian(file[26..]) & 0x3fff;
            var height = BinaryPrimitives.ReadUInt16LittleEndian(file[28..]) & 0x3fff;
            return new ImageHeader("image/webp", width, height, 1);
        }
        if (first.SequenceEqual("VP8L"u8))
        {
            var bits = BinaryPrimitives.ReadUInt32LittleEndian(file[21..]);
            return file[20] == 0x2f
                ? new ImageHeader(
                    "image/webp",
                    (int)(bits & 0x3fff) + 1,
                    (int)((bits >> 14) & 0x3fff) + 1,
                    1
                )
                : null;
        }
        return first.SequenceEqual("VP8X"u8)
            ? new ImageHeader(
                "image/webp",
                Int24(file, 24) + 1,
                Int24(file, 27) + 1,
                WebPFrames(file)
            )
            : null;
    }

    private static int Int24(ReadOnlySpan<byte> file, int at) =>
        file[at] | (file[at + 1] << 8) | (file[at + 2] << 16);

    private static int WebPFrames(ReadOnlySpan<byte> file)
    {
        var frames = 0;
        for (long at = 12; at + 8 <= file.Length; )
        {
            var chunk = file[(int)at..];
            if (chunk.StartsWith("ANMF"u8))
                frames++;
            var length = BinaryPrimitives.ReadUInt32LittleEndian(chunk[4..]);
            at += 8 + length + (length & 1);
        }
        // A still picture has none.
        return Math.Max(frames, 1);
    }
}
