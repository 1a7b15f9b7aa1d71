using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Millrace.Core.Idempotency;

namespace Millrace.Api.Shared.Idempotency;

/// <summary>
/// Stands in for a response's body and holds what is written, up to the size that can be stored. A larger answer, and
/// one that asks not to be buffered, as streams do, passes through from there on.
/// </summary>
internal sealed class HeldAnswer(HttpContext context) : Stream, IHttpResponseBodyFeature
{
    private readonly IHttpResponseBodyFeature _inner =
        context.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
    private readonly TaskCompletionSource _streams = new(
        TaskCreationOptions.RunContinuationsAsynchronously
    );
    private readonly MemoryStream _held = new();
    private PipeWriter? _writer;
    private bool _passes;

    public Stream Stream => this;

    public PipeWriter Writer =>
        _writer ??= PipeWriter.Create(this, new StreamPipeWriterOptions(leaveOpen: true));

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public void Begin() => context.Features.Set<IHttpResponseBodyFeature>(this);

    public void End() => context.Features.Set(_inner);

    /// <summary>The whole answer when it is there, or null as soon as it turns out to be a stream.</summary>
    public async Task<StoredAnswer?> ToStoredAsync(Task answering, IReadOnlyList<string> headers)
    {
        await Task.WhenAny(answering, _streams.Task);
        if (_streams.Task.IsCompleted)
            return null;
        await answering;
        await CompleteAsync();
        var response = context.Response;
        return new StoredAnswer(
            response.StatusCode,
            headers
                .Where(response.Headers.ContainsKey)
                .ToDictionary(name => name, name => response.Headers[name].ToString()),
            _passes ? default(ReadOnlyMemory<byte>?) : _held.ToArray()
        );
    }

    /// <summary>Sends what was held to the client.</summary>
    public async Task SendAsync(CancellationToken cancellation)
    {
        await CompleteAsync();
        await PassHeldAsync(cancellation);
    }

    public void DisableBuffering()
    {
        _passes = true;
        _inner.DisableBuffering();
        _streams.TrySetResult();
    }

    public Task StartAsync(CancellationToken cancellationToken = default) =>
        _passes ? _inner.StartAsync(cancellationToken) : Task.CompletedTask;

    public Task SendFileAsync(
        string path,
        long offset,
        long? count,
        CancellationToken cancellationToken = default
    ) => SendFileFallback.SendFileAsync(this, path, offset, count, cancellationToken);

    public async Task CompleteAsync()
    {
        if (_writer is not { } writer)
            return;
        _writer = null;
        await writer.CompleteAsync();
    }

    public override async ValueTask WriteAsync(
        ReadOnlyMemory<byte> buffer,
        CancellationToken cancellationToken = default
    )
    {
        if (!_passes && _held.Length + buffer.Length <= StoredAnswer.LargestBody)
        {
            _held.Write(buffer.Span);
            return;
        }
        _passes = true;
        await PassHeldAsync(cancellationToken);
        await _inner.Stream.WriteAsync(buffer, cancellationToken);
    }

    public override Task WriteAsync(
        byte[] buffer,
        int offset,
        int count,
        CancellationToken cancellationToken
    ) => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async Task FlushAsync(CancellationToken cancellationToken)
    {
        if (!_passes)
            return;
        await PassHeldAsync(cancellationToken);
        await _inner.Stream.FlushAsync(cancellationToken);
    }

    public override void Flush() => throw Synchronous();

    public override void Write(byte[] buffer, int offset, int count) => throw Synchronous();

    public override int Read(byte[] buffer, int offset, int count) =>
        throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        _held.Dispose();
        base.Dispose(disposing);
    }

    private async ValueTask PassHeldAsync(CancellationToken cancellation)
    {
        if (_held.Length == 0)
            return;
        var held = _held.ToArray();
        _held.SetLength(0);
        await _inner.Stream.WriteAsync(held, cancellation);
    }

    private static InvalidOperationException Synchronous() =>
        new("An answer is written asynchronously.");
}
