using System.Buffers;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace Millrace.Api.Fluxra.Feed;

/// <summary>
/// Text frames of one connection, whole ones in both directions. A client that takes nothing for a while is cut off, so
/// that it holds nothing up.
/// </summary>
internal sealed class SocketFrames(WebSocket socket) : IAsyncDisposable
{
    private const int LongestMessage = 4_096;
    private static readonly TimeSpan SendWithin = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan CloseWithin = TimeSpan.FromSeconds(2);

    // Frames of the feed and answers to the client must not mix.
    private readonly SemaphoreSlim _one = new(1);

    /// <summary>
    /// The client's next message; null when it closes, or sends what is no text or too long. It is not cancelled, which
    /// would break the connection: it ends when the connection does.
    /// </summary>
    public async Task<byte[]?> ReadAsync()
    {
        // Nothing is held for a connection that is silent.
        var head = await socket.ReceiveAsync(Memory<byte>.Empty, CancellationToken.None);
        if (head.MessageType is WebSocketMessageType.Close)
            return null;
        if (head.EndOfMessage)
            return [];
        var buffer = ArrayPool<byte>.Shared.Rent(LongestMessage);
        try
        {
            var length = 0;
            while (true)
            {
                var part = await socket.ReceiveAsync(
                    buffer.AsMemory(length, LongestMessage - length),
                    CancellationToken.None
                );
                length += part.Count;
                if (part.MessageType is not WebSocketMessageType.Text)
                    return null;
                if (part.EndOfMessage)
                    return buffer[..length];
                if (length == LongestMessage)
                    return null;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>An event, with the cursor behind it as its first member.</summary>
    public async Task SendAsync(
        string? cursor,
        ReadOnlyMemory<byte> json,
        CancellationToken cancellation
    )
    {
        if (cursor is null)
        {
            await SendAsync(json, cancellation);
            return;
        }
        var frame = ArrayPool<byte>.Shared.Rent(json.Length + cursor.Length + 16);
        try
        {
            "{\"cursor\":\""u8.CopyTo(frame);
            var length = 11 + Encoding.ASCII.GetBytes(cursor, frame.AsSpan(11));
            "\","u8.CopyTo(frame.AsSpan(length));
            json.Span[1..].CopyTo(frame.AsSpan(length + 2));
            await SendAsync(frame.AsMemory(0, length + 1 + json.Length), cancellation);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(frame);
        }
    }

    public Task SendAsync(SocketNotice notice, CancellationToken cancellation) =>
        SendAsync(
            JsonSerializer.SerializeToUtf8Bytes(notice, FeedJson.Plain.SocketNotice),
            cancellation
        );

    /// <summary>Says why it ends, if the client still listens.</summary>
    public async Task CloseAsync(int code, string reason)
    {
        if (socket.State is not (WebSocketState.Open or WebSocketState.CloseReceived))
            return;
        using var limit = new CancellationTokenSource(CloseWithin);
        try
        {
            await socket.CloseOutputAsync((WebSocketCloseStatus)code, reason, limit.Token);
        }
        catch (Exception failure) when (failure is WebSocketException or OperationCanceledException)
        {
            socket.Abort();
        }
    }

    /// <summary>Waits a moment until the client has answered the close, then lets go of it.</summary>
    public async Task EndAsync(Task reading)
    {
        if (reading.IsCompleted)
            return;
        try
        {
            await reading.WaitAsync(CloseWithin);
        }
        catch (Exception)
        {
            // Late, or gone: it is cut off, whatever the reason.
            socket.Abort();
        }
        await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public ValueTask DisposeAsync()
    {
        _one.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task SendAsync(ReadOnlyMemory<byte> frame, CancellationToken cancellation)
    {
        await _one.WaitAsync(cancellation);
        try
        {
            // A frame is never broken off by an end of the feed, only by a client that does not take it.
            var sending = socket.SendAsync(
                frame,
                WebSocketMessageType.Text,
                endOfMessage: true,
                CancellationToken.None
            );
            if (!sending.IsCompleted)
                await CutOffAsync(sending.AsTask());
            else
                await sending;
        }
        finally
        {
            _one.Release();
        }
    }

    private async Task CutOffAsync(Task sending)
    {
        try
        {
            await sending.WaitAsync(SendWithin);
        }
        catch (TimeoutException late)
        {
            socket.Abort();
            throw new WebSocketException(WebSocketError.ConnectionClosedPrematurely, late);
        }
    }
}
