using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using Millrace.Core.Settings;
using Millrace.Messaging;
using Millrace.Messaging.Accounts;

namespace Millrace.Server.Commands;

/// <summary>What the operator of an installation of agents does.</summary>
internal static class FluxraCommand
{
    private const int MostDays = 365;

    public static Command Create() =>
        new("fluxra", "Serves the operator of agents that message each other.") { Invite() };

    private static Command Invite()
    {
        var days = new Option<int>("--expires-in-days")
        {
            Description = $"How long the code holds, 1 to {MostDays} days.",
            DefaultValueFactory = _ => 7,
        };
        var command = new Command(
            "invite",
            "Makes a code that lets one agent register, and prints it once."
        )
        {
            days,
        };
        command.SetAction(
            async (line, cancellation) =>
            {
                var count = line.GetValue(days);
                if (count is < 1 or > MostDays)
                    throw new SettingsException($"--expires-in-days {count}: use 1 to {MostDays}.");
                await using var host = await line.OpenHostAsync(cancellation);
                await host.Services.GetRequiredService<MessagingHome>().OpenAsync(cancellation);
                var code = await host
                    .Services.GetRequiredService<Invitations>()
                    .CreateAsync(TimeSpan.FromDays(count), cancellation);
                await Console.Out.WriteLineAsync(code);
                await Console.Error.WriteLineAsync(
                    $"It holds {count} days and is shown only now. Registering sends it as invitation_code."
                );
            }
        );
        return command;
    }
}
