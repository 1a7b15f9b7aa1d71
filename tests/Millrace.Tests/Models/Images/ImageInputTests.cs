using System.Buffers.Binary;
using System.Text;
using Millrace.Core.Failures;
using Millrace.Models.Images;

namespace Millrace.Tests.Models.Images;

public sealed class ImageInputTests
{
    // The smallest of each kind: one pixel.
    private const string Png =
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
    private const string Gif = "R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7";
    private const string WebP = "UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA";

    [Theory]
    [InlineData(Png, "image/png")]
    [InlineData(Gif, "image/gif")]
    [InlineData(WebP, "image/webp")]
    [InlineData("data:image/jpeg;base64," + Png, "image/png")]
    [InlineData("DATA:;charset=x;BASE64," + Gif, "image/gif")]
    public void The_type_is_the_contents_and_not_the_labels(string text, string type)
    {
        var image = Read(text);
        image.MediaType.ShouldBe(type);
        (image.Width, image.Height, image.Frames).ShouldBe((1, 1, 1));
    }

    [Fact]
    public void Line_breaks_in_base64_are_read_over()
    {
        var broken = Png.Insert(40, "\r\n") + "\n";
        Read(broken).Bytes.Length.ShouldBe(Convert.FromBase64String(Png).Length);
    }

    [Theory]
    [InlineData("")]
    [InlineData("%%%%")]
    [InlineData("iVBORw0KGg")]
    [InlineData("====")]
    [InlineData("data:image/png;base64")]
    [InlineData("data:image/png," + Png)]
    [InlineData("https://example.org/cat.png")]
    [InlineData("aGVsbG8gd29ybGQ=")]
    [InlineData("iVBORw0KGgo=")]
    public void What_is_no_image_is_refused(string text)
    {
        Should.Throw<Invalid>(() => Read(text));
    }

    [Fact]
    public void Twenty_five_megabytes_are_taken_and_one_byte_more_is_too_large()
    {
        var file = new byte[ImageInput.MaxBytes + 1];
        Convert.FromBase64String(Png).CopyTo(file, 0);
        var most = Convert.ToBase64String(file.AsSpan(0, ImageInput.MaxBytes));
        Read(most).Bytes.Length.ShouldBe(ImageInput.MaxBytes);
        Should.Throw<TooLarge>(() => Read(Convert.ToBase64String(file)));
    }

    private static ImageInput Read(string text) =>
        ImageInput.FromBase64(Encoding.UTF8.GetBytes(text));

    [Fact]
    public void Of_a_large_image_only_the_decoded_bytes_are_allocated()
    {
        var file = new byte[10_000_000];
        Convert.FromBase64String(Png).CopyTo(file, 0);
        var text = Encoding.UTF8.GetBytes("data:image/png;base64," + Convert.ToBase64String(file));
        var before = GC.GetAllocatedBytesForCurrentThread();
        ImageInput.FromBase64(text);
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(10_010_000);
    }

    [Theory]
    [InlineData(50_000, 1_001)]
    [InlineData(int.MaxValue, int.MaxValue)]
    public void More_than_fifty_million_pixels_are_refused_from_the_header(int width, int height)
    {
        var file = Convert.FromBase64String(Png);
        BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(16), width);
        BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(20), height);
        Should
            .Throw<Invalid>(() => ImageInput.FromBytes(file))
            .Code.ShouldBe("image_too_many_pixels");
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(-1, 5)]
    public void An_empty_or_negative_picture_is_no_image(int width, int height)
    {
        var file = Convert.FromBase64String(Png);
        BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(16), width);
        BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(20), height);
        Should.Throw<Invalid>(() => ImageInput.FromBytes(file)).Code.ShouldBe("image_not_readable");
    }

    [Fact]
    public void The_frames_of_an_animation_count_together()
    {
        var bomb = GifOf(frames: 60, width: 1000, height: 1000);
        bomb.Length.ShouldBeLessThan(2_000);
        Should
            .Throw<Invalid>(() => ImageInput.FromBytes(bomb))
            .Code.ShouldBe("image_too_many_pixels");
        ImageInput.FromBytes(GifOf(frames: 3, width: 1000, height: 1000)).Frames.ShouldBe(3);
    }

    [Fact]
    public void A_frame_beyond_the_screen_counts_as_large_as_it_is()
    {
        var file = GifOf(frames: 1, width: 60_000, height: 60_000);
        file.AsSpan(6, 4).Clear();
        file[6] = file[8] = 1;
        Should
            .Throw<Invalid>(() => ImageInput.FromBytes(file))
            .Code.ShouldBe("image_too_many_pixels");
    }

    [Theory]
    [InlineData(Png)]
    [InlineData(Gif)]
    [InlineData(WebP)]
    public void Every_cut_and_every_changed_byte_ends_in_an_image_or_a_refusal(string text)
    {
        var file = Convert.FromBase64String(text);
        for (var length = 0; length <= file.Length; length++)
            Read(file[..length]);
        for (var at = 0; at < file.Length; at++)
        {
            foreach (byte value in (byte[])[0x00, 0x7f, 0x80, 0xff])
            {
                var changed = file.ToArray();
                changed[at] = value;
                Read(changed);
            }
        }

        static void Read(byte[] file)
        {
            try
            {
                ImageInput.FromBytes(file);
            }
            catch (Invalid) { }
        }
    }

    [Theory]
    [InlineData(new byte[] { 0xff, 0xd8, 0xff, 0xff, 0xff, 0xff })]
    [InlineData(new byte[] { 0xff, 0xd8, 0xff, 0xe0, 0x00, 0x00, 0xff, 0xe0 })]
    [InlineData(new byte[] { 0xff, 0xd8, 0xff, 0xe0, 0xff, 0xff, 0x00 })]
    [InlineData(new byte[] { 0xff, 0xd8, 0xff, 0xc0, 0x00, 0x11, 0x08, 0x00 })]
    [InlineData(new byte[] { 0xff, 0xd8, 0xff, 0xda, 0x00, 0x08, 0x01, 0x01, 0x01 })]
    public void A_hostile_jpeg_header_is_refused(byte[] file) =>
        Should.Throw<Invalid>(() => ImageInput.FromBytes(file));

    [Fact]
    public void A_jpegs_size_is_read_behind_its_other_segments()
    {
        byte[] file =
        [
            .. new byte[] { 0xff, 0xd8, 0xff, 0xe0, 0x00, 0x04, 0x4a, 0x46 },
            .. new byte[] { 0xff, 0xff, 0xc2, 0x00, 0x0b, 0x08, 0x00, 0x30, 0x00, 0x40, 0x01 },
        ];
        var image = ImageInput.FromBytes(file);
        (image.MediaType, image.Width, image.Height).ShouldBe(("image/jpeg", 64, 48));
    }

    private static byte[] GifOf(int frames, ushort width, ushort height)
    {
        var size = new byte[4];
        BinaryPrimitives.WriteUInt16LittleEndian(size, width);
        BinaryPrimitives.WriteUInt16LittleEndian(size.AsSpan(2), height);
        return
        [
            .. "GIF89a"u8,
            .. size,
            .. new byte[] { 0, 0, 0 },
            .. Enumerable
                .Range(0, frames)
                .SelectMany(_ => (byte[])[0x2c, 0, 0, 0, 0, .. size, 0, 2, 2, 0x44, 0x01, 0]),
            0x3b,
        ];
    }
}
