using Millrace.Knowledge.Documents;

namespace Millrace.Tests.Knowledge.Documents;

/// <summary>Poppler, libvips and tesseract at work in the sandbox.</summary>
public sealed class PdfDocumentTests : IDisposable
{
    private const string Passage = """
        The quick brown fox jumps over the lazy dog. Invoice number 4711
        was paid on 12 March 2024 by Ada Lovelace, London. The total came
        to 1,234.50 pounds, of which 250.00 were tax and the rest wages.
        Please send the next report to the engine room before Friday.
        """;

    private readonly DocumentLab _lab = new();

    public void Dispose() => _lab.Dispose();

    [Fact]
    public async Task The_text_of_each_page_is_read_with_its_headings()
    {
        var file = new PdfWriter()
            .Page(
                ("Annual report", 24),
                ("The mill ground ten tons of", 11),
                ("flour this sum-", 11),
                ("mer, and more in winter.", 11)
            )
            .Page(
                ("Outlook", 16),
                ("Next year there will be twice as much flour, says the miller.", 11)
            )
            .Write();

        var blocks = await _lab.ReadAsync(file);

        blocks
            .Where(block => block.Kind != BlockKind.PageBreak)
            .Select(block => (block.Kind, block.Text, block.Page))
            .ShouldBe([
                (BlockKind.Heading, "Annual report", 1),
                (
                    BlockKind.Paragraph,
                    "The mill ground ten tons of flour this summer, and more in winter.",
                    1
                ),
                (BlockKind.Heading, "Outlook", 2),
                (
                    BlockKind.Paragraph,
                    "Next year there will be twice as much flour, says the miller.",
                    2
                ),
            ]);
        blocks[^1].HeadingPath.ShouldBe(["Annual report", "Outlook"]);
    }

    [Fact]
    public async Task A_scanned_page_between_others_is_read_by_its_picture()
    {
        var file = new PdfWriter()
            .Page(("This page has a text layer of its own.", 11))
            .Scan(await GreyAsync(), 1240, 1754)
            .Write();

        var blocks = await _lab.ReadAsync(file);

        var read = string.Join(
            ' ',
            blocks.Where(block => block.Page == 2).Select(block => block.Text)
        );
        CharacterErrors(Passage, read).ShouldBeLessThanOrEqualTo(0.02, read);
        blocks.ShouldContain(block => block.Page == 1 && block.Text.Contains("layer of its own"));
    }

    [Theory]
    [InlineData(".png")]
    [InlineData(".jpg")]
    [InlineData(".webp")]
    [InlineData(".gif")]
    [InlineData(".tif")]
    public async Task The_text_of_a_picture_is_read(string type)
    {
        var picture = await _lab.DrawAsync(Passage, type);

        var read = string.Join(' ', (await _lab.ReadAsync(picture)).Select(block => block.Text));

        CharacterErrors(Passage, read).ShouldBeLessThanOrEqualTo(0.02, read);
    }

    [Theory]
    [InlineData(24)]
    [InlineData(32)]
    public async Task The_text_of_a_bitmap_is_read(int bits)
    {
        var pixmap = await _lab.DrawAsync(Passage, ".ppm");

        var read = string.Join(
            ' ',
            (await _lab.ReadAsync(ToBitmap(pixmap, 1200, 300, bits))).Select(block => block.Text)
        );

        CharacterErrors(Passage, read).ShouldBeLessThanOrEqualTo(0.02, read);
    }

    /// <summary>A page of A4 at 150 dots per inch.</summary>
    private async Task<byte[]> GreyAsync()
    {
        var picture = await _lab.DrawAsync(Passage, ".pgm", "DejaVu Sans 24", 1240, 1754);
        return picture[^(1240 * 1754)..];
    }

    private static byte[] ToBitmap(byte[] pixmap, int width, int height, int bits)
    {
        var pixels = pixmap.AsSpan(
            pixmap.Length - width * height * (pixmap[1] == (byte)'5' ? 1 : 3)
        );
        var step = pixels.Length / (width * height);
        var file = new MemoryStream();
        using var writer = new BinaryWriter(file);
        writer.Write("BM"u8);
        writer.Write(54 + width * height * bits / 8);
        writer.Write(0);
        writer.Write(54);
        writer.Write(40);
        writer.Write(width);
        writer.Write(height);
        writer.Write((short)1);
        writer.Write((short)bits);
        writer.Write(new byte[24]);
        for (var y = height - 1; y >= 0; y--)
        {
            for (var x = 0; x < width; x++)
            {
                for (var i = 0; i < bits / 8; i++)
                    writer.Write(pixels[(y * width + x) * step]);
            }
        }
        return file.ToArray();
    }

    private static double CharacterErrors(string written, string read)
    {
        static string Plain(string text) =>
            string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        var (one, other) = (Plain(written), Plain(read));
        var row = Enumerable.Range(0, other.Length + 1).ToArray();
        for (var i = 1; i <= one.Length; i++)
        {
            var (diagonal, left) = (row[0], i);
            row[0] = i;
            for (var j = 1; j <= other.Length; j++)
            {
                var above = row[j];
                left = Math.Min(
                    Math.Min(left, above) + 1,
                    diagonal + (one[i - 1] == other[j - 1] ? 0 : 1)
                );
                (row[j], diagonal) = (left, above);
            }
        }
        return row[^1] / (double)one.Length;
    }
}
