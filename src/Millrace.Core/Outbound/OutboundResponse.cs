using System.Net;
using System.Net.Http.Headers;

namespace Millrace.Core.Outbound;

/// <summary>
/// An answer whose body is still to be read, within the request's limits of size and time. Any status may stand here;
/// what it means is the caller's to say.
/// </summary>
public sealed class OutboundResponse : IAsyncDisposable
{
    private readonly HttpResponseMessage _response;
    private readonly CancellationTokenSource _deadline;

    internal OutboundResponse(
        HttpResponseMessage response,
        Uri address,
        Stream body,
        CancellationTokenSource deadline
    )
    {
        _response = response;
        _deadline = deadline;
        Address = address;
        Body = body;
    }

    /// <summary>Where the last redirect led.</summary>
    public Uri Address { get; }

    public HttpStatusCode Status => _response.StatusCode;

    public bool IsSuccess => _response.IsSuccessStatusCode;

    /// <summary>As the other side says, such as <c>text/html</c>: to be held against the content.</summary>
    public string? ContentType => _response.Content.Headers.ContentType?.MediaType;

    public HttpResponseHeaders Headers => _response.Headers;

    public HttpContentHeaders ContentHeaders => _response.Content.Headers;

    /// <summary>Decompressed. Reading past the limits throws <c>TooLarge</c> or <c>TimedOut</c>.</summary>
    public Stream Body { get; }

    /// <summary>The whole body.</summary>
    public async Task<ReadOnlyMemory<byte>> ReadAsync(CancellationToken cancellation)
    {
        var bytes = new MemoryStream();
        await Body.CopyToAsync(bytes, cancellation);
        return bytes.GetBuffer().AsMemory(0, (int)bytes.Length);
    }

    public async ValueTask DisposeAsync()
    {
        await Body.DisposeAsync();
        _response.Dispose();
        _deadline.Dispose();
    }
}
