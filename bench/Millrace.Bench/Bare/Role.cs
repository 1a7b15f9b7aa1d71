namespace Millrace.Bench.Bare;

/// <summary>What this program is when a bench starts it as a server of its own.</summary>
internal static class Role
{
    public const string GroupCommit = "group-commit";
    public const string Forwarder = "forwarder";
    public const string Upstream = "upstream";
    public const string Chat = "chat";
    public const string Live = "live";
    public const string Hook = "hook";
    public const string Messages = "messages";

    public static Task<int> RunAsync(string role, string url) =>
        role switch
        {
            GroupCommit => GroupCommitServer.RunAsync(url),
            Forwarder => ForwarderServer.RunAsync(url),
            Upstream => UpstreamServer.RunAsync(url),
            Chat => Chatting.ChatServer.RunAsync(url),
            Live => Living.LiveServer.RunAsync(url),
            Hook => Living.HookServer.RunAsync(url),
            Messages => Talking.MessageServer.RunAsync(url),
            _ => throw new ArgumentException($"There is no role {role}.", nameof(role)),
        };

    /// <summary>The barest server of the framework: no logging, no settings, nothing but routes.</summary>
    public static WebApplication Bare(string url)
    {
        var builder = WebApplication.CreateSlimBuilder(
            // Else it watches the working folder, in which the databases of the others lie.
            new WebApplicationOptions { Args = ["--hostBuilder:reloadConfigOnChange=false"] }
        );
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(url);
        var app = builder.Build();
        app.MapGet("/health", () => "ok");
        return app;
    }

    /// <summary>Serves until the process that started this one lets go of its input.</summary>
    public static async Task<int> ServeAsync(WebApplication app)
    {
        await app.StartAsync();
        await ParentGoneAsync();
        await app.StopAsync();
        return 0;
    }

    public static async Task ParentGoneAsync()
    {
        // The console's reader blocks a thread, which is as good as any other here.
        using var input = Console.OpenStandardInput();
        var nothing = new byte[1];
        while (await input.ReadAsync(nothing) > 0)
            continue;
    }
}
