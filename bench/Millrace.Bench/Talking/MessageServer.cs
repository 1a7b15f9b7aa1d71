using Millrace.Bench.Bare;
using Millrace.Server.Starting;

namespace Millrace.Bench.Talking;

/// <summary>The whole server as it is, without the limits of agents.</summary>
internal static class MessageServer
{
    public static async Task<int> RunAsync(string url)
    {
        await using var host = Build(url, Environment.GetEnvironmentVariable("BENCH_DATA")!);
        await host.PrepareAsync(CancellationToken.None);
        await host.StartAsync(CancellationToken.None);
        await Role.ParentGoneAsync();
        await host.StopAsync(CancellationToken.None);
        return 0;
    }

    public static MillraceHost Build(string url, string data) =>
        MillraceHost.Build(settings =>
            settings.AddInMemoryCollection(
                new Dictionary<string, string?>
                {
                    ["Millrace:Server:Urls"] = url,
                    ["Millrace:Data:Folder"] = data,
                    ["Millrace:Fluxra:Limits:Enabled"] = "false",
                }
            )
        );
}
