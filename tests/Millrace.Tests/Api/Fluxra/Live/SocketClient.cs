using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using Millrace.Testing;

namespace Millrace.Tests.Api.Fluxra.Live;

/// <summary>A client of the WebSocket: what it is sent, one frame after the other.</summary>
internal sealed class SocketClient : IAsyncDisposable
{
    private readonly ClientWebSocket _socket = new();

    public WebSocketCloseStatus? CloseStatus => _socket.CloseStatus;

    public static async Task<SocketClient> OpenAsync(
        TestServer server,
        string? token,
        string? cursor = null
    )
    {
        var client = new SocketClient();
        if (token is not null)
            client._socket.Options.SetRequestHeader("Authorization", $"Bearer {token}");
        var address = new UriBuilder(new Uri(server.Address, "/api/ws")) { Scheme = "ws" };
        if (cursor is not null)
            address.Query = $"cursor={Uri.EscapeDataString(cursor)}";
        await client._socket.ConnectAsync(address.Uri, TestContext.Current.CancellationToken);
        return client;
    }

    public async Task SendAsync(string json) =>
        await _socket.SendAsync(
            Encoding.UTF8.GetBytes(json),
            WebSocketMessageType.Text,
            endOfMessage: true,
            TestContext.Current.CancellationToken
        );

    /// <summary>The next frame; null when the server closes.</summary>
    public async Task<JsonNode?> NextAsync()
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(
            TestContext.Current.CancellationToken
        );
        limit.CancelAfter(TimeSpan.FromSeconds(20));
        var bytes = new List<byte>();
        var buffer = new byte[8_192];
        while (true)
        {
            var part = await _socket.ReceiveAsync(buffer, limit.Token);
            if (part.MessageType is WebSocketMessageType.Close)
                return null;
            bytes.AddRange(buffer.AsSpan(0, part.Count));
            if (!part.EndOfMessage)
                continue;
            var frame = JsonNode.Parse(bytes.ToArray())!;
            WireRules.CheckTimes(frame, frame.ToJsonString());
            return frame;
        }
    }

    /// <summary>The next frame of a type; others are passed over.</summary>
    public async Task<JsonNode> NextAsync(string type)
    {
        while (await NextAsync() is { } frame)
        {
            if (frame["type"]!.ToString() == type)
                return frame;
        }
        throw new InvalidOperationException($"The server closed with {CloseStatus} before {type}.");
    }

    public ValueTask DisposeAsync()
    {
        _socket.Dispose();
        return ValueTask.CompletedTask;
    }
}
