using Millrace.Core.Streams;

namespace Millrace.Knowledge.Documents.Formats;

/// <summary>
/// Content of which a reader may take only so much in one step. An XML reader holds all attributes of an element at once,
/// and has no limit for them of its own.
/// </summary>
internal sealed class SteppedStream(Stream content) : OneWayStream
{
    private const long LongestStep = 4L << 20;

    private long _taken;

    public void BeginStep() => _taken = 0;

    /// <exception cref="UnreadableDocument">The step is too long.</exception>
    public override int Read(byte[] buffer, int offset, int count) =>
        Read(buffer.AsSpan(offset, count));

    /// <exception cref="UnreadableDocument">The step is too long.</exception>
    public override int Read(Span<byte> buffer)
    {
        var read = content.Read(buffer);
        _taken += read;
        return _taken <= LongestStep
            ? read
            : throw new UnreadableDocument(
                DocumentFault.TooMuchText,
                $"Its XML has an element with attributes, or a comment, of more than {LongestStep >> 20} MiB."
            );
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            content.Dispose();
        base.Dispose(disposing);
    }
}
