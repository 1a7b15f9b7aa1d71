using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;

namespace Millrace.Api.Shared.Streams;

/// <summary>Writes an event stream; each frame leaves as it is written. Not for use by two callers at once.</summary>
internal sealed class SseWriter(HttpResponse response)
{
    private readonly PipeWriter _out = response.BodyWriter;

    /// <summary>Sends the headers and a comment, so that the client and what stands between see the stream begin.</summary>
    /// <param name="id">Where a client comes back to that is cut off before the first event; null where it cannot.</param>
    public ValueTask BeginAsync(CancellationToken cancellation, string? id = null)
    {
        StreamHeaders.Set(response, "text/event-stream; charset=utf-8");
        Write(": ok\n");
        if (id is not null)
            Write($"id: {id}\n");
        _out.Write("\n"u8);
        return FlushAsync(cancellation);
    }

    /// <summary>One event of JSON; <paramref name="name"/> is its <c>event:</c> line, where the contract has one.</summary>
    public ValueTask JsonAsync<T>(
        T value,
        JsonTypeInfo<T> type,
        CancellationToken cancellation,
        string? name = null
    )
    {
        if (name is not null)
            Write($"event: {name}\n");
        _out.Write("data: "u8);
        using (var json = new Utf8JsonWriter(_out, StreamHeaders.Plain))
            JsonSerializer.Serialize(json, value, type);
        _out.Write("\n\n"u8);
        return FlushAsync(cancellation);
    }

    /// <summary>One event of JSON that is written already; a reader can come back to its <c>id:</c>.</summary>
    public ValueTask WrittenAsync(
        ReadOnlyMemory<byte> json,
        string name,
        string? id,
        CancellationToken cancellation
    )
    {
        if (id is not null)
            Write($"id: {id}\n");
        Write($"event: {name}\ndata: ");
        WriteLine(json.Span);
        _out.Write("\n"u8);
        return FlushAsync(cancellation);
    }

    /// <summary>One event of raw text; text of several lines is sent as several <c>data:</c> lines.</summary>
    public ValueTask TextAsync(string text, CancellationToken cancellation)
    {
        // The line ends of the event stream format; other separators are text.
        var lines = text.Replace("\r\n", "\n", StringComparison.Ordinal)
            .Replace('\r', '\n')
            .Split('\n');
        foreach (var line in lines)
            Write($"data: {line}\n");
        _out.Write("\n"u8);
        return FlushAsync(cancellation);
    }

    /// <summary>A line that clients skip.</summary>
    public ValueTask CommentAsync(string comment, CancellationToken cancellation)
    {
        Write($": {comment}\n\n");
        return FlushAsync(cancellation);
    }

    public ValueTask KeepAliveAsync(CancellationToken cancellation) =>
        CommentAsync("keep-alive", cancellation);

    /// <summary>JSON as one line: line ends stand only between its parts, where they mean nothing.</summary>
    private void WriteLine(ReadOnlySpan<byte> json)
    {
        while (json.IndexOfAny((byte)'\r', (byte)'\n') is >= 0 and var end)
        {
            _out.Write(json[..end]);
            json = json[(end + 1)..];
        }
        _out.Write(json);
        _out.Write("\n"u8);
    }

    private void Write(string text) => Encoding.UTF8.GetBytes(text, _out);

    private async ValueTask FlushAsync(CancellationToken cancellation) =>
        await _out.FlushAsync(cancellation);
}
