using System.CommandLine;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Millrace.Core.Failures;
using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Core.Work;
using Millrace.Server.Starting;

namespace Millrace.Server.Commands;

/// <summary>Shows background work that failed as often as it may, and lets it run again.</summary>
internal static class WorkCommand
{
    public static Command Create() =>
        new("work", "Shows failed background work and lets it run again.") { Dead(), Replay() };

    private static Command Dead()
    {
        var command = new Command("dead", "Lists work that failed as often as it may.");
        command.SetAction(
            async (line, cancellation) =>
            {
                await using var host = await line.OpenHostAsync(cancellation);
                foreach (
                    var item in await Queue(host)
                        .ListDeadAsync(Reach.Installation, 1_000, cancellation)
                )
                {
                    var ended = item.FinishedAt?.ToString("u", CultureInfo.InvariantCulture);
                    await Console.Out.WriteLineAsync(
                        $"{item.Id}  {item.Kind, -24} {ended}  {item.Error}"
                    );
                }
            }
        );
        return command;
    }

    private static Command Replay()
    {
        var id = new Argument<string>("id") { Description = "An item's id, from `work dead`." };
        var command = new Command("replay", "Gives an item all its attempts again.") { id };
        command.SetAction(
            async (line, cancellation) =>
            {
                if (!Id<WorkItem>.TryParse(line.GetValue(id), prefix: "", out var item))
                    throw new NotFound(
                        "work_not_found",
                        "That is no id of a work item. `work dead` shows them."
                    );
                await using var host = await line.OpenHostAsync(cancellation);
                await Queue(host).ReplayAsync(Reach.Installation, item, cancellation);
                await Console.Out.WriteLineAsync("It runs again as soon as a server takes it.");
            }
        );
        return command;
    }

    private static WorkQueue Queue(MillraceHost host) =>
        host.Services.GetRequiredService<WorkQueue>();
}
