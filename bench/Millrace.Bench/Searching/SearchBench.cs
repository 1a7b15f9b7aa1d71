using System.Diagnostics;
using System.Numerics.Tensors;
using Millrace.Bench.Ingesting;
using Millrace.Bench.Measuring;
using Millrace.Knowledge.Search;
using Millrace.Knowledge.Vectors;
using Millrace.Models.Embedded;

namespace Millrace.Bench.Searching;

/// <summary>
/// Hybrid search by one client as a workspace grows. Texts and rows are made by the real reading of files, cut into
/// chunks of 40 words; the vectors are drawn around centres by a double of the embedder. A question is some words of a
/// text. <c>--database postgres</c> runs it there, <c>--chunks</c> says how far.
/// </summary>
internal static class SearchBench
{
    private const int ChunkWords = 40;
    private const int PagesPerFile = 50;
    private const int Questions = 400;
    private const int Most = 10;

    public static async Task<int> RunAsync(BenchOptions options)
    {
        using var scratch = new Scratch();
        var most = options.Number("--chunks", 100_000);
        var embedder = new ClusteredEmbedder(UseLiteEmbedder.Dimensions, topics: 1_000);
        await using var library = await Library.OpenAsync(
            scratch.Path,
            _ => embedder,
            [
                ("Knowledge:Chunks:Words", $"{ChunkWords}"),
                ("Knowledge:Chunks:OverlapWords", "0"),
                .. await Database.SettingsAsync(options),
            ]
        );
        var report = new Report(
            "search",
            $"chunks, {library.Database.Dialect}",
            "read s",
            "p50 ms",
            "p99 ms",
            "processor ms",
            "words p50 ms",
            "words p99 ms",
            "index recall@10"
        );
        var files = 0;
        int[] sizes = [1_000, 10_000, 100_000, 1_000_000];
        foreach (var size in sizes.Where(size => size <= most))
        {
            var reading = Stopwatch.StartNew();
            while (await CountAsync(library) < size)
            {
                await library.ReadAsync(
                    $"file{files}",
                    Pages.Text(files * PagesPerFile, size == 1_000 ? 10 : PagesPerFile)
                );
                files++;
            }
            reading.Stop();
            var index = await OpenAsync(library);
            await index.Settled;
            var processor = Environment.CpuUsage.TotalTime;
            var hybrid = await AskAsync(library, Questions, files);
            processor = (Environment.CpuUsage.TotalTime - processor) / (Questions + Questions / 10);
            embedder.IsAway = true;
            var words = await AskAsync(library, Questions / 4, files);
            embedder.IsAway = false;
            var recall = await RecallAsync(library, index, embedder);
            report
                .Row(
                    await CountAsync(library),
                    reading.Elapsed.TotalSeconds,
                    hybrid.P50,
                    hybrid.P99,
                    processor.TotalMilliseconds,
                    words.P50,
                    words.P99,
                    recall
                )
                .Result($"p50_ms_{size}", hybrid.P50)
                .Result($"p99_ms_{size}", hybrid.P99)
                .Result($"processor_ms_{size}", processor.TotalMilliseconds)
                .Result($"recall_{size}", recall);
            report.PrintTable();
        }
        report.Print();
        return 0;
    }

    private static async Task<Lap> AskAsync(Library library, int questions, int files)
    {
        var search = library.Services.GetRequiredService<DocumentSearch>();
        var took = new List<double>(questions);
        for (var question = -questions / 10; question < questions; question++)
        {
            var random = new Random(question);
            var words = Pages.Text(random.Next(files) * PagesPerFile, 1).Split(' ');
            var from = random.Next(words.Length - 10);
            var asked = Stopwatch.GetTimestamp();
            await search.SearchAsync(
                new DocumentQuery(library.Workspace, string.Join(' ', words[from..(from + 10)])),
                CancellationToken.None
            );
            // The first tenth is the warm-up.
            if (question >= 0)
                took.Add(Stopwatch.GetElapsedTime(asked).TotalMilliseconds);
        }
        took.Sort();
        return new Lap(
            1_000 / took.Average(),
            Figures.Quantile(took, 0.5),
            Figures.Quantile(took, 0.99)
        );
    }

    /// <summary>The share of the true nearest among what the index finds, against comparing all stored vectors.</summary>
    private static async Task<double> RecallAsync(
        Library library,
        VectorIndex<PieceKey> index,
        ClusteredEmbedder embedder
    )
    {
        var questions = Enumerable
            .Range(0, 100)
            .Select(number => embedder.Embed($"question {number}"))
            .ToArray();
        var best = Array.ConvertAll(questions, _ => new PriorityQueue<PieceKey, float>());
        var stored = new StoredPieces(library.Database);
        await foreach (var (key, vector) in stored.AllAsync(Scope(library)))
        {
            for (var at = 0; at < questions.Length; at++)
            {
                var near = TensorPrimitives.CosineSimilarity(questions[at], vector.Span);
                best[at].Enqueue(key, near);
                if (best[at].Count > Most)
                    best[at].Dequeue();
            }
        }
        var found = 0;
        for (var at = 0; at < questions.Length; at++)
        {
            var truth = best[at].UnorderedItems.Select(item => item.Element).ToHashSet();
            found += index.Search(questions[at], Most).Count(hit => truth.Contains(hit.Key));
        }
        return found / (double)(Most * questions.Length);
    }

    private static Task<VectorIndex<PieceKey>> OpenAsync(Library library) =>
        library
            .Services.GetRequiredService<DocumentVectors>()
            .OpenAsync(
                library.Workspace,
                UseLiteEmbedder.ModelId,
                UseLiteEmbedder.Dimensions,
                CancellationToken.None
            );

    private static VectorScope Scope(Library library) =>
        new(
            library.Workspace.Value,
            "documents",
            UseLiteEmbedder.ModelId,
            UseLiteEmbedder.Dimensions
        );

    private static Task<long> CountAsync(Library library) =>
        library.Database.ReadAsync(
            library.Workspace,
            db => db.FirstAsync("SELECT COUNT(*) FROM chunks", row => row.Int64(0))
        );
}
