using Millrace.Bench.Bare;
using Millrace.Bench.Measuring;

namespace Millrace.Bench.Talking;

/// <summary>
/// Durable messages over HTTP against the bare endpoint that writes one row; then sending, reading and searching as the
/// store fills.
/// </summary>
internal static class MessageBench
{
    private const int Connections = 64;

    public static async Task<int> RunAsync(BenchOptions options)
    {
        using var scratch = new Scratch();
        var report = new Report(
            "messages",
            $"{Connections} connections",
            "1/s",
            "p50 ms",
            "p99 ms",
            "failed"
        );
        if (options.Number("--race", 1) != 0)
            await RaceAsync(options, scratch, report);
        if (options.Number("--messages", 1_000_000) is > 0 and var most)
            await FilledStore.RunAsync(options, scratch, report, most);
        report.Print();
        return 0;
    }

    private static async Task RaceAsync(BenchOptions options, Scratch scratch, Report report)
    {
        await using var bare = await Child.OwnAsync(
            Role.GroupCommit,
            ("BENCH_DATABASE", scratch.File("bare.db"))
        );
        await using var server = await Child.OwnAsync(
            Role.Messages,
            ("BENCH_DATA", scratch.File("data"))
        );
        var agents = scratch.File("agents");
        await File.WriteAllLinesAsync(agents, await Agents.RegisterAsync(server.Url, Connections));
        var body = $$"""{"message":"{{new string('m', 150)}}","session_id":"bench"}""";
        var race = await Race.RunAsync(
            options,
            new Contender(
                "/api/messages",
                length =>
                    Wrk.RunAsync(
                        "messages.lua",
                        $"{server.Url}/api/messages",
                        Connections,
                        length,
                        agents
                    )
            ),
            new Contender(
                "bare endpoint",
                length => Wrk.RunAsync("post.lua", $"{bare.Url}/row", Connections, length, body)
            )
        );
        report
            .Row("/api/messages", race[0])
            .Row("bare group-commit endpoint", race[1])
            .Result("ratio_bare", race.Ratio(0, 1, lap => lap.Rate))
            .Result("p99_ratio", race.Ratio(0, 1, lap => lap.P99))
            .Result("messages_per_second", race[0].Rate);
    }
}
