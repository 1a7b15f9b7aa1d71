using System.Globalization;
using System.Text;
using Millrace.Core.Sandboxing;
using Millrace.Models.Images;

namespace Millrace.Knowledge.Documents.Formats;

/// <summary>
/// A PDF, read by poppler's programs in the sandbox: the text layer of some pages at a time, and of each page without
/// one its picture, which OCR reads.
/// </summary>
internal sealed class Pdf(Sandbox sandbox, OcrReader ocr)
{
    private const string Package = "poppler-utils";
    private const int PagesAtATime = 25;

    // The long side of the picture of a page: of A4 about 220 dots per inch, whatever size the page claims.
    private const int OcrPixels = 2_600;
    private const int LettersOfAPage = 3;

    // Enough to see whether anything stands on a page at all.
    private const int GlancePixels = 300;
    private const int FaintestInk = 16;

    public async IAsyncEnumerable<Piece> ReadAsync(Source source, Reading reading)
    {
        var file = await source.ReadAllAsync(reading.Cancellation);
        var pages = await CountPagesAsync(file, reading);
        reading.CountPages(pages);
        for (var first = 1; first <= pages; first += PagesAtATime)
        {
            var last = Math.Min(first + PagesAtATime - 1, pages);
            var layers = await TextLayersAsync(file, first, last, reading);
            for (var page = first; page <= last; page++)
            {
                yield return Piece.PageBreak(page);
                var layer = page - first < layers.Count ? layers[page - first] : [];
                var pieces = HasText(layer) ? layer : await RecognizeAsync(file, page, reading);
                foreach (var piece in pieces)
                    yield return piece;
            }
        }
    }

    private async Task<int> CountPagesAsync(byte[] file, Reading reading)
    {
        var result = await RunAsync("pdfinfo", file, ["-"], reading);
        var info = Encoding.UTF8.GetString(result.Output.Span);
        if (!result.IsSuccess)
            throw result.Errors.Contains("Incorrect password", StringComparison.Ordinal)
                ? new UnreadableDocument(
                    DocumentFault.Encrypted,
                    "The PDF is encrypted. Save it without a password, then send it again."
                )
                : Damaged();
        foreach (var line in info.Split('\n'))
        {
            if (
                line.StartsWith("Pages:", StringComparison.Ordinal)
                && int.TryParse(line.AsSpan(6).Trim(), CultureInfo.InvariantCulture, out var pages)
                && pages > 0
            )
                return pages;
        }
        throw Damaged();
    }

    private async Task<List<List<Piece>>> TextLayersAsync(
        byte[] file,
        int first,
        int last,
        Reading reading
    )
    {
        var result = await RunAsync(
            "pdftotext",
            file,
            ["-f", $"{first}", "-l", $"{last}", "-bbox-layout", "-enc", "UTF-8", "-", "-"],
            reading
        );
        return result.IsSuccess ? PdfLayout.Read(result.Output, reading) : throw Damaged();
    }

    private async Task<List<Piece>> RecognizeAsync(byte[] file, int page, Reading reading)
    {
        if (IsBlank((await DrawAsync(file, page, GlancePixels, reading)).Span))
            return [];
        reading.CountOcrPage();
        var picture = await DrawAsync(file, page, OcrPixels, reading, "-png");
        var text = await ocr.ReadAsync(ImageInput.FromBytes(picture), reading.Cancellation);
        return Pictures.Paragraphs(text);
    }

    private async Task<ReadOnlyMemory<byte>> DrawAsync(
        byte[] file,
        int page,
        int pixels,
        Reading reading,
        params string[] form
    )
    {
        var picture = await RunAsync(
            "pdftoppm",
            file,
            ["-f", $"{page}", "-l", $"{page}", "-scale-to", $"{pixels}", "-gray", .. form, "-"],
            reading
        );
        return picture.IsSuccess && picture.Output.Length > 0 ? picture.Output : throw Damaged();
    }

    /// <summary>Whether a portable graymap is of one shade. Three lines of header stand in front.</summary>
    private static bool IsBlank(ReadOnlySpan<byte> graymap)
    {
        for (var line = 0; line < 3; line++)
            graymap = graymap[(graymap.IndexOf((byte)'\n') + 1)..];
        var (darkest, lightest) = (byte.MaxValue, byte.MinValue);
        foreach (var shade in graymap)
            (darkest, lightest) = (Math.Min(darkest, shade), Math.Max(lightest, shade));
        return lightest - darkest < FaintestInk;
    }

    private Task<SandboxResult> RunAsync(
        string program,
        byte[] file,
        string[] arguments,
        Reading reading
    ) =>
        sandbox.RunAsync(
            new SandboxCommand(program, Package)
            {
                Arguments = arguments,
                Input = file,
                TimeLimit = TimeSpan.FromSeconds(60),
                OutputBytes = 64 << 20,
            },
            reading.Cancellation
        );

    /// <summary>A page number stamped on a scan is not its text.</summary>
    private static bool HasText(List<Piece> layer) =>
        layer.Sum(piece => piece.Text.Count(char.IsLetter)) >= LettersOfAPage;

    private static UnreadableDocument Damaged() =>
        new(DocumentFault.Damaged, "The PDF is damaged or incomplete.");
}
