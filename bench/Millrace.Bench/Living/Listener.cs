using System.Buffers.Text;
using System.Diagnostics;
using System.Net.WebSockets;

namespace Millrace.Bench.Living;

/// <summary>One who follows a feed, and notes how old each message is when it arrives.</summary>
internal sealed class Listener : IAsyncDisposable
{
    private static readonly byte[] Mark = "\"content\":\""u8.ToArray();

    private readonly ClientWebSocket _socket = new();
    private Task _reading = Task.CompletedTask;

    /// <summary>Milliseconds, by when each arrived.</summary>
    public List<(long At, double Age)> Ages { get; } = new(4_096);

    public static async Task<Listener> OpenAsync(string url, Agent agent)
    {
        var listener = new Listener();
        listener._socket.Options.SetRequestHeader("Authorization", $"Bearer {agent.Token}");
        listener._socket.Options.KeepAliveInterval = TimeSpan.Zero;
        var address = new UriBuilder(url) { Scheme = "ws", Path = "/api/ws" }.Uri;
        await listener._socket.ConnectAsync(address, CancellationToken.None);
        // The first frame says that it listens.
        await listener._socket.ReceiveAsync(new byte[512], CancellationToken.None);
        return listener;
    }

    public void Begin() => _reading = ReadAsync();

    public async ValueTask DisposeAsync()
    {
        _socket.Abort();
        await _reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _socket.Dispose();
    }

    private async Task ReadAsync()
    {
        var buffer = new byte[4_096];
        while (true)
        {
            var part = await _socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None);
            if (part.MessageType is WebSocketMessageType.Close)
                return;
            Note(buffer.AsSpan(0, part.Count));
        }
    }

    private void Note(ReadOnlySpan<byte> frame)
    {
        var at = frame.IndexOf(Mark);
        if (at < 0 || !Utf8Parser.TryParse(frame[(at + Mark.Length)..], out long sent, out _))
            return;
        var now = Stopwatch.GetTimestamp();
        Ages.Add((now, Stopwatch.GetElapsedTime(sent, now).TotalMilliseconds));
    }
}
