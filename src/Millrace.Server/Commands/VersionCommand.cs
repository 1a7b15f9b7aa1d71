using System.CommandLine;
using Millrace.Core.Settings;

namespace Millrace.Server.Commands;

internal static class VersionCommand
{
    public static Command Create()
    {
        var command = new Command("version", "Prints the version.");
        command.SetAction(_ => Console.Out.WriteLine(ServerVersion.Text));
        return command;
    }
}
