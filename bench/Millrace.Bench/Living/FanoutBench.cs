using System.Diagnostics;
using System.Globalization;
using Millrace.Bench.Bare;
using Millrace.Bench.Measuring;
using Millrace.Bench.Starting;

namespace Millrace.Bench.Living;

/// <summary>
/// 1,000 live listeners in 10 groups of 100, into each of which 40 messages a second are sent: how many arrive, and how
/// old; then the memory of 10,000 connections on which nothing happens.
/// </summary>
internal static class FanoutBench
{
    private const int Groups = 10;
    private const int GroupSize = 100;
    private const int OpenedAtOnce = 32;

    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(5);

    public static async Task<int> RunAsync(BenchOptions options)
    {
        using var scratch = new Scratch();
        var report = new Report("fanout", "live listeners", "");
        if (options.Number("--live", 1) != 0)
            await LiveAsync(options, scratch, report);
        if (options.Number("--idle", 10_000) is > 0 and var connections)
            await IdleAsync(options, connections, scratch, report);
        report.Print();
        return 0;
    }

    private static async Task LiveAsync(BenchOptions options, Scratch scratch, Report report)
    {
        await using var server = await StartAsync(scratch.File("live"));
        using var http = new HttpClient { BaseAddress = new Uri(server.Url) };
        var agents = await Agent.RegisterAsync(http, "listener", Groups * GroupSize);
        var groups = new List<(Agent Sender, string Conversation)>();
        foreach (var members in agents.Chunk(GroupSize))
            groups.Add((members[0], await members[0].GroupAsync(http, members[1..])));
        var listeners = await OpenAsync(server.Url, agents);
        listeners.ForEach(listener => listener.Begin());

        var perGroup = options.Number("--rate", 40);
        await SendAsync(http, groups, perGroup, options.WarmUp);
        var from = Stopwatch.GetTimestamp();
        await SendAsync(http, groups, perGroup, options.Lap * 3);
        var seconds = Stopwatch.GetElapsedTime(from).TotalSeconds;
        await Task.Delay(TimeSpan.FromSeconds(1));
        var ages = listeners
            .SelectMany(listener => listener.Ages.ToArray())
            .Where(age => age.At >= from)
            .Select(age => age.Age)
            .Order()
            .ToArray();
        var sent = perGroup * Groups * (options.Lap * 3).TotalSeconds * GroupSize;
        report
            .Row("deliveries a second", ages.Length / seconds)
            .Row("of those due: part that arrived", ages.Length / sent)
            .Row("ms from sending to arrival: p50", Figures.Quantile(ages, 0.5))
            .Row("ms from sending to arrival: p99", Figures.Quantile(ages, 0.99))
            .Result("deliveries_per_second", ages.Length / seconds)
            .Result("arrived", ages.Length / sent)
            .Result("p99_ms", Figures.Quantile(ages, 0.99));
        foreach (var listener in listeners)
            await listener.DisposeAsync();
    }

    private static async Task IdleAsync(
        BenchOptions options,
        int connections,
        Scratch scratch,
        Report report
    )
    {
        await using var server = await PublishedServer.StartAsync(
            options,
            scratch.File("idle"),
            ("Millrace__Fluxra__Limits__Enabled", "false")
        );
        using var http = new HttpClient { BaseAddress = new Uri(server.Url) };
        var agent = await Agent.RegisterAsync(http, "idle");
        await Task.Delay(Rest);
        var before = server.ResidentMb;
        var listeners = await OpenAsync(server.Url, Enumerable.Repeat(agent, connections));
        await Task.Delay(Rest);
        var after = server.ResidentMb;
        var own = server.OwnMb;
        report
            .Row("no connections: MB resident", before)
            .Row($"{connections} idle connections: MB resident", after)
            .Row("of it without the pages of program files", own)
            .Result("idle_connections", connections)
            .Result("idle_mb", after)
            .Result("idle_own_mb", own)
            .Result("idle_kb_each", (after - before) * 1_000 / connections);
        foreach (var listener in listeners)
            await listener.DisposeAsync();
    }

    private static Task<Child> StartAsync(string data) =>
        Child.OwnAsync(Role.Live, ("BENCH_DATA", data));

    private static async Task<List<Listener>> OpenAsync(string url, IEnumerable<Agent> agents)
    {
        var listeners = new List<Listener>();
        foreach (var some in agents.Chunk(OpenedAtOnce))
            listeners.AddRange(
                await Task.WhenAll(some.Select(agent => Listener.OpenAsync(url, agent)))
            );
        return listeners;
    }

    /// <summary>Each group's sender sends when its time comes, not when the one before is answered.</summary>
    private static async Task SendAsync(
        HttpClient http,
        List<(Agent Sender, string Conversation)> groups,
        int perSecond,
        TimeSpan length
    )
    {
        var pending = new List<Task>();
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1.0 / perSecond));
        for (var turn = 0; turn < length.TotalSeconds * perSecond; turn++)
        {
            await timer.WaitForNextTickAsync();
            foreach (var (sender, conversation) in groups)
            {
                var now = Stopwatch.GetTimestamp().ToString(CultureInfo.InvariantCulture);
                pending.Add(sender.SendAsync(http, conversation, now));
            }
        }
        await Task.WhenAll(pending);
    }
}
