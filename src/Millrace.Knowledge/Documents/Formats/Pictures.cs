using Millrace.Core.Sandboxing;
using Millrace.Models.Images;

namespace Millrace.Knowledge.Documents.Formats;

/// <summary>Pictures: their text by OCR. What the text reader does not take itself is turned into a picture that it takes.</summary>
internal sealed class Pictures(Sandbox sandbox, OcrReader ocr)
{
    public async IAsyncEnumerable<Piece> ReadAsync(Source source, Reading reading)
    {
        var picture = await source.ReadAllAsync(reading.Cancellation);
        foreach (var piece in await RecognizeAsync(picture, reading))
            yield return piece;
    }

    public async IAsyncEnumerable<Piece> ReadTiffAsync(Source source, Reading reading)
    {
        var file = await source.ReadAllAsync(reading.Cancellation);
        var pages = TiffPages.Read(file);
        reading.CountPages(pages.Count);
        for (var page = 0; page < pages.Count; page++)
        {
            CheckPixels(pages[page].Width, pages[page].Height);
            if (pages.Count > 1)
                yield return Piece.PageBreak(page + 1);
            var picture = await ToPngAsync(
                file,
                $"[page={page},fail-on=truncated]",
                trustedOnly: true,
                reading
            );
            foreach (var piece in await RecognizeAsync(picture, reading))
                yield return piece;
        }
    }

    public async IAsyncEnumerable<Piece> ReadBmpAsync(Source source, Reading reading)
    {
        var file = await source.ReadAllAsync(reading.Cancellation);
        var flat = Bitmap.ToPortablePixmap(file);
        var picture = await ToPngAsync(flat, "[fail-on=truncated]", trustedOnly: false, reading);
        foreach (var piece in await RecognizeAsync(picture, reading))
            yield return piece;
    }

    public static List<Piece> Paragraphs(OcrText text) =>
        [.. text.Text.Split("\n\n").Select(Piece.Paragraph)];

    public static void CheckPixels(long width, long height)
    {
        if (width <= 0 || height <= 0)
            throw new UnreadableDocument(DocumentFault.Damaged, "The picture has no size.");
        if (width * height > ImageInput.MaxPixels)
            throw new UnreadableDocument(
                DocumentFault.TooLarge,
                $"The picture has more than {ImageInput.MaxPixels} pixels."
            );
    }

    private async Task<List<Piece>> RecognizeAsync(ReadOnlyMemory<byte> picture, Reading reading)
    {
        reading.CountOcrPage();
        return Paragraphs(await ocr.ReadAsync(ImageInput.FromBytes(picture), reading.Cancellation));
    }

    private async Task<ReadOnlyMemory<byte>> ToPngAsync(
        ReadOnlyMemory<byte> picture,
        string loading,
        bool trustedOnly,
        Reading reading
    )
    {
        var environment = new Dictionary<string, string> { ["VIPS_CONCURRENCY"] = "1" };
        if (trustedOnly)
            environment["VIPS_BLOCK_UNTRUSTED"] = "1";
        var result = await sandbox.RunAsync(
            new SandboxCommand("vips", "libvips-tools")
            {
                Arguments =
                [
                    "thumbnail_source",
                    "[descriptor=0]",
                    ".png",
                    "4000",
                    "--height",
                    "4000",
                    "--size",
                    "down",
                    "--option-string",
                    loading,
                ],
                Input = picture,
                Environment = environment,
                OutputBytes = ImageInput.MaxBytes,
            },
            reading.Cancellation
        );
        return result.IsSuccess
            ? result.Output
            : throw new UnreadableDocument(
                DocumentFault.Damaged,
                "The picture is damaged or incomplete."
            );
    }
}
