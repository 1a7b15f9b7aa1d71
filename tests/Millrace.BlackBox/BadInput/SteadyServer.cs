using System.Net;
using System.Net.Sockets;
using System.Text;
using Millrace.BlackBox.Processes;
using Millrace.Testing.Doubles;

namespace Millrace.BlackBox.BadInput;

/// <summary>A server that has been told something, and must still know it after whatever a test did to it.</summary>
public sealed class SteadyServer : IAsyncLifetime
{
    public OpenAiDouble Upstream { get; private set; } = null!;
    public ServerProcess Server { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Upstream = await OpenAiDouble.StartAsync();
        Server = await ServerProcess.StartAsync(
            new Settings
            {
                ["Models:Default"] = "local",
                ["Limits:BodyBudgetBytes"] = $"{200 << 20}",
            }
                .Unlimited()
                .Serve("large", Upstream)
        );
        await Server.ChatAsync(new { message = "My name is Ada.", session_id = "before" });
    }

    /// <summary>Healthy, and nothing lost.</summary>
    public async Task ShouldStandAsync()
    {
        using var health = await Server.Anonymous().GetAsync("/health");
        health.StatusCode.ShouldBe(HttpStatusCode.OK);
        var answer = await Server.ChatAsync(
            new { message = "What is my name?", session_id = "before" }
        );
        ((string)answer["reply"]!).ShouldContain("Ada");
        Server.Output.ShouldNotContain("Unhandled exception");
    }

    public async Task<Socket> ConnectAsync()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, new Uri(Server.Address).Port);
        return socket;
    }

    /// <summary>Sends bytes as they are, and reads what comes until the server closes or has answered.</summary>
    public async Task<string> SendAsync(byte[] bytes)
    {
        using var socket = await ConnectAsync();
        try
        {
            await socket.SendAsync(bytes);
            socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // It closed before it had read all; what it said may still be there.
        }
        return await ReadAsync(socket);
    }

    public static async Task<string> ReadAsync(Socket socket)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(120));
        var text = new StringBuilder();
        var buffer = new byte[16 * 1024];
        try
        {
            while (await socket.ReceiveAsync(buffer, limit.Token) is var count and > 0)
                text.Append(Encoding.Latin1.GetString(buffer, 0, count));
        }
        catch (SocketException)
        {
            // A reset is an end like any other.
        }
        return text.ToString();
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        await Upstream.DisposeAsync();
    }
}
