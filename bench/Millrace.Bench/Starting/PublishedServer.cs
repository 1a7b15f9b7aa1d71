using System.Diagnostics;
using Millrace.Bench.Chatting;
using Millrace.Bench.Measuring;

namespace Millrace.Bench.Starting;

/// <summary>The server as <c>run.sh</c> publishes it, with the limits of a bench.</summary>
internal static class PublishedServer
{
    public static Task<Child> StartAsync(
        BenchOptions options,
        string data,
        params (string, string)[] settings
    )
    {
        var executable =
            options.Text("--server")
            ?? throw new InvalidOperationException("Name the published server with --server.");
        return Child.StartAsync(
            url =>
            {
                var start = new ProcessStartInfo(executable) { ArgumentList = { "serve" } };
                foreach (var (name, value) in ChatServer.Settings(url, data))
                    start.Environment[name.Replace(":", "__", StringComparison.Ordinal)] = value;
                return start;
            },
            "/health",
            settings
        );
    }
}
