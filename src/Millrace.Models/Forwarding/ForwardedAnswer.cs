using System.Buffers;
using System.IO.Pipelines;
using Millrace.Core.Failures;
using Millrace.Models.Routing;

namespace Millrace.Models.Forwarding;

/// <summary>A provider's answer on its way to the caller: first its head, then <see cref="CopyToAsync"/>, then <see cref="Call"/>.</summary>
public sealed class ForwardedAnswer : IDisposable
{
    private readonly PooledBody? _whole;
    private readonly ForwardedStream? _stream;
    private readonly int _firstLength;
    private byte[]? _first;
    private ModelCall? _call;

    internal ForwardedAnswer(Route rest) => Rest = rest;

    internal ForwardedAnswer(int statusCode, string contentType, PooledBody whole, ModelCall call)
    {
        StatusCode = statusCode;
        ContentType = contentType;
        _whole = whole;
        _call = call;
    }

    internal ForwardedAnswer(
        string contentType,
        ForwardedStream stream,
        byte[] first,
        int firstLength
    )
    {
        StatusCode = 200;
        ContentType = contentType;
        _stream = stream;
        _first = first;
        _firstLength = firstLength;
    }

    /// <summary>
    /// Set when there is no answer and the route goes on with a model of another form, which has to be asked by
    /// <see cref="ModelRouter.CompleteAsync"/> or <see cref="ModelRouter.StreamAsync"/>. Then nothing else is set.
    /// </summary>
    public Route? Rest { get; }

    /// <summary>2xx, or the 4xx with which the provider refuses the request itself.</summary>
    public int StatusCode { get; }
    public string ContentType { get; } = "";
    public bool IsStream => _stream is not null;

    /// <summary>Bytes of the body. Null for a stream.</summary>
    public long? Length => _whole?.Length;

    /// <summary>What the call took. For a stream: null until it is copied, then set however that ended.</summary>
    public ModelCall? Call => _stream?.Call ?? _call;

    /// <summary>Writes the body. A stream is written through as it comes.</summary>
    /// <exception cref="Failure">A stream broke off, stalled, or grew too large. What came before has been written.</exception>
    public async Task CopyToAsync(PipeWriter writer, CancellationToken cancellationToken)
    {
        if (_whole is not null)
            await writer.WriteAsync(_whole.Memory, cancellationToken);
        else if (_stream is not null)
            await _stream.CopyToAsync(_first.AsMemory(0, _firstLength), writer, cancellationToken);
    }

    public void Dispose()
    {
        _whole?.Dispose();
        _stream?.Dispose();
        if (_first is not null)
            ArrayPool<byte>.Shared.Return(_first);
        _first = null;
    }
}
