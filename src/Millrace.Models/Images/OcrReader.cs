using Millrace.Core.Failures;
using Millrace.Core.Sandboxing;

namespace Millrace.Models.Images;

/// <summary>The text of a picture.</summary>
/// <param name="Text">Lines by line feeds, paragraphs by an empty line; empty when there is no text.</param>
/// <param name="Confidence">Of the words, weighted by their length: 0 to 100, and 0 without text.</param>
public sealed record OcrText(string Text, double Confidence);

/// <summary>
/// Reads the text of an image: libvips brings it to flat pixels of a good size, tesseract reads it, both in the sandbox.
/// </summary>
/// <remarks>
/// Failures: <c>Invalid</c> (<c>image_not_readable</c>), <c>Unavailable</c> (<c>ocr_failed</c>), and those of
/// <see cref="Sandbox"/>.
/// </remarks>
public sealed class OcrReader(Sandbox sandbox, OcrOptions options)
{
    // Uncompressed and without transparency: what is clear becomes white.
    private const string Flat = ".ppm[background=255]";
    private const int SmallSide = 1000;
    private const int LargestSide = 4000;
    private const int SmallestReadable = 8;
    private const double GoodConfidence = 60;

    private static readonly Dictionary<string, string> AllLoaders = new()
    {
        ["VIPS_CONCURRENCY"] = "1",
    };

    // For a client's file: only the loaders that libvips holds fit for hostile input.
    private static readonly Dictionary<string, string> TrustedLoaders = new(AllLoaders)
    {
        ["VIPS_BLOCK_UNTRUSTED"] = "1",
    };

    public async Task<OcrText> ReadAsync(ImageInput image, CancellationToken cancellation)
    {
        if (Math.Min(image.Width, image.Height) < SmallestReadable)
            return new OcrText("", 0);
        var picture = await VipsAsync(Scale(image), image.Bytes, TrustedLoaders, cancellation);
        var plain = await RecognizeAsync(picture, cancellation);
        if (plain.Confidence >= GoodConfidence)
            return plain;
        // Noise makes tesseract take a whole page for a picture; smoothed, it sees the letters again.
        var smooth = await VipsAsync(
            ["gaussblur", "stdin", Flat, "1"],
            picture,
            AllLoaders,
            cancellation
        );
        var second = await RecognizeAsync(smooth, cancellation);
        return second.Confidence > plain.Confidence ? second : plain;
    }

    /// <summary>Small letters are read better at twice their size; a huge picture only costs time.</summary>
    private static string[] Scale(ImageInput image)
    {
        var side = Math.Max(image.Width, image.Height);
        var target = side < SmallSide ? side * 2 : Math.Min(side, LargestSide);
        return
        [
            "thumbnail_source",
            "[descriptor=0]",
            Flat,
            $"{target}",
            "--height",
            $"{target}",
            "--option-string",
            "[fail-on=truncated]",
        ];
    }

    private async Task<ReadOnlyMemory<byte>> VipsAsync(
        string[] arguments,
        ReadOnlyMemory<byte> picture,
        IReadOnlyDictionary<string, string> environment,
        CancellationToken cancellation
    )
    {
        var result = await sandbox.RunAsync(
            new SandboxCommand("vips", "libvips-tools")
            {
                Arguments = arguments,
                Input = picture,
                Environment = environment,
                OutputBytes = 96 << 20,
            },
            cancellation
        );
        return result.IsSuccess
            ? result.Output
            : throw new Invalid(
                "image_not_readable",
                "The image is damaged or incomplete: it cannot be decoded."
            );
    }

    private async Task<OcrText> RecognizeAsync(
        ReadOnlyMemory<byte> picture,
        CancellationToken cancellation
    )
    {
        var result = await sandbox.RunAsync(
            new SandboxCommand("tesseract", "tesseract-ocr")
            {
                // Without a resolution tesseract guesses one, and guesses badly on noise.
                Arguments = ["stdin", "stdout", "-l", options.Languages, "--dpi", "150", "tsv"],
                Input = picture,
                Environment = new Dictionary<string, string> { ["OMP_THREAD_LIMIT"] = "1" },
                TimeLimit = TimeSpan.FromSeconds(60),
            },
            cancellation
        );
        return result.IsSuccess
            ? OcrTable.Read(result.Output.Span)
            : throw new Unavailable(
                "ocr_failed",
                $"The text reader failed. Are the language packages of Millrace:Ocr:Languages ({options.Languages}) installed?"
            );
    }
}
