using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Millrace.BlackBox.BadInput;

public sealed class ManyConnectionsTests(SteadyServer steady) : IClassFixture<SteadyServer>
{
    private const int Wanted = 10_000;

    [Fact]
    public async Task Ten_thousand_connections_at_once_are_all_answered()
    {
        // The server may open as many files as this process, which is its parent.
        var allowed = OpenFiles() - 1_000;
        Assert.SkipUnless(allowed >= 1_000, $"Only {allowed} open files are allowed here.");
        var count = Math.Min(Wanted, allowed);
        var sockets = new Socket[count];
        try
        {
            var before = steady.Server.Resident;
            for (var index = 0; index < count; index++)
                sockets[index] = await steady.ConnectAsync();
            await steady.ShouldStandAsync();
            var statuses = await Task.WhenAll(sockets.Select(AskAsync));
            statuses.ShouldAllBe(status => status == "HTTP/1.1 200");
            var during = steady.Server.Resident;
            TestContext.Current.TestOutputHelper!.WriteLine(
                $"{count} connections; resident {before >> 20} MiB before, {during >> 20} during"
            );
            (during - before).ShouldBeLessThan(400L << 20);
            await steady.ShouldStandAsync();
        }
        finally
        {
            foreach (var socket in sockets)
                socket?.Dispose();
        }
        await steady.ShouldStandAsync();
    }

    private static async Task<string> AskAsync(Socket socket)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(120));
        await socket.SendAsync("GET /health HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray(), limit.Token);
        var buffer = new byte[1024];
        var read = await socket.ReceiveAsync(buffer, limit.Token);
        return Encoding.ASCII.GetString(buffer, 0, Math.Min(read, "HTTP/1.1 200".Length));
    }

    private static int OpenFiles() =>
        int.Parse(
            File.ReadLines("/proc/self/limits")
                .Single(line => line.StartsWith("Max open files", StringComparison.Ordinal))
                .Split(' ', StringSplitOptions.RemoveEmptyEntries)[3]
                .Replace("unlimited", "1000000", StringComparison.Ordinal),
            CultureInfo.InvariantCulture
        );
}
