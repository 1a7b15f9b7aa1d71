using Millrace.Bench.Bare;
using Millrace.Server.Starting;

namespace Millrace.Bench.Living;

/// <summary>The whole server without rate limits, which may post to this machine.</summary>
internal static class LiveServer
{
    public static async Task<int> RunAsync(string url)
    {
        await using var host = MillraceHost.Build(settings =>
            settings.AddInMemoryCollection(
                new Dictionary<string, string?>
                {
                    ["Millrace:Server:Urls"] = url,
                    ["Millrace:Data:Folder"] = Environment.GetEnvironmentVariable("BENCH_DATA"),
                    ["Millrace:Fluxra:Limits:Enabled"] = "false",
                    ["Millrace:Outbound:Allow:0"] = "127.0.0.0/8",
                }
            )
        );
        await host.PrepareAsync(CancellationToken.None);
        await host.StartAsync(CancellationToken.None);
        await Role.ParentGoneAsync();
        await host.StopAsync(CancellationToken.None);
        return 0;
    }
}
