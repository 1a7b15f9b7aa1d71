using Millrace.Core.Failures;
using Millrace.Core.Streams;

namespace Millrace.Core.Outbound;

/// <summary>A body that counts what is read from it and ends in a typed failure at either limit.</summary>
internal sealed class BoundedBody(Stream inner, long maxBytes, CancellationToken deadline)
    : OneWayStream
{
    private long _read;

    public override async ValueTask<int> ReadAsync(
        Memory<byte> buffer,
        CancellationToken cancellationToken = default
    )
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(
            cancellationToken,
            deadline
        );
        int count;
        try
        {
            count = await inner.ReadAsync(buffer, either.Token);
        }
        catch (Exception exception)
        {
            if (Exchange.Translate(exception, deadline, cancellationToken) is not { } failure)
                throw;
            throw failure;
        }
        _read += count;
        return _read <= maxBytes
            ? count
            : throw new TooLarge("fetch_too_large", $"The answer is larger than {maxBytes} bytes.");
    }

    public override Task<int> ReadAsync(
        byte[] buffer,
        int offset,
        int count,
        CancellationToken cancellationToken
    ) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async ValueTask DisposeAsync()
    {
        await inner.DisposeAsync();
        await base.DisposeAsync();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            inner.Dispose();
        base.Dispose(disposing);
    }

    public override long Position
    {
        get => _read;
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count) =>
        throw new NotSupportedException("Read asynchronously: the other side may be slow.");
}
