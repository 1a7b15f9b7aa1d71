using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using Millrace.Core.Secrets;
using Millrace.Core.Settings;
using Millrace.Server.Starting;

namespace Millrace.Server.Commands;

/// <summary>Keeps the operator's secrets, which settings name as <c>secret:NAME</c>.</summary>
internal static class SecretCommand
{
    private static readonly Argument<string> Name = new("name")
    {
        Description = "The secret's name; a setting takes it as secret:NAME.",
    };

    public static Command Create() =>
        new("secret", "Keeps secrets that settings name, such as a provider's key, encrypted.")
        {
            Set(),
            Leaf("list", "Lists the names of all secrets.", ListAsync),
            Delete(),
            Leaf("rotate", "Makes a new master key and closes every data key by it.", RotateAsync),
        };

    private static Command Set()
    {
        var command = new Command("set", "Reads a value from standard input and keeps it.")
        {
            Name,
        };
        command.SetAction(
            async (line, cancellation) =>
            {
                var value = (await Console.In.ReadToEndAsync(cancellation)).TrimEnd('\r', '\n');
                if (value.Length == 0)
                    throw new SettingsException(
                        "Nothing came from standard input. Pipe the value in: printf %s VALUE | millrace secret set NAME"
                    );
                await using var host = await line.OpenHostAsync(cancellation);
                await Secrets(host).PutAsync(line.GetValue(Name)!, value, cancellation);
                await Console.Out.WriteLineAsync($"{line.GetValue(Name)} is kept.");
            }
        );
        return command;
    }

    private static Command Delete()
    {
        var command = new Command("delete", "Forgets a secret.") { Name };
        command.SetAction(
            async (line, cancellation) =>
            {
                await using var host = await line.OpenHostAsync(cancellation);
                await Secrets(host).DeleteAsync(line.GetValue(Name)!, cancellation);
                await Console.Out.WriteLineAsync($"{line.GetValue(Name)} is forgotten.");
            }
        );
        return command;
    }

    private static Command Leaf(
        string name,
        string description,
        Func<MillraceHost, CancellationToken, Task> action
    )
    {
        var command = new Command(name, description);
        command.SetAction(
            async (line, cancellation) =>
            {
                await using var host = await line.OpenHostAsync(cancellation);
                await action(host, cancellation);
            }
        );
        return command;
    }

    private static async Task ListAsync(MillraceHost host, CancellationToken cancellation)
    {
        foreach (var name in await Secrets(host).ListNamesAsync(cancellation))
            await Console.Out.WriteLineAsync(name);
    }

    private static async Task RotateAsync(MillraceHost host, CancellationToken cancellation)
    {
        await host.Services.GetRequiredService<SecretsService>().RotateMasterKeyAsync(cancellation);
        await Console.Out.WriteLineAsync("The master key is a new one.");
    }

    private static OperatorSecrets Secrets(MillraceHost host) =>
        host.Services.GetRequiredService<OperatorSecrets>();
}
