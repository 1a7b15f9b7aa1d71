using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;

namespace Millrace.Api.Shared.Streams;

/// <summary>Writes one JSON object per line; each leaves as it is written.</summary>
internal sealed class JsonLinesWriter(HttpResponse response)
{
    private readonly PipeWriter _out = response.BodyWriter;

    /// <summary>Sends the headers.</summary>
    public async ValueTask BeginAsync(CancellationToken cancellation)
    {
        StreamHeaders.Set(response, "application/x-ndjson");
        await _out.FlushAsync(cancellation);
    }

    public async ValueTask WriteAsync<T>(
        T value,
        JsonTypeInfo<T> type,
        CancellationToken cancellation
    )
    {
        using (var json = new Utf8JsonWriter(_out, StreamHeaders.Plain))
            JsonSerializer.Serialize(json, value, type);
        _out.Write("\n"u8);
        await _out.FlushAsync(cancellation);
    }
}
