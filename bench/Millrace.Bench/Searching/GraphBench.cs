using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Millrace.Bench.Measuring;
using Millrace.Core;
using Millrace.Core.Identity;
using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Knowledge;
using Millrace.Knowledge.Graph;
using Millrace.Models;
using Millrace.Models.Routing;

namespace Millrace.Bench.Searching;

/// <summary>
/// Facts written in batches of 100 by 4 callers into one graph as it grows, and at each size: a fact found by a word of
/// its own, and one entity's facts as of a time in the world and a time in the graph.
/// </summary>
internal static class GraphBench
{
    private const int Callers = 4;
    private const int Batch = 100;
    private const int Questions = 2_000;

    public static async Task<int> RunAsync(BenchOptions options)
    {
        using var scratch = new Scratch();
        await using var services = Services(scratch.Path, await Database.SettingsAsync(options));
        var store = services.GetRequiredService<Store>();
        await store.MigrateAsync();
        var caller = Caller();
        var graph = await services.GetRequiredService<GraphAccess>().OpenDefaultAsync(caller);
        var log = services.GetRequiredService<FactLog>();
        var search = services.GetRequiredService<GraphSearch>();
        var report = new Report(
            "graph",
            "facts",
            "facts/s",
            "keyword p50 ms",
            "keyword p99 ms",
            "as of p50 ms",
            "as of p99 ms"
        );
        var written = 0;
        var most = options.Number("--facts", 100_000);
        int[] sizes = [1_000, 10_000, 100_000, 1_000_000];
        foreach (var size in sizes.Where(size => size <= most))
        {
            var clock = Stopwatch.StartNew();
            var before = written;
            var next = written;
            await Task.WhenAll(
                Enumerable
                    .Range(0, Callers)
                    .Select(async _ =>
                    {
                        for (int from; (from = Interlocked.Add(ref next, Batch) - Batch) < size; )
                            await log.AddAsync(
                                graph,
                                [.. Enumerable.Range(from, Batch).Select(Fact)]
                            );
                    })
            );
            written = size;
            var rate = (written - before) / clock.Elapsed.TotalSeconds;
            var words = await TimeAsync(
                written,
                number => Ask(search, graph, $"token{number}", GraphSearchMode.Keyword)
            );
            var facts = await TimeAsync(
                written,
                number => Ask(search, graph, $"Person{number / 20}", GraphSearchMode.Graph)
            );
            report.Row(written, rate, words.P50, words.P99, facts.P50, facts.P99);
            report.Result($"rate_{written}", rate).Result($"as_of_p99_{written}", facts.P99);
            report.PrintTable();
        }
        report.Print();
        return 0;
    }

    private static NewFact Fact(int number) =>
        new()
        {
            Text = string.Create(
                CultureInfo.InvariantCulture,
                $"Person{number / 20} works at Company{number % 977}, says token{number}"
            ),
            Subject = $"Person{number / 20}",
            Predicate = "works_at",
            Object = $"Company{number % 977}",
            ValidFrom = DateTimeOffset.UnixEpoch.AddDays(365 * (number % 20)),
        };

    private static Task<GraphAnswer> Ask(
        GraphSearch search,
        OpenedGraph graph,
        string text,
        GraphSearchMode mode
    ) =>
        search.FindAsync(
            graph,
            new GraphQuestion(
                text,
                new Moment(
                    mode is GraphSearchMode.Keyword
                        ? DateTimeOffset.UnixEpoch.AddDays(365 * 20)
                        : DateTimeOffset.UnixEpoch.AddDays(365 * 10),
                    DateTimeOffset.UtcNow
                ),
                mode
            )
        );

    private static async Task<(double P50, double P99)> TimeAsync(int written, Func<int, Task> ask)
    {
        var random = new Random(1);
        var times = new List<double>(Questions);
        for (var question = 0; question < Questions; question++)
        {
            var start = Stopwatch.GetTimestamp();
            await ask(random.Next(written));
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }
        times.Sort();
        return (times[Questions / 2], times[Questions * 99 / 100]);
    }

    private static Principal Caller() =>
        new()
        {
            Workspace = Id<Workspace>.Random(),
            Key = Id<ApiKey>.Random(),
            KeyNumber = 1,
            Scopes = new HashSet<string>(),
            IsAdmin = false,
            RateClass = "default",
            StreamDialect = "",
        };

    private static ServiceProvider Services(string folder, (string Name, string Value)[] more)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(
                more.Append((Name: "Data:Folder", Value: folder))
                    .ToDictionary(one => $"Millrace:{one.Name}", one => (string?)one.Value)
            )
            .Build();
        return new ServiceCollection()
            .AddLogging()
            .AddCore(configuration)
            .AddSingleton<ProviderSecret>(_ => _ => null)
            .AddModels(configuration, [])
            .AddKnowledge(configuration)
            .BuildServiceProvider();
    }
}
