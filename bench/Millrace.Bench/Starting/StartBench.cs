using System.Diagnostics;
using Millrace.Bench.Chatting;
using Millrace.Bench.Measuring;

namespace Millrace.Bench.Starting;

/// <summary>The published server: how long it takes to answer, and the memory it holds idle and after 10,000 chats.</summary>
internal static class StartBench
{
    private const int Chats = 10_000;
    private const int Callers = 8;

    // More than fill the verbatim window, so that recall loads the embedder.
    private const int LongSession = 30;

    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(10);

    public static async Task<int> RunAsync(BenchOptions options)
    {
        using var scratch = new Scratch();
        var first = new List<double>();
        var again = new List<double>();
        for (var round = 0; round <= options.Rounds; round++)
        {
            var data = scratch.File($"data{round}");
            var fresh = await TimeAsync(options, data);
            var known = await TimeAsync(options, data);
            // The first round reads the program into the disk cache.
            if (round == 0)
                continue;
            first.Add(fresh);
            again.Add(known);
        }
        var report = new Report("start", "published server", "")
            .Row(
                "first start, new data folder: ms to the first healthy answer",
                Figures.Median(first)
            )
            .Row("start on known data: ms to the first healthy answer", Figures.Median(again))
            .Result("start_ms", Figures.Median(again))
            .Result("first_start_ms", Figures.Median(first));
        await MemoryAsync(options, scratch, report);
        report.Print();
        return 0;
    }

    private static async Task<double> TimeAsync(BenchOptions options, string data)
    {
        var started = Stopwatch.GetTimestamp();
        await using var server = await PublishedServer.StartAsync(options, data);
        return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
    }

    private static async Task MemoryAsync(BenchOptions options, Scratch scratch, Report report)
    {
        await using var server = await PublishedServer.StartAsync(options, scratch.File("memory"));
        using var client = new ChatClient(server.Url, ChatServer.Key);
        await Task.Delay(Rest);
        var idle = server.ResidentMb;

        for (var turn = 1; turn <= LongSession; turn++)
            await client.SayAsync("long", $"On day {turn} the wheel turned {turn * 37} times.");
        await Task.Delay(Rest);
        var loaded = server.ResidentMb;

        var asked = 0;
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(LoopAsync));
        var busy = server.ResidentMb;
        await Task.Delay(Rest);
        var after = server.ResidentMb;

        report
            .Row("idle, embedder not loaded: MB resident", idle)
            .Row("embedder loaded: MB resident", loaded)
            .Row($"at the end of {Chats} chats: MB resident", busy)
            .Row($"{Rest.TotalSeconds:0} s later: MB resident", after)
            .Result("idle_mb", idle)
            .Result("embedder_mb", loaded)
            .Result("after_chats_mb", Math.Max(busy, after));

        async Task LoopAsync(int caller)
        {
            while (Interlocked.Increment(ref asked) is var number && number <= Chats)
                await client.SayAsync(
                    $"short-{caller}-{number / 160}",
                    $"My note number {number} is about wheel {number % 17}."
                );
        }
    }
}
