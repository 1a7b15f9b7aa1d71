using Microsoft.Extensions.AI;
using Millrace.Bench.Bare;
using Millrace.Models.Routing;
using Millrace.Server.Starting;

namespace Millrace.Bench.Chatting;

/// <summary>The whole server as it is, but for a chat model that takes no time.</summary>
internal static class ChatServer
{
    public const string Key = "bench-key-0123456789abcdef";

    /// <summary>Settings of a server under load: the limiter runs, and its limits are out of reach.</summary>
    public static Dictionary<string, string?> Settings(string url, string data) =>
        new()
        {
            ["MILLRACE_BOOTSTRAP_KEY"] = Key,
            ["Millrace:Server:Urls"] = url,
            ["Millrace:Data:Folder"] = data,
            ["Millrace:Limits:Classes:default:chat:PerMinute"] = "100000000",
            ["Millrace:Limits:Classes:default:chat:AtOnce"] = "0",
        };

    public static MillraceHost Build(
        string url,
        string data,
        Action<WebApplicationBuilder>? customise = null
    ) =>
        MillraceHost.Build(
            settings => settings.AddInMemoryCollection(Settings(url, data)),
            customise: builder =>
            {
                builder.Services.AddKeyedSingleton<IChatClient>(
                    EmbeddedModels.Local,
                    new InstantModel()
                );
                customise?.Invoke(builder);
            }
        );

    public static async Task<int> RunAsync(string url)
    {
        await using var host = Build(url, Environment.GetEnvironmentVariable("BENCH_DATA")!);
        await host.PrepareAsync(CancellationToken.None);
        await host.StartAsync(CancellationToken.None);
        await Role.ParentGoneAsync();
        await host.StopAsync(CancellationToken.None);
        return 0;
    }
}
