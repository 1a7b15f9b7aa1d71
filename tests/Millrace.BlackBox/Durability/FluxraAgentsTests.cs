using Millrace.BlackBox.Processes;
using Millrace.Core.Storage;
using Millrace.Testing;

namespace Millrace.BlackBox.Durability;

/// <summary>
/// Twenty agents by a client that was written from the contract alone, on a server that is killed under them: what
/// each of them saw is compared at the end. <c>bench/run.sh endurance --part agents</c> runs it for ten minutes.
/// </summary>
public sealed class FluxraAgentsTests
{
    [Theory, OnEachDatabase]
    public async Task Agents_see_all_that_is_theirs_once_and_in_one_order_through_kills(
        Dialect dialect
    )
    {
        var folder = Directory.CreateTempSubdirectory("millrace-agents-").FullName;
        var settings = await new Settings { ["Fluxra:Limits:Enabled"] = "false" }.OnAsync(dialect);
        try
        {
            var output = await Scripts.PlainNodeAsync(
                "fluxra-agents/run.mjs",
                ["--server", Executable.Built, "--data", folder, "--seconds", "30", "--kills", "5"],
                settings,
                TimeSpan.FromMinutes(10)
            );
            output.ShouldContain("\"differences\":0");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
