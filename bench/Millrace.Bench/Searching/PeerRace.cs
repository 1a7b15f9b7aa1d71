using System.Diagnostics;
using Millrace.Bench.Measuring;
using Millrace.Knowledge.Vectors;

namespace Millrace.Bench.Searching;

/// <summary>
/// One thread each over the same 50,000 vectors of 384 signed bytes: graph against <c>usearch</c>, comparing with all
/// against <c>sqlite-vec</c>. The bytes are those that <c>usearch</c> makes of unit vectors (their components times
/// 127, cut off), so that its own rounding costs it no recall: the truth is the true nearest among these bytes.
/// </summary>
internal static class PeerRace
{
    private const int Count = 50_000;
    private const int Dimensions = 384;
    private const int Topic = 100;
    private const int Queries = 1_000;
    private const double LeastRecall = 0.99;

    private static readonly int[] _widths = [16, 24, 32, 48, 64, 96, 128];

    public static async Task RunAsync(BenchOptions options, Report report)
    {
        using var scratch = new Scratch();
        var vectors = new ClusteredVectors(Dimensions, Count / Topic);
        var units = new float[Count + Queries][];
        Parallel.For(0, units.Length, number => units[number] = vectors[number]);
        var codes = Array.ConvertAll(units, Codes);
        var truth = new Truth(codes[Count..]);
        truth.Offer(0, codes[..Count]);
        var peers = new Peers(options, scratch, Dimensions);
        peers.Write(units, codes, Count);

        var graphOptions = new VectorIndexOptions { GraphFrom = Count, BuildThreads = 1 };
        using var graph = new VectorIndex<int>(Dimensions, graphOptions);
        using var exact = new VectorIndex<int>(Dimensions, new() { GraphFrom = int.MaxValue });
        var built = await FillAsync(graph, codes);
        var theirsBuilt = await peers.BuildAsync();
        await FillAsync(exact, codes);

        var rounds = new List<Round>();
        for (var round = 0; round < Math.Min(3, options.Rounds); round++)
        {
            var ours = _widths.Select(width =>
            {
                graphOptions.SearchWidth = width;
                var searched = Searched.Ask(graph, truth, times: 1);
                return new Point(width, searched.Recall, searched.Lap.Rate);
            });
            rounds.Add(
                new Round(
                    [.. ours],
                    await peers.SearchAsync(_widths, truth),
                    Searched.Ask(exact, truth, times: 1).Lap.P50,
                    await peers.CompareAsync(truth)
                )
            );
        }
        Tell(report, rounds, built, theirsBuilt);
    }

    private static void Tell(
        Report report,
        List<Round> rounds,
        TimeSpan built,
        TimeSpan theirsBuilt
    )
    {
        var table = new Report(
            "peers",
            "50,000 x 384",
            "width",
            "recall@10",
            "1/s",
            "usearch recall@10",
            "usearch 1/s"
        );
        for (var at = 0; at < _widths.Length; at++)
        {
            table.Row(
                "graph",
                _widths[at],
                rounds[0].Graph[at].Recall,
                Figures.Median(rounds.Select(round => round.Graph[at].Rate)),
                rounds[0].Usearch[at].Recall,
                Figures.Median(rounds.Select(round => round.Usearch[at].Rate))
            );
        }
        table.PrintTable();
        var exact = Figures.Median(rounds.Select(round => round.ExactMs));
        var sqlite = Figures.Median(rounds.Select(round => round.SqliteMs));
        new Report("peers", "50,000 x 384", "ours", "peer")
            .Row("graph built, s (usearch)", built.TotalSeconds, theirsBuilt.TotalSeconds)
            .Row("compared with all, ms a query (sqlite-vec)", exact, sqlite)
            .PrintTable();
        report
            .Result("usearch_rate_ratio", Figures.Median(rounds.Select(RateRatio)))
            .Result("usearch_build_ratio", theirsBuilt / built)
            .Result(
                "sqlite_vec_ratio",
                Figures.Median(rounds.Select(round => round.SqliteMs / round.ExactMs))
            );
    }

    // The worst of the comparisons: for each of their points with the recall that is asked for, our fastest that finds
    // no fewer.
    private static double RateRatio(Round round) =>
        round
            .Usearch.Where(theirs => theirs.Recall >= LeastRecall)
            .Select(theirs =>
                round
                    .Graph.Where(ours => ours.Recall >= theirs.Recall)
                    .Select(ours => ours.Rate / theirs.Rate)
                    .DefaultIfEmpty(0)
                    .Max()
            )
            .DefaultIfEmpty(double.PositiveInfinity)
            .Min();

    private static async Task<TimeSpan> FillAsync(VectorIndex<int> index, float[][] vectors)
    {
        var filling = Stopwatch.StartNew();
        for (var key = 0; key < Count; key++)
            index.Add(key, vectors[key]);
        await index.Settled;
        return filling.Elapsed;
    }

    private static float[] Codes(float[] unit) =>
        Array.ConvertAll(unit, component => MathF.Truncate(component * sbyte.MaxValue));

    private sealed record Round(Point[] Graph, Point[] Usearch, double ExactMs, double SqliteMs);
}

/// <summary>What a graph gives when its searches keep so many candidates.</summary>
internal sealed record Point(int Width, double Recall, double Rate);
