using Millrace.Bench.Bare;
using Millrace.Bench.Measuring;

namespace Millrace.Bench.Chatting;

/// <summary>
/// <c>/chat</c> with a model that takes no time, both turns on disk, against the bare endpoint that writes one row; then
/// long sessions with recall.
/// </summary>
internal static class ChatBench
{
    private const int Connections = 64;

    // 20 questions and as many answers: the verbatim window's 40 turns.
    private const int TurnsWithinWindow = 20;

    public static async Task<int> RunAsync(BenchOptions options)
    {
        using var scratch = new Scratch();
        var report = new Report(
            "chat",
            $"{Connections} connections",
            "1/s",
            "p50 ms",
            "p99 ms",
            "failed"
        );
        if (options.Number("--race", 1) != 0)
            await RaceAsync(options, scratch, report);
        if (options.Number("--long", 1) != 0)
            await LongSessions.RunAsync(scratch, report);
        report.Print();
        return 0;
    }

    private static async Task RaceAsync(BenchOptions options, Scratch scratch, Report report)
    {
        await using var bare = await Child.OwnAsync(
            Role.GroupCommit,
            ("BENCH_DATABASE", scratch.File("bare.db"))
        );
        await using var chat = await Child.OwnAsync(
            Role.Chat,
            ("BENCH_DATA", scratch.File("data"))
        );
        var lap = 0;
        Contender Load(string name, string url) =>
            new(
                name,
                length =>
                    Wrk.RunAsync(
                        "chat.lua",
                        url,
                        Connections,
                        length,
                        ChatServer.Key,
                        $"{TurnsWithinWindow}",
                        $"lap{lap++}"
                    )
            );
        var race = await Race.RunAsync(
            options,
            Load("/chat", $"{chat.Url}/chat"),
            Load("bare endpoint", $"{bare.Url}/row")
        );
        report
            .Row("/chat", race[0])
            .Row("bare group-commit endpoint", race[1])
            .Result("ratio_bare", race.Ratio(0, 1, lap => lap.Rate))
            .Result("p99_ratio", race.Ratio(0, 1, lap => lap.P99))
            .Result("chats_per_second", race[0].Rate);
    }
}
