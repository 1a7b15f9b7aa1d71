namespace Millrace.Knowledge.Documents;

/// <summary>
/// The reading of one document with all that is inside it: its limits, what it has used of them, and its end. Whoever
/// loops over a file's content calls <see cref="Check"/>, so that nothing outlives its time.
/// </summary>
internal sealed class Reading(
    DocumentOptions options,
    PartReader parts,
    CancellationToken cancellation
)
{
    private const long SmallExpansion = 16L << 20;

    private long _characters;
    private long _expanded;
    private int _parts;
    private int _ocrPages;

    public DocumentOptions Options { get; } = options;

    public CancellationToken Cancellation { get; } = cancellation;

    /// <summary>How many files this one lies in.</summary>
    public int Depth { get; private set; }

    /// <summary>Bytes of the document as it came.</summary>
    public long Bytes { get; init; }

    public void Check() => Cancellation.ThrowIfCancellationRequested();

    /// <summary>Reads a file that lies in the document, as if it stood under a heading of its name.</summary>
    public async IAsyncEnumerable<Piece> ReadPartAsync(string name, Stream content)
    {
        if (++_parts > Options.MaxParts)
            throw new UnreadableDocument(
                DocumentFault.TooManyParts,
                $"It holds more than {Options.MaxParts} files."
            );
        if (Depth == Options.MaxNestedFiles)
            throw new UnreadableDocument(
                DocumentFault.TooDeep,
                $"Files lie in files more than {Options.MaxNestedFiles} deep."
            );
        yield return Piece.PageBreak(0);
        yield return Piece.Heading(name, 1);
        Depth++;
        try
        {
            await foreach (var piece in parts(new Source(content, name), this))
                yield return piece with
                {
                    Level = piece.Level > 0 ? piece.Level + 1 : 0,
                };
        }
        finally
        {
            Depth--;
        }
    }

    public void CountCharacters(int count)
    {
        Check();
        _characters += count;
        if (_characters > Options.MaxCharacters)
            throw new UnreadableDocument(
                DocumentFault.TooMuchText,
                $"It has more than {Options.MaxCharacters} characters of text."
            );
    }

    /// <summary>Before a packed part is unpacked, by what it says of its size; or as its bytes come.</summary>
    public void CountExpanded(long bytes)
    {
        Check();
        _expanded += bytes;
        if (_expanded > Math.Max(SmallExpansion, Bytes * Options.MaxExpansion))
            throw new UnreadableDocument(
                DocumentFault.ExpandsTooMuch,
                $"Unpacked it is more than {Options.MaxExpansion} times as large."
            );
    }

    public void CountPages(int pages)
    {
        if (pages > Options.MaxPages)
            throw new UnreadableDocument(
                DocumentFault.TooManyPages,
                $"It has {pages} pages; the limit is {Options.MaxPages}."
            );
    }

    public void CountOcrPage()
    {
        if (++_ocrPages > Options.MaxOcrPages)
            throw new UnreadableDocument(
                DocumentFault.TooManyPages,
                $"It has more than {Options.MaxOcrPages} pages without text, whose pictures would have to be read."
            );
    }

    public void CheckNesting(int depth)
    {
        if (depth > Options.MaxNesting)
            throw new UnreadableDocument(
                DocumentFault.TooDeep,
                $"Its content is nested more than {Options.MaxNesting} deep."
            );
    }
}

/// <summary>Reads a file of any type within a <see cref="Reading"/>.</summary>
internal delegate IAsyncEnumerable<Piece> PartReader(Source source, Reading reading);

/// <summary>A file: its content, from the first byte and as often as wanted, and what it is called.</summary>
internal sealed record Source(Stream Content, string? Name)
{
    public string Extension => Path.GetExtension(Name ?? "").ToLowerInvariant();

    /// <summary>The whole content. The document's own size was checked, and that of parts as they were unpacked.</summary>
    public async Task<byte[]> ReadAllAsync(CancellationToken cancellation)
    {
        Content.Position = 0;
        var bytes = new byte[Content.Length];
        await Content.ReadExactlyAsync(bytes, cancellation);
        return bytes;
    }
}
