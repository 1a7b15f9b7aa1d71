using Millrace.Core.Streams;

namespace Millrace.Models.Routing;

/// <summary>Reads an answer and fails where it grows past its limit or breaks off.</summary>
internal sealed class BoundedStream(Stream inner, long limit) : OneWayStream
{
    private long _read;

    public override long Position
    {
        get => _read;
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(
        Memory<byte> buffer,
        CancellationToken cancellationToken = default
    )
    {
        try
        {
            return Count(await inner.ReadAsync(buffer, cancellationToken));
        }
        catch (IOException failure)
        {
            throw new UpstreamFailure(UpstreamFault.Cut, failure.Message, cause: failure);
        }
    }

    public override Task<int> ReadAsync(
        byte[] buffer,
        int offset,
        int count,
        CancellationToken cancellationToken
    ) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) =>
        Count(inner.Read(buffer, offset, count));

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            inner.Dispose();
        base.Dispose(disposing);
    }

    private int Count(int bytes)
    {
        _read += bytes;
        if (_read > limit)
            throw new UpstreamFailure(UpstreamFault.TooLarge, $"more than {limit} bytes");
        return bytes;
    }
}
