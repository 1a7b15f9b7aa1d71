using System.Diagnostics;
using Millrace.Bench.Chatting;
using Millrace.Bench.Measuring;
using Millrace.Bench.Starting;

namespace Millrace.Bench.Enduring;

/// <summary>
/// Kills the server without warning at random moments under load and looks, each time it is back, whether every turn
/// that a caller was told of is there, and none is there twice. Callers send what was cut off again, as themselves.
/// </summary>
internal static class EnduranceBench
{
    private const int Callers = 16;
    private const int ShortestLifeMs = 100;
    private const int LongestLifeMs = 1_500;

    public static async Task<int> RunAsync(BenchOptions options)
    {
        var part = options.Text("--part");
        var failed = 0;
        if (part is null or "turns")
            failed += await TurnsAsync(options);
        if (part is null or "agents")
            failed += await PlayingAgents.RunAsync(
                options,
                "agents",
                seconds: 600,
                kills: 20,
                pace: 100
            );
        if (part is null or "messages")
            failed += await PlayingAgents.RunAsync(
                options,
                "messages",
                seconds: 150,
                kills: 100,
                pace: 20
            );
        return failed == 0 ? 0 : 1;
    }

    private static async Task<int> TurnsAsync(BenchOptions options)
    {
        var kills = options.Number("--kills", 50);
        var seed = options.Number("--seed", Environment.TickCount & 0xffff);
        var moments = new Random(seed);
        using var scratch = new Scratch();
        var data = scratch.File("data");
        var callers = Enumerable.Range(0, Callers).Select(number => new Caller(number)).ToArray();
        var ledger = new TurnLedger(Path.Combine(data, "millrace.db"));
        var lives = new List<double>();
        Findings found = new(0, 0, 0, 0);
        for (var kill = 1; kill <= kills; kill++)
        {
            var started = Stopwatch.GetTimestamp();
            await using (var server = await PublishedServer.StartAsync(options, data))
            {
                lives.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
                using var client = new ChatClient(server.Url, ChatServer.Key);
                var loads = callers.Select(caller => caller.RunAsync(client)).ToArray();
                await Task.Delay(moments.Next(ShortestLifeMs, LongestLifeMs));
                await server.KillAsync();
                await Task.WhenAll(loads);
            }
            found = ledger.Compare(callers.SelectMany(caller => caller.Acknowledged).ToList());
            await Console.Error.WriteLineAsync($"kill {kill}/{kills}: {found}");
        }
        new Report("endurance", $"{kills} kills, seed {seed}", "")
            .Row("turns acknowledged", found.Acknowledged)
            .Row("of these missing or without their answer", found.Lost)
            .Row("there more than once", found.Twice)
            .Row("sessions with a gap in their numbers", found.Gaps)
            .Row("ms from start to healthy after a kill", Figures.Median(lives))
            .Result("kills", kills)
            .Result("acknowledged", found.Acknowledged)
            .Result("lost", found.Lost)
            .Result("twice", found.Twice)
            .Result("gaps", found.Gaps)
            .Result("restart_ms", Figures.Median(lives))
            .Print();
        return found.IsClean ? 0 : 1;
    }
}
