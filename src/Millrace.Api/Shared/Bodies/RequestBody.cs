using System.Buffers;
using Microsoft.AspNetCore.Http;
using Millrace.Core.Failures;

namespace Millrace.Api.Shared.Bodies;

/// <summary>
/// A request's whole body in one buffer, which is given back on disposal. The limit holds while reading, whatever
/// Content-Length says, and what is held is reserved from the budget that all requests share, as it arrives: a client
/// that announces much and sends little takes little. (t-backend §7)
/// </summary>
internal sealed class RequestBody : IDisposable
{
    private const int FirstSize = 16 * 1024;

    /// <summary>Larger buffers are not kept by the pool, so that a rush of images does not stay in memory.</summary>
    private const int LargestPooled = 1024 * 1024;

    private readonly BodyBudget.Lease _lease;
    private byte[] _buffer = [];
    private int _length;

    private RequestBody(BodyBudget.Lease lease) => _lease = lease;

    public ReadOnlyMemory<byte> Bytes => _buffer.AsMemory(0, _length);

    /// <param name="limit">The most bytes that are accepted.</param>
    /// <exception cref="TooLarge">The body is longer.</exception>
    /// <exception cref="Limited">The bodies being read fill the memory set aside for them.</exception>
    public static async Task<RequestBody> ReadAsync(
        HttpRequest request,
        int limit,
        BodyBudget budget,
        CancellationToken cancellation
    )
    {
        var body = new RequestBody(budget.Begin());
        try
        {
            await body.FillAsync(request, limit, cancellation);
            return body;
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        Return(_buffer);
        _buffer = [];
        _length = 0;
        _lease.Dispose();
    }

    private async Task FillAsync(HttpRequest request, int limit, CancellationToken cancellation)
    {
        // One byte more than is expected, so that the read that finds the end needs no larger buffer.
        var expected = (int)Math.Min(request.ContentLength ?? FirstSize, limit) + 1;
        Grow(Math.Min(expected, FirstSize));
        while (true)
        {
            var read = await request.Body.ReadAsync(_buffer.AsMemory(_length), cancellation);
            if (read == 0)
                return;
            _length += read;
            if (_length > limit)
                throw new TooLarge("body_too_large", $"The body is larger than {limit} bytes.");
            if (_length == _buffer.Length)
                Grow(_length < expected ? Math.Min(expected, _length * 8) : NextSize(limit));
        }
    }

    private int NextSize(int limit) => (int)Math.Min(_length * 2L, limit + 1L);

    private void Grow(int size)
    {
        _lease.GrowTo(size);
        var larger =
            size <= LargestPooled
                ? ArrayPool<byte>.Shared.Rent(size)
                : GC.AllocateUninitializedArray<byte>(size);
        _buffer.AsSpan(0, _length).CopyTo(larger);
        Return(_buffer);
        _buffer = larger;
    }

    private static void Return(byte[] buffer)
    {
        if (buffer.Length is > 0 and <= LargestPooled)
            ArrayPool<byte>.Shared.Return(buffer);
    }
}
