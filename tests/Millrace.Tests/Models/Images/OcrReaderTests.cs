using System.Diagnostics;
using System.Text;
using Millrace.Core.Failures;
using Millrace.Core.Sandboxing;
using Millrace.Models.Images;

namespace Millrace.Tests.Models.Images;

/// <summary>Tesseract and libvips at work on pictures that libvips draws here.</summary>
public sealed class OcrReaderTests : IDisposable
{
    private const string Passage = """
        The quick brown fox jumps over the lazy dog. Invoice number 4711
        was paid on 12 March 2024 by Ada Lovelace, London. The total came
        to 1,234.50 pounds, of which 250.00 were tax and the rest wages.
        Please send the next report to the engine room before Friday.
        """;

    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("millrace-ocr-");
    private readonly Sandbox _sandbox = new(new SandboxOptions(), TimeProvider.System);

    private OcrReader Reader => new(_sandbox, new OcrOptions());

    public void Dispose()
    {
        _sandbox.Dispose();
        _folder.Delete(recursive: true);
    }

    [Theory]
    [InlineData("DejaVu Sans 28")]
    [InlineData("DejaVu Serif 20")]
    [InlineData("DejaVu Sans 11")]
    public async Task Printed_text_is_read(string font) =>
        await ShouldReadPassageAsync(await DrawAsync(font));

    [Fact]
    public async Task Light_text_on_a_dark_ground_is_read()
    {
        await DrawAsync("DejaVu Sans 28");
        await VipsAsync("invert", "page.png", "dark.png");
        await ShouldReadPassageAsync("dark.png");
    }

    [Fact]
    public async Task Noisy_text_that_lies_askew_is_read()
    {
        await DrawAsync("DejaVu Sans 28");
        await VipsAsync(
            "similarity",
            "page.png",
            "askew.v",
            "--angle",
            "1.5",
            "--background",
            "255"
        );
        await VipsAsync("gaussnoise", "noise.v", "1200", "300", "--mean", "0", "--sigma", "20");
        await VipsAsync("add", "askew.v", "noise.v", "sum.v");
        await VipsAsync("cast", "sum.v", "noisy.png", "uchar");
        await ShouldReadPassageAsync("noisy.png");
    }

    [Fact]
    public async Task Text_on_a_transparent_ground_is_read()
    {
        await DrawAsync("DejaVu Sans 28");
        await VipsAsync("invert", "page.png", "mask.v");
        await VipsAsync("black", "ink.v", "1200", "300");
        await VipsAsync("bandjoin", "ink.v mask.v", "clear.v");
        await VipsAsync("copy", "clear.v", "clear.png", "--interpretation", "b-w");
        await ShouldReadPassageAsync("clear.png");
    }

    [Fact]
    public async Task A_picture_without_text_has_none()
    {
        await VipsAsync("black", "black.png", "200", "200");
        (await ReadAsync("black.png")).ShouldBe(new OcrText("", 0));
        await VipsAsync("black", "dot.png", "1", "1");
        (await ReadAsync("dot.png")).ShouldBe(new OcrText("", 0));
    }

    [Theory]
    [InlineData(".png")]
    [InlineData(".jpg")]
    [InlineData(".webp")]
    [InlineData(".gif")]
    public async Task A_file_cut_short_is_refused(string type)
    {
        await DrawAsync("DejaVu Sans 28");
        await VipsAsync("copy", "page.png", $"whole{type}");
        var whole = await File.ReadAllBytesAsync(At($"whole{type}"), Cancel);
        (await Reader.ReadAsync(ImageInput.FromBytes(whole), Cancel)).Text.ShouldContain(
            "Lovelace"
        );
        var cut = ImageInput.FromBytes(whole.AsMemory(0, whole.Length / 2));
        var failure = await Should.ThrowAsync<Invalid>(Reader.ReadAsync(cut, Cancel));
        failure.Code.ShouldBe("image_not_readable");
    }

    [Fact]
    public async Task A_script_in_the_dress_of_a_gif_is_refused()
    {
        var script = Encoding.ASCII.GetBytes(
            "GIF89a/*\x01\x01\0\0\0,\0\0\0\0\x10\0\x10\0\0*/=1;alert(1)//;"
        );
        await Should.ThrowAsync<Invalid>(async () =>
            await Reader.ReadAsync(ImageInput.FromBytes(script), Cancel)
        );
    }

    [Fact]
    public async Task A_missing_language_is_said()
    {
        await DrawAsync("DejaVu Sans 28");
        var reader = new OcrReader(_sandbox, new OcrOptions { Languages = "tlh" });
        var image = ImageInput.FromBytes(await File.ReadAllBytesAsync(At("page.png"), Cancel));
        var failure = await Should.ThrowAsync<Unavailable>(reader.ReadAsync(image, Cancel));
        failure.Message.ShouldContain("tlh");
    }

    private async Task ShouldReadPassageAsync(string file)
    {
        var read = await ReadAsync(file);
        var errors = Distance(Words(Passage), Words(read.Text)) / (double)Words(Passage).Length;
        errors.ShouldBeLessThanOrEqualTo(0.02, read.Text);
        read.Confidence.ShouldBeInRange(60, 100);
    }

    private async Task<OcrText> ReadAsync(string file) =>
        await Reader.ReadAsync(
            ImageInput.FromBytes(await File.ReadAllBytesAsync(At(file), Cancel)),
            Cancel
        );

    /// <summary>Black on white, 1200 by 300.</summary>
    private async Task<string> DrawAsync(string font)
    {
        await VipsAsync("text", "mask.png", Passage, "--font", font, "--dpi", "72");
        await VipsAsync("embed", "mask.png", "wide.v", "30", "30", "1200", "300");
        await VipsAsync("invert", "wide.v", "page.png");
        return "page.png";
    }

    private async Task VipsAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("vips", arguments) { WorkingDirectory = _folder.FullName };
        using var process = Process.Start(start)!;
        await process.WaitForExitAsync(Cancel);
        process.ExitCode.ShouldBe(0, string.Join(' ', arguments));
    }

    private string At(string file) => Path.Combine(_folder.FullName, file);

    private static string Words(string text) =>
        string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    private static int Distance(string one, string other)
    {
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
        return row[^1];
    }
}
