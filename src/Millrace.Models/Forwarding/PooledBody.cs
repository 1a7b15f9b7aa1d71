using System.Buffers;
using Millrace.Models.Routing;

namespace Millrace.Models.Forwarding;

/// <summary>A whole body in a buffer from the pool, which is given back on disposal.</summary>
internal sealed class PooledBody : IDisposable
{
    private const int FirstSize = 8 * 1024;

    private byte[] _buffer;

    private PooledBody(int size) => _buffer = ArrayPool<byte>.Shared.Rent(size);

    public int Length { get; private set; }
    public ReadOnlySpan<byte> Span => _buffer.AsSpan(0, Length);
    public ReadOnlyMemory<byte> Memory => _buffer.AsMemory(0, Length);

    /// <param name="cutShort">Keep the first <paramref name="limit"/> bytes instead of failing when there are more.</param>
    public static async Task<PooledBody> ReadAsync(
        HttpContent content,
        int limit,
        CancellationToken cancellationToken,
        bool cutShort = false
    )
    {
        var announced = content.Headers.ContentLength ?? FirstSize;
        if (announced > limit && !cutShort)
            throw TooLarge(limit);
        // One byte more than announced, so that the read that finds the end needs no larger buffer.
        var body = new PooledBody((int)Math.Min(announced + 1, limit + 1L));
        try
        {
            await using var stream = await content.ReadAsStreamAsync(cancellationToken);
            await body.FillAsync(stream, limit, cutShort, cancellationToken);
            return body;
        }
        catch (IOException failure)
        {
            body.Dispose();
            throw new UpstreamFailure(UpstreamFault.Cut, failure.Message, cause: failure);
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        if (_buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        Length = 0;
    }

    private async Task FillAsync(
        Stream stream,
        int limit,
        bool cutShort,
        CancellationToken cancellationToken
    )
    {
        while (true)
        {
            var read = await stream.ReadAsync(_buffer.AsMemory(Length), cancellationToken);
            if (read == 0)
                return;
            Length += read;
            if (Length > limit)
            {
                if (!cutShort)
                    throw TooLarge(limit);
                Length = limit;
                return;
            }
            if (Length == _buffer.Length)
                Grow();
        }
    }

    private void Grow()
    {
        var larger = ArrayPool<byte>.Shared.Rent(_buffer.Length * 2);
        Span.CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }

    private static UpstreamFailure TooLarge(int limit) =>
        new(UpstreamFault.TooLarge, $"more than {limit} bytes");
}
