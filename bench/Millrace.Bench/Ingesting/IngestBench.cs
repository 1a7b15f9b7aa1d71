using System.Diagnostics;
using Millrace.Bench.Measuring;
using Millrace.Knowledge.Documents.Chunks;
using Millrace.Models.Embedded;

namespace Millrace.Bench.Ingesting;

/// <summary>
/// Files of plain text, read one after another as a client adds them: without vectors, with the embedded embedder
/// against that embedder alone on the same pieces, and the memory that a long file takes.
/// </summary>
internal static class IngestBench
{
    private const int PagesPerFile = 50;

    // As the embedder of chunks does.
    private const int PieceWords = 80;
    private const int ChunksAtOnce = 16;

    public static async Task<int> RunAsync(BenchOptions options)
    {
        var report = new Report(
            "ingest",
            "",
            "pages",
            "s",
            "processor s",
            "pages/min",
            "a core",
            "MB before",
            "MB at most"
        );
        var rounds = options.Number("--rounds", 3);
        await WordsAsync(report, rounds);
        await VectorsAsync(report, rounds);
        report.Print();
        return 0;
    }

    private static async Task WordsAsync(Report report, int rounds)
    {
        using var scratch = new Scratch();
        await using var library = await Library.OpenAsync(scratch.Path, _ => new NoEmbedder());
        await library.ReadAsync("warm-up", Pages.Text(0, 2 * PagesPerFile));
        var rates = new List<double>();
        for (var round = 1; round <= rounds; round++)
        {
            var read = await ReadAsync(
                scratch,
                library,
                $"words, {round}",
                round * 1_000,
                PagesPerFile
            );
            read.Tell(report);
            rates.Add(read.PagesPerCore);
        }
        var small = await ReadAsync(scratch, library, "words, 50 pages", 20_000, 50);
        var large = await ReadAsync(scratch, library, "words, 500 pages", 30_000, 500);
        var largest = await ReadAsync(scratch, library, "words, 5000 pages", 40_000, 5_000);
        small.Tell(report);
        large.Tell(report);
        largest.Tell(report);
        report
            .Result("pages_per_core_minute", Figures.Median(rates))
            .Result("growth_mb_50", small.Growth)
            .Result("growth_mb_500", large.Growth)
            .Result("growth_mb_5000", largest.Growth);
    }

    private static async Task VectorsAsync(Report report, int rounds)
    {
        using var scratch = new Scratch();
        UseLiteEmbedder? embedder = null;
        await using var library = await Library.OpenAsync(
            scratch.Path,
            embedded => embedder = embedded
        );
        await library.ReadAsync("warm-up", Pages.Text(0, 10));
        var ratios = new List<double>();
        var ofProcessor = new List<double>();
        for (var round = 1; round <= rounds; round++)
        {
            var read = await ReadAsync(
                scratch,
                library,
                $"vectors, {round}",
                round * 1_000,
                PagesPerFile
            );
            read.Tell(report);
            var bare = await EmbedAsync(library, embedder!);
            report.Row(
                $"bare embedder, {round}",
                PagesPerFile,
                bare.Took.TotalSeconds,
                bare.Processor.TotalSeconds,
                "",
                "",
                "",
                ""
            );
            ratios.Add(bare.Took / read.Took);
            ofProcessor.Add(bare.Processor / read.Processor);
        }
        var large = await ReadAsync(scratch, library, "vectors, 500 pages", 30_000, 500);
        large.Tell(report);
        report
            .Result("vectors_ratio", Figures.Median(ratios))
            .Result("vectors_processor_ratio", Figures.Median(ofProcessor))
            .Result("vectors_growth_mb_500", large.Growth);
    }

    /// <summary>The pieces of the last document, through the embedder alone.</summary>
    private static async Task<(TimeSpan Took, TimeSpan Processor)> EmbedAsync(
        Library library,
        UseLiteEmbedder embedder
    )
    {
        var chunks = await library.Database.ReadAsync(
            library.Workspace,
            db =>
                db.QueryAsync(
                    """
                    SELECT text FROM chunks WHERE document_id = (SELECT document_id FROM chunks ORDER BY id DESC LIMIT 1)
                    ORDER BY number
                    """,
                    row => row.Text(0)
                )
        );
        var processor = Environment.CpuUsage.TotalTime;
        var began = Stopwatch.GetTimestamp();
        foreach (var some in chunks.Chunk(ChunksAtOnce))
            await embedder.GenerateAsync(
                some.SelectMany(text => Sentences.Windows(text, PieceWords))
            );
        return (Stopwatch.GetElapsedTime(began), Environment.CpuUsage.TotalTime - processor);
    }

    private static async Task<Reading> ReadAsync(
        Scratch scratch,
        Library library,
        string name,
        int first,
        int pages
    )
    {
        // From a file, so that the text itself is not in the memory that is measured.
        await File.WriteAllTextAsync(scratch.File(name), Pages.Text(first, pages));
        await using var content = File.OpenRead(scratch.File(name));
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive);
        var before = Environment.WorkingSet;
        var processor = Environment.CpuUsage.TotalTime;
        using var peak = new PeakMemory();
        var took = await library.ReadAsync(name, content);
        return new Reading(
            name,
            pages,
            took,
            Environment.CpuUsage.TotalTime - processor,
            before / 1e6,
            peak.Stop() / 1e6
        );
    }

    private sealed record Reading(
        string Name,
        int Pages,
        TimeSpan Took,
        TimeSpan Processor,
        double Before,
        double Most
    )
    {
        public double PagesPerCore => Pages / Processor.TotalMinutes;

        public double Growth => Most - Before;

        public void Tell(Report report) =>
            report.Row(
                Name,
                Pages,
                Took.TotalSeconds,
                Processor.TotalSeconds,
                Pages / Took.TotalMinutes,
                PagesPerCore,
                Before,
                Most
            );
    }
}
