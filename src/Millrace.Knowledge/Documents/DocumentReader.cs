using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Millrace.Core.Sandboxing;
using Millrace.Knowledge.Documents.Formats;
using Millrace.Models.Images;

namespace Millrace.Knowledge.Documents;

/// <summary>
/// Reads the text of a file with its structure. What a file is is told from its content; its name only helps where a
/// text can be read in two ways. Programs that read hostile input run in the sandbox, parsers in this process have
/// limits of time, depth and size.
/// </summary>
/// <remarks>Failures: <see cref="UnreadableDocument"/>, and nothing else, whatever the file holds.</remarks>
public sealed partial class DocumentReader(
    Sandbox sandbox,
    OcrReader ocr,
    DocumentOptions options,
    TimeProvider time,
    ILogger<DocumentReader> logger
)
{
    private readonly Dictionary<DocumentType, PartReader> _formats = Table(sandbox, ocr);

    /// <param name="content">Seekable; left open, at any position.</param>
    /// <param name="name">What the file is called, if anything.</param>
    public async Task<DocumentType> RecognizeAsync(
        Stream content,
        string? name,
        CancellationToken cancellation
    )
    {
        CheckSize(content);
        try
        {
            return await Recognition.RecognizeAsync(new Source(content, name), cancellation);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            throw Reasons.Of(failure);
        }
    }

    /// <summary>
    /// The document's blocks as they are read: text, Markdown and tables of values are never held whole in memory. The
    /// failure may come after some blocks did; what was read of such a document is not to be kept.
    /// </summary>
    /// <param name="content">Seekable; left open, at any position.</param>
    /// <param name="name">What the file is called, if anything.</param>
    public async IAsyncEnumerable<Block> ReadAsync(
        Stream content,
        string? name,
        [EnumeratorCancellation] CancellationToken cancellation
    )
    {
        CheckSize(content);
        using var deadline = new CancellationTokenSource(options.TimeLimit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(
            deadline.Token,
            cancellation
        );
        var reading = new Reading(options, ReadPartAsync, either.Token) { Bytes = content.Length };
        var outline = new Outline(reading);
        await using var pieces = ReadPartAsync(new Source(content, name), reading)
            .GetAsyncEnumerator(either.Token);
        while (await NextAsync(pieces, outline, cancellation) is { } block)
            yield return block;
        if (outline.IsEmpty)
            throw new UnreadableDocument(DocumentFault.NoText, "There is no text in it.");
    }

    private void CheckSize(Stream content)
    {
        if (content.Length == 0)
            throw new UnreadableDocument(DocumentFault.Empty, "The file is empty.");
        if (content.Length > options.MaxBytes)
            throw new UnreadableDocument(
                DocumentFault.TooLarge,
                $"The file is larger than {options.MaxBytes} bytes."
            );
    }

    private async IAsyncEnumerable<Piece> ReadPartAsync(Source source, Reading reading)
    {
        var type = await Recognition.RecognizeAsync(source, reading.Cancellation);
        source.Content.Position = 0;
        await foreach (var piece in _formats[type](source, reading))
            yield return piece;
    }

    /// <summary>The next block that has text or begins a page; every way to fail becomes the one failure.</summary>
    private async ValueTask<Block?> NextAsync(
        IAsyncEnumerator<Piece> pieces,
        Outline outline,
        CancellationToken callers
    )
    {
        try
        {
            while (await pieces.MoveNextAsync())
            {
                if (outline.Place(pieces.Current) is { } block)
                    return block;
            }
            return null;
        }
        catch (OperationCanceledException) when (!callers.IsCancellationRequested)
        {
            throw new UnreadableDocument(
                DocumentFault.TimedOut,
                $"It could not be read within {options.TimeLimit.TotalSeconds:0} s."
            );
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            var reason = Reasons.Of(failure);
            Log.Unreadable(logger, failure, reason.Code);
            throw reason;
        }
    }

    private static Dictionary<DocumentType, PartReader> Table(Sandbox sandbox, OcrReader ocr)
    {
        var pictures = new Pictures(sandbox, ocr);
        return new()
        {
            [DocumentType.Text] = PlainText.ReadAsync,
            [DocumentType.Markdown] = MarkdownText.ReadAsync,
            [DocumentType.Html] = HtmlPage.ReadAsync,
            [DocumentType.Csv] = DelimitedText.ReadAsync,
            [DocumentType.Tsv] = DelimitedText.ReadAsync,
            [DocumentType.Json] = JsonText.ReadAsync,
            [DocumentType.Xml] = XmlText.ReadAsync,
            [DocumentType.Pdf] = new Pdf(sandbox, ocr).ReadAsync,
            [DocumentType.Docx] = WordDocument.ReadAsync,
            [DocumentType.Xlsx] = Workbook.ReadAsync,
            [DocumentType.Pptx] = Presentation.ReadAsync,
            [DocumentType.Epub] = Epub.ReadAsync,
            [DocumentType.Rtf] = RichText.ReadAsync,
            [DocumentType.Mail] = new Mail(sandbox).ReadAsync,
            [DocumentType.Zip] = Archive.ReadAsync,
            [DocumentType.Png] = pictures.ReadAsync,
            [DocumentType.Jpeg] = pictures.ReadAsync,
            [DocumentType.WebP] = pictures.ReadAsync,
            [DocumentType.Gif] = pictures.ReadAsync,
            [DocumentType.Tiff] = pictures.ReadTiffAsync,
            [DocumentType.Bmp] = pictures.ReadBmpAsync,
        };
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Debug, "A document cannot be read: {Code}")]
        public static partial void Unreadable(ILogger logger, Exception exception, string code);
    }
}
