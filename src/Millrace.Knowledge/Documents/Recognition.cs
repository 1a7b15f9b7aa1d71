using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Millrace.Knowledge.Documents;

/// <summary>Tells what a file is from its content.</summary>
internal static class Recognition
{
    private const int HeadBytes = 64 * 1024;

    // The list of files is read whole into memory before anything else; an Office file of 20,000 parts needs half of it.
    private const int LongestDirectory = 4 * 1024 * 1024;

    // A PDF's first line may stand behind what a mail program or a web server left there.
    private const int PdfHeadBytes = 1024;

    /// <exception cref="UnreadableDocument">Empty, encrypted as a whole, or of a type that is not read.</exception>
    public static async Task<DocumentType> RecognizeAsync(
        Source source,
        CancellationToken cancellation
    )
    {
        var head = await HeadAsync(source.Content, cancellation);
        if (head.Length == 0)
            throw new UnreadableDocument(DocumentFault.Empty, "The file is empty.");
        if (BySignature(head.Span) is { } type)
            return type == DocumentType.Zip ? InZip(source.Content) : type;
        if (
            head.Span.StartsWith(
                (ReadOnlySpan<byte>)[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]
            )
        )
            throw await CompoundFileAsync(source, cancellation);
        if (await TextEncoding.DetectAsync(source.Content, cancellation) is not { } encoding)
            throw new UnreadableDocument(
                DocumentFault.UnknownType,
                "The file is of a type that is not read: neither text, nor a PDF, an Office file, a mail, an archive or a picture."
            );
        // A character that the head cuts in two must not count against the text.
        var text = encoding.GetString(head.Span).TrimEnd('\ufffd');
        return TextRecognition.Recognize(
            text,
            head.Length < source.Content.Length,
            source.Extension
        );
    }

    private static async Task<ReadOnlyMemory<byte>> HeadAsync(
        Stream content,
        CancellationToken cancellation
    )
    {
        content.Position = 0;
        var head = new byte[(int)Math.Min(HeadBytes, content.Length)];
        var length = await content.ReadAtLeastAsync(
            head,
            head.Length,
            throwOnEndOfStream: false,
            cancellation
        );
        return head.AsMemory(0, length);
    }

    private static DocumentType? BySignature(ReadOnlySpan<byte> head)
    {
        if (head[..Math.Min(head.Length, PdfHeadBytes)].IndexOf("%PDF-"u8) >= 0)
            return DocumentType.Pdf;
        if (head.StartsWith("PK\x03\x04"u8) || head.StartsWith("PK\x05\x06"u8))
            return DocumentType.Zip;
        if (head.StartsWith("{\\rtf"u8))
            return DocumentType.Rtf;
        if (head.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10]))
            return DocumentType.Png;
        if (head.StartsWith((ReadOnlySpan<byte>)[0xff, 0xd8, 0xff]))
            return DocumentType.Jpeg;
        if (head.StartsWith("GIF87a"u8) || head.StartsWith("GIF89a"u8))
            return DocumentType.Gif;
        if (head.Length >= 12 && head.StartsWith("RIFF"u8) && head[8..].StartsWith("WEBP"u8))
            return DocumentType.WebP;
        if (head.StartsWith("II*\0"u8) || head.StartsWith("MM\0*"u8))
            return DocumentType.Tiff;
        return IsBmp(head) ? DocumentType.Bmp : null;
    }

    /// <summary>Two letters are not enough: a text may begin with them.</summary>
    private static bool IsBmp(ReadOnlySpan<byte> head) =>
        head.Length >= 30
        && head.StartsWith("BM"u8)
        && BinaryPrimitives.ReadInt32LittleEndian(head[6..]) == 0
        && BinaryPrimitives.ReadInt32LittleEndian(head[14..]) is >= 12 and <= 124;

    private static DocumentType InZip(Stream content)
    {
        using var archive = OpenZip(content);
        if (archive.GetEntry("[Content_Types].xml") is not null)
        {
            foreach (var entry in archive.Entries)
            {
                if (entry.FullName.StartsWith("word/document", StringComparison.Ordinal))
                    return DocumentType.Docx;
                if (entry.FullName.StartsWith("xl/workbook", StringComparison.Ordinal))
                    return DocumentType.Xlsx;
                if (entry.FullName.StartsWith("ppt/presentation", StringComparison.Ordinal))
                    return DocumentType.Pptx;
            }
        }
        return
            archive.GetEntry("META-INF/container.xml") is not null
            && archive.GetEntry("mimetype") is not null
            ? DocumentType.Epub
            : DocumentType.Zip;
    }

    public static ZipArchive OpenZip(Stream content)
    {
        if (ZipDirectory.LengthOf(content) > LongestDirectory)
            throw new UnreadableDocument(
                DocumentFault.TooManyParts,
                $"The archive's list of files is longer than {LongestDirectory} bytes."
            );
        content.Position = 0;
        try
        {
            return new ZipArchive(content, ZipArchiveMode.Read, leaveOpen: true);
        }
        catch (InvalidDataException broken)
        {
            throw new UnreadableDocument(
                DocumentFault.Damaged,
                "The archive is damaged or incomplete.",
                broken
            );
        }
    }

    /// <summary>The container of Office files before 2007, and of the encrypted ones since.</summary>
    private static async Task<UnreadableDocument> CompoundFileAsync(
        Source source,
        CancellationToken cancellation
    )
    {
        var content = await source.ReadAllAsync(cancellation);
        return content.AsSpan().IndexOf(Encoding.Unicode.GetBytes("EncryptedPackage")) >= 0
            ? new UnreadableDocument(
                DocumentFault.Encrypted,
                "The file is encrypted. Save it without a password, then send it again."
            )
            : new UnreadableDocument(
                DocumentFault.UnknownType,
                "The file is of an old Office type. Save it as DOCX, XLSX, PPTX or PDF, then send it again."
            );
    }
}
