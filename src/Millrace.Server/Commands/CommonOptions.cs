using System.CommandLine;
using Microsoft.Extensions.Configuration;
using Millrace.Core.Settings;
using Millrace.Server.Starting;

namespace Millrace.Server.Commands;

/// <summary>Options that all commands share, and the settings that come of them.</summary>
internal static class CommonOptions
{
    public static readonly Option<string?> Data = new("--data")
    {
        Description = "The folder that holds everything kept. Default: ./data",
        Recursive = true,
    };

    public static readonly Option<string?> Config = new("--config")
    {
        Description = "A JSON file of settings, all below \"Millrace\".",
        Recursive = true,
    };

    /// <summary>Settings in their order: defaults, file, environment, command line.</summary>
    public static void AddSettings(
        this IConfigurationBuilder settings,
        ParseResult command,
        params (string, string?)[] more
    )
    {
        if (command.GetValue(Config) is { } file)
        {
            if (!File.Exists(file))
                throw new SettingsException(
                    $"--config {file}: there is no such file. Name one that is there."
                );
            try
            {
                settings.AddJsonFile(
                    Path.GetFullPath(file),
                    optional: false,
                    reloadOnChange: false
                );
            }
            catch (InvalidDataException wrong)
            {
                throw new SettingsException(
                    $"--config {file}: {wrong.GetBaseException().Message} Mend the file."
                );
            }
        }
        settings.AddEnvironmentVariables();
        var line = more.Where(setting => setting.Item2 is not null)
            .ToDictionary(setting => setting.Item1, setting => setting.Item2);
        if (command.GetValue(Data) is { } data)
            line["Millrace:Data:Folder"] = data;
        settings.AddInMemoryCollection(line);
    }

    /// <summary>The installation opened for a command that works beside a server or without one.</summary>
    public static async Task<MillraceHost> OpenHostAsync(
        this ParseResult command,
        CancellationToken cancellation
    )
    {
        var host = MillraceHost.Build(settings => settings.AddSettings(command));
        await host.OpenAsync(cancellation);
        return host;
    }
}
