using System.Buffers.Text;
using System.Text;
using Millrace.Core.Failures;

namespace Millrace.Models.Images;

/// <summary>
/// An image that a client sent: of a known type by its content, within the limits of size and pixels, and not yet
/// decoded (t-backend §9.4).
/// </summary>
/// <remarks>
/// Failures: <c>Invalid</c> (<c>image_not_base64</c>, <c>image_not_readable</c>, <c>image_too_many_pixels</c>),
/// <c>TooLarge</c> (<c>image_too_large</c>).
/// </remarks>
public sealed record ImageInput
{
    /// <summary>25 MB as t-backend §7 counts it, after base64.</summary>
    public const int MaxBytes = 26_214_400;

    /// <summary>Of all frames together, as a decoder would lay them out.</summary>
    public const long MaxPixels = 50_000_000;

    // "data:image/png;charset=utf-8;base64," with room for odd parameters.
    private const int MaxDataHeader = 256;

    private ImageInput(ImageHeader header, ReadOnlyMemory<byte> bytes) =>
        (MediaType, Width, Height, Frames, Bytes) = (
            header.MediaType,
            header.Width,
            header.Height,
            header.Frames,
            bytes
        );

    /// <summary><c>image/png</c>, <c>image/jpeg</c>, <c>image/webp</c> or <c>image/gif</c>, by content.</summary>
    public string MediaType { get; }

    public int Width { get; }

    public int Height { get; }

    public int Frames { get; }

    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>
    /// Reads a data URI, or bare base64, from UTF-8 as a JSON reader holds it: of a large image only the decoded bytes
    /// are allocated.
    /// </summary>
    public static ImageInput FromBase64(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length >= 5 && Ascii.EqualsIgnoreCase(utf8[..5], "data:"))
        {
            var head = utf8[..Math.Min(utf8.Length, MaxDataHeader)];
            var comma = head.IndexOf((byte)',');
            if (comma < 7 || !Ascii.EqualsIgnoreCase(head[(comma - 7)..comma], ";base64"))
                throw NotBase64();
            utf8 = utf8[(comma + 1)..];
        }
        var trimmed = utf8.TrimEnd(" \t\r\n"u8);
        var padding =
            trimmed.EndsWith("=="u8) ? 2
            : trimmed.EndsWith("="u8) ? 1
            : 0;
        var bytes = new byte[DecodedLength(utf8.Length - utf8.CountAny(" \t\r\n"u8), padding)];
        var status = Base64.DecodeFromUtf8(utf8, bytes, out _, out var written);
        return status == System.Buffers.OperationStatus.Done && written == bytes.Length
            ? FromBytes(bytes)
            : throw NotBase64();
    }

    /// <summary>Takes an image as it is, such as from a form; the bytes are kept, not copied.</summary>
    public static ImageInput FromBytes(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length > MaxBytes)
            throw Large();
        var header =
            ImageHeader.Read(bytes.Span)
            ?? throw new Invalid(
                "image_not_readable",
                "The image is not a readable PNG, JPEG, WebP or GIF."
            );
        if ((long)header.Width * header.Height * header.Frames > MaxPixels)
            throw new Invalid(
                "image_too_many_pixels",
                $"The image has more than {MaxPixels} pixels, counting all of its frames."
            );
        return new ImageInput(header, bytes);
    }

    private static int DecodedLength(int digits, int padding)
    {
        if (digits % 4 != 0)
            throw NotBase64();
        var length = digits / 4L * 3 - padding;
        return length <= MaxBytes ? (int)Math.Max(length, 0) : throw Large();
    }

    private static Invalid NotBase64() =>
        new("image_not_base64", "The image is neither base64 nor a data URI with base64.");

    private static TooLarge Large() =>
        new("image_too_large", $"The image is larger than {MaxBytes} bytes after base64.");
}
