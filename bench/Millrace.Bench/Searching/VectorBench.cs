using System.Diagnostics;
using Millrace.Bench.Measuring;
using Millrace.Knowledge.Vectors;

namespace Millrace.Bench.Searching;

/// <summary>
/// The vector index: its recall, speed, memory and build time as it grows, and against <c>usearch</c> and
/// <c>sqlite-vec</c>. <c>--part growth|million|peers</c> runs one part; <c>--topic</c> says how many vectors lie around
/// one centre.
/// </summary>
internal static class VectorBench
{
    private const int Dimensions = 512;
    private const int Block = 10_000;

    public static async Task<int> RunAsync(BenchOptions options)
    {
        var part = options.Text("--part");
        var report = new Report(
            "vectors",
            "vectors of 512",
            "search",
            "recall@10",
            "p50 ms",
            "p99 ms",
            "added s",
            "graph s",
            "cpu s",
            "index MB",
            "process MB"
        );
        if (part is null or "growth")
        {
            await GrowAsync(options, report, 1_000, 1_000);
            await GrowAsync(options, report, 10_000, 1_000);
            await GrowAsync(options, report, 100_000, 400);
        }
        if (part is null or "million")
            await GrowAsync(options, report, 1_000_000, 200);
        if (part is null or "peers")
            await PeerRace.RunAsync(options, report);
        report.Print();
        return 0;
    }

    private static async Task GrowAsync(BenchOptions options, Report report, int count, int queries)
    {
        var vectors = new ClusteredVectors(Dimensions, count / options.Number("--topic", 100));
        var truth = new Truth([
            .. Enumerable.Range(count, queries).Select(number => vectors[number]),
        ]);
        using var index = new VectorIndex<int>(
            Dimensions,
            new VectorIndexOptions
            {
                // Not before all are there, so that the time is the graph's alone.
                GraphFrom = Math.Max(count, new VectorIndexOptions().GraphFrom),
                BuildThreads = options.Number("--threads", Environment.ProcessorCount),
            }
        );
        var adding = Add(index, vectors, count, truth);
        var processor = Environment.CpuUsage.TotalTime;
        var building = Stopwatch.StartNew();
        await index.Settled;
        var built = building.Elapsed;
        processor = Environment.CpuUsage.TotalTime - processor;
        var searched = Searched.Ask(index, truth, times: 5);
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive);
        report
            .Row(
                count,
                built > TimeSpan.FromMilliseconds(100) ? "graph" : "exact",
                searched.Recall,
                searched.Lap.P50,
                searched.Lap.P99,
                adding.TotalSeconds,
                built.TotalSeconds,
                processor.TotalSeconds,
                index.Bytes / 1e6,
                Environment.WorkingSet / 1e6
            )
            .Result($"recall_{count}", searched.Recall)
            .Result($"p50_ms_{count}", searched.Lap.P50)
            .Result($"build_s_{count}", (adding + built).TotalSeconds)
            .Result($"process_mb_{count}", Environment.WorkingSet / 1e6);
    }

    // Drawn and compared in blocks, so that the unrounded vectors never fill the memory that is measured.
    private static TimeSpan Add(
        VectorIndex<int> index,
        ClusteredVectors vectors,
        int count,
        Truth truth
    )
    {
        var adding = new Stopwatch();
        for (var first = 0; first < count; first += Block)
        {
            var block = new float[Math.Min(Block, count - first)][];
            Parallel.For(0, block.Length, at => block[at] = vectors[first + at]);
            truth.Offer(first, block);
            adding.Start();
            for (var at = 0; at < block.Length; at++)
                index.Add(first + at, block[at]);
            adding.Stop();
        }
        return adding.Elapsed;
    }
}
