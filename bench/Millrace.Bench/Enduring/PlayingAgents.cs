using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Millrace.Bench.Measuring;

namespace Millrace.Bench.Enduring;

/// <summary>
/// Twenty agents of the black-box tests' own client, which kills the server under them and compares at the end what
/// each of them saw with what the contract says.
/// </summary>
internal static class PlayingAgents
{
    private const string Script = "tests/Millrace.BlackBox/clients/fluxra-agents/run.mjs";

    // What the script counts, and what the report calls it.
    private static readonly (string Counted, string Key, string Shown)[] Counts =
    [
        ("messages acknowledged", "acknowledged", "messages acknowledged"),
        ("attempts cut off", "cut", "requests cut off and sent again"),
        ("histories compared", "histories", "members' histories compared"),
        ("events by stream", "streamed", "events by stream"),
        ("events by polling", "polled", "events by polling"),
        ("ledger entries", "entries", "entries of ledgers compared"),
        ("looks at what is not theirs", "pried", "looks at what is not theirs"),
        ("differences", "differences", "differences from the contract"),
    ];

    /// <param name="seconds">How long the server lives in all its lives, unless the options say otherwise.</param>
    /// <param name="pace">An agent waits at most so many milliseconds between two acts.</param>
    public static async Task<int> RunAsync(
        BenchOptions options,
        string name,
        int seconds,
        int kills,
        int pace
    )
    {
        kills = options.Number("--kills", kills);
        seconds = options.Number("--seconds", seconds);
        using var scratch = new Scratch();
        var start = new ProcessStartInfo(
            "node",
            [
                Script,
                "--server",
                options.Text("--server")!,
                "--data",
                scratch.File("data"),
                "--seconds",
                $"{seconds}",
                "--kills",
                $"{kills}",
                "--pace",
                $"{pace}",
            ]
        )
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        };
        start.Environment["MILLRACE__FLUXRA__LIMITS__ENABLED"] = "false";
        using var process = Process.Start(start)!;
        var result = "";
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            await Console.Error.WriteLineAsync(line);
            if (line.StartsWith("RESULT ", StringComparison.Ordinal))
                result = line["RESULT ".Length..];
        }
        await process.WaitForExitAsync();
        Show(name, seconds, kills, JsonNode.Parse(result)!.AsObject());
        return process.ExitCode == 0 ? 0 : 1;
    }

    private static void Show(string name, int seconds, int kills, JsonObject counts)
    {
        var report = new Report(
            $"endurance-{name}",
            string.Create(CultureInfo.InvariantCulture, $"20 agents, {seconds} s, {kills} kills"),
            ""
        );
        foreach (var (counted, key, shown) in Counts)
        {
            var value = counts[counted]?.GetValue<double>() ?? 0;
            report.Row(shown, value).Result(key, value);
        }
        report.Result("kills", kills).Print();
    }
}
