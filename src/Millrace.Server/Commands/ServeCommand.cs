using System.CommandLine;
using Millrace.Core.Settings;
using Millrace.Models.Discovery;
using Millrace.Server.Starting;

namespace Millrace.Server.Commands;

/// <summary>Starts the server and runs until it is told to stop.</summary>
internal static class ServeCommand
{
    private static readonly Option<string?> Urls = new("--urls")
    {
        Description =
            "Addresses to listen on, parted by semicolons. Default: http://127.0.0.1:8080",
    };

    private static readonly Option<bool> UseFound = new("--use-found")
    {
        Description =
            "Answer with a model server found on this machine when nothing else is connected.",
    };

    private static readonly Option<bool> AllowUnsandboxedTools = new("--allow-unsandboxed-tools")
    {
        Description =
            "Run document and image programs without a sandbox where bubblewrap cannot start.",
    };

    public static Command Create()
    {
        var command = new Command("serve", "Starts the server.")
        {
            Urls,
            UseFound,
            AllowUnsandboxedTools,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult line, CancellationToken cancellation)
    {
        var found = line.GetValue(UseFound) ? await FoundAsync(line, cancellation) : [];
        await using var host = MillraceHost.Build(settings => AddSettings(settings, line), found);
        var issued = await host.PrepareAsync(cancellation);
        try
        {
            await host.StartAsync(cancellation);
        }
        catch when (issued is not null)
        {
            // The key is made, and the next start will not show it.
            await Welcome.PrintKeyAsync(issued, Console.Out);
            throw;
        }
        await Welcome.PrintAsync(host, issued, Console.Out);
        await host.WaitForShutdownAsync(cancellation);
        return 0;
    }

    private static void AddSettings(IConfigurationBuilder settings, ParseResult line) =>
        settings.AddSettings(
            line,
            ("Millrace:Server:Urls", line.GetValue(Urls)),
            (
                "Millrace:Sandbox:AllowUnsandboxed",
                line.GetValue(AllowUnsandboxedTools) ? "true" : null
            )
        );

    /// <summary>What can chat, on other ports than this server's own.</summary>
    private static async Task<IReadOnlyList<FoundModel>> FoundAsync(
        ParseResult line,
        CancellationToken cancellation
    )
    {
        var settings = new ConfigurationManager();
        AddSettings(settings, line);
        var own = SectionRegistration.Bind<ServerOptions>(settings).Ports;
        var found = await new LoopbackProbe([.. own]).FindAsync(cancellation);
        return [.. found.Where(model => !model.IsEmbedder)];
    }
}
