using System.IO.Compression;

namespace Millrace.Knowledge.Documents.Formats;

/// <summary>
/// A ZIP of files, each read as a document under a heading of its name. A file that cannot be read is named with the
/// reason; when none can, the archive cannot.
/// </summary>
internal static class Archive
{
    private const int CopyBytes = 64 * 1024;

    public static async IAsyncEnumerable<Piece> ReadAsync(Source source, Reading reading)
    {
        using var archive = Recognition.OpenZip(source.Content);
        var failures = new List<UnreadableDocument>();
        var hasRead = false;
        foreach (var entry in archive.Entries.Where(IsFile))
        {
            if (entry.IsEncrypted)
            {
                failures.Add(Encrypted());
                continue;
            }
            reading.CountExpanded(0);
            using var content = await UnpackAsync(entry, reading);
            var part = new PartAttempt(reading.ReadPartAsync(entry.FullName, content));
            await foreach (var piece in part.ReadAsync())
                yield return piece;
            if (part.Failure is { } failure)
                failures.Add(failure);
            else
                hasRead = true;
        }
        if (!hasRead && failures.Count > 0)
            throw failures[0];
    }

    /// <summary>Neither folders nor what systems add for themselves.</summary>
    private static bool IsFile(ZipArchiveEntry entry) =>
        entry.Name.Length > 0
        && !entry.Name.StartsWith('.')
        && !entry.FullName.StartsWith("__MACOSX/", StringComparison.Ordinal);

    /// <summary>Counted as the bytes come: what an entry says of its size need not be true.</summary>
    public static async Task<MemoryStream> UnpackAsync(ZipArchiveEntry entry, Reading reading)
    {
        var content = new MemoryStream();
        var buffer = new byte[CopyBytes];
        await using var packed = await entry.OpenAsync(reading.Cancellation);
        while (await packed.ReadAsync(buffer, reading.Cancellation) is > 0 and var count)
        {
            reading.CountExpanded(count);
            if (content.Length + count > reading.Options.MaxBytes)
                throw new UnreadableDocument(
                    DocumentFault.TooLarge,
                    $"A file in it is larger than {reading.Options.MaxBytes} bytes."
                );
            content.Write(buffer, 0, count);
        }
        return content;
    }

    private static UnreadableDocument Encrypted() =>
        new(
            DocumentFault.Encrypted,
            "The archive is encrypted. Pack it without a password, then send it again."
        );
}
