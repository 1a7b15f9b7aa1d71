using System.Net;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Millrace.Models.Forwarding;

/// <summary>A request's body with another model's name in it and not one other byte changed.</summary>
internal sealed class RewrittenBody : HttpContent
{
    private readonly ReadOnlyMemory<byte> _body;
    private readonly Range _replaced;
    private readonly byte[]? _model;

    public RewrittenBody(ReadOnlyMemory<byte> body, in RequestOutline outline, string upstreamModel)
    {
        _body = body;
        Headers.TryAddWithoutValidation("Content-Type", "application/json");
        if (outline.Model == upstreamModel)
            return;
        var encoded = JsonEncodedText.Encode(
            upstreamModel,
            JavaScriptEncoder.UnsafeRelaxedJsonEscaping
        );
        // A body without a model gets the name in front of its first field.
        var named = outline.Model is not null;
        _replaced = named ? outline.ModelRange : AfterBrace(body.Span);
        _model = named
            ? [.. "\""u8, .. encoded.EncodedUtf8Bytes, .. "\""u8]
            : [.. "\"model\":\""u8, .. encoded.EncodedUtf8Bytes, .. "\","u8];
    }

    protected override async Task SerializeToStreamAsync(
        Stream stream,
        TransportContext? context,
        CancellationToken cancellationToken
    )
    {
        if (_model is null)
        {
            await stream.WriteAsync(_body, cancellationToken);
            return;
        }
        await stream.WriteAsync(_body[.._replaced.Start], cancellationToken);
        await stream.WriteAsync(_model, cancellationToken);
        await stream.WriteAsync(_body[_replaced.End..], cancellationToken);
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override bool TryComputeLength(out long length)
    {
        length = _body.Length;
        if (_model is not null)
            length += _model.Length - _replaced.GetOffsetAndLength(_body.Length).Length;
        return true;
    }

    private static Range AfterBrace(ReadOnlySpan<byte> body)
    {
        var at = body.IndexOf((byte)'{') + 1;
        return at..at;
    }
}
