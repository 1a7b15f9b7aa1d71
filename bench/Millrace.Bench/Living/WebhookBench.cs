using System.Diagnostics;
using System.Globalization;
using Millrace.Bench.Bare;
using Millrace.Bench.Measuring;

namespace Millrace.Bench.Living;

/// <summary>
/// Messages in a group of 20 agents who all have a webhook: how many signed deliveries a second arrive, with and without
/// a member whose receiver never answers.
/// </summary>
internal static class WebhookBench
{
    private const int Receivers = 20;
    private const int SendersAtOnce = 16;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static async Task<int> RunAsync(BenchOptions options)
    {
        using var scratch = new Scratch();
        await using var hook = await Child.OwnAsync(Role.Hook);
        await using var server = await Child.OwnAsync(
            Role.Live,
            ("BENCH_DATA", scratch.File("data"))
        );
        using var http = new HttpClient { BaseAddress = new Uri(server.Url) };
        using var counter = new HttpClient { BaseAddress = new Uri(hook.Url) };
        var agents = await Agent.RegisterAsync(http, "receiver", Receivers + 1);
        foreach (var agent in agents[..Receivers])
            await agent.AddWebhookAsync(http, $"{hook.Url}/hook");
        await agents[Receivers].AddWebhookAsync(http, $"{hook.Url}/dead");
        var healthy = await agents[0].GroupAsync(http, agents[1..Receivers]);
        var withDead = await agents[0].GroupAsync(http, agents[1..]);

        var messages = options.Number("--messages", 500);
        Contender Load(string name, string conversation) =>
            new(name, _ => LapAsync(http, counter, agents[0], conversation, messages));
        var race = await Race.RunAsync(
            options,
            Load("all answer", healthy),
            Load("one never answers", withDead)
        );
        new Report("webhooks", $"{Receivers} receivers", "1/s", "p50 ms", "p99 ms", "failed")
            .Row("all answer", race[0])
            .Row("and one never answers", race[1])
            .Result("deliveries_per_second", race[0].Rate)
            .Result("dead_ratio", race.Ratio(1, 0, lap => lap.Rate))
            .Print();
        return 0;
    }

    /// <summary>Sends as many messages as it is told, and waits until the last is delivered.</summary>
    private static async Task<Lap> LapAsync(
        HttpClient http,
        HttpClient counter,
        Agent sender,
        string conversation,
        int messages
    )
    {
        var before = await CountAsync(counter);
        var started = Stopwatch.GetTimestamp();
        await Parallel.ForAsync(
            0,
            messages,
            new ParallelOptions { MaxDegreeOfParallelism = SendersAtOnce },
            async (number, _) => await sender.SendAsync(http, conversation, $"message {number}")
        );
        var due = before + (long)messages * Receivers;
        long count;
        while ((count = await CountAsync(counter)) < due)
        {
            if (Stopwatch.GetElapsedTime(started) > Patience)
                throw new InvalidOperationException($"{due - count} deliveries did not arrive.");
            await Task.Delay(5);
        }
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        return new Lap((count - before) / seconds, double.NaN, double.NaN);
    }

    private static async Task<long> CountAsync(HttpClient counter) =>
        long.Parse(await counter.GetStringAsync("/count"), CultureInfo.InvariantCulture);
}
