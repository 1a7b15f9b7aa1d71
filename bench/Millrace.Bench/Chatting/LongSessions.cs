using System.Diagnostics;
using Microsoft.Extensions.AI;
using Millrace.Bench.Measuring;
using Millrace.Core.Storage;
using Millrace.Models.Embedded;
using Millrace.Models.Routing;
using Millrace.Server.Starting;

namespace Millrace.Bench.Chatting;

/// <summary>
/// Sessions that outgrow the verbatim window, with the real embedder: what a turn costs along the way, and how many
/// turns wait to be embedded. Server and callers share this process, so that the embedder can be timed.
/// </summary>
internal static class LongSessions
{
    private const int Window = 40;
    private const int WarmUp = 150;

    // A turn here is a question with its answer.
    private static readonly int[] Bands = [20, 100, 200, 400, 600, 800, 1_000];
    private static readonly int[] Lengths = [100, 1_000];

    public static async Task RunAsync(Scratch scratch, Report result)
    {
        TimedEmbedder? timed = null;
        await using var host = ChatServer.Build(
            "http://127.0.0.1:0",
            scratch.File("long"),
            builder =>
            {
                // A line for each request would stand between the tables.
                builder.Logging.AddFilter(level => level >= LogLevel.Warning);
                builder.Services.AddKeyedSingleton<IEmbeddingGenerator<string, Embedding<float>>>(
                    EmbeddedModels.UseLite,
                    (services, _) =>
                        timed = new TimedEmbedder(services.GetRequiredService<UseLiteEmbedder>())
                );
            }
        );
        await host.PrepareAsync(CancellationToken.None);
        await host.StartAsync(CancellationToken.None);
        using var client = new ChatClient(host.Addresses.First(), ChatServer.Key);
        // The embedder's weights are read by the first who needs them, and its code is compiled while it is used.
        for (var turn = 1; turn <= WarmUp; turn++)
            await client.SayAsync("warm-up", Said(turn));

        var table = new Report(
            "",
            "turns of a session",
            "p50 ms",
            "p99 ms",
            "embedder ms a turn",
            "embedder's share",
            "waiting at most"
        );
        var medians = new List<double>();
        foreach (var length in Lengths)
            medians.Add(await RunOneAsync(host, client, timed!, length, table, result));
        result.Result("long_flat", medians[^1] / medians[0]);
        table.PrintTable();
        await host.StopAsync(CancellationToken.None);
    }

    /// <summary>Gives the median of a turn at the session's end.</summary>
    private static async Task<double> RunOneAsync(
        MillraceHost host,
        ChatClient client,
        TimedEmbedder embedder,
        int length,
        Report table,
        Report result
    )
    {
        var session = $"long-{length}";
        var turn = 0;
        var waiting = 0L;
        var median = 0.0;
        var share = 0.0;
        foreach (var end in Bands.Where(end => end <= length))
        {
            var first = turn + 1;
            var spent = embedder.Spent;
            var took = new List<double>();
            while (turn < end)
            {
                turn++;
                var asked = Stopwatch.GetTimestamp();
                await client.SayAsync(session, Said(turn));
                took.Add(Stopwatch.GetElapsedTime(asked).TotalMilliseconds);
            }
            waiting = Math.Max(waiting, await WaitingAsync(host, session));
            var embedding = (embedder.Spent - spent).TotalMilliseconds;
            share = embedding / took.Sum();
            var sorted = took.Order().ToArray();
            median = Figures.Median(sorted);
            table.Row(
                $"{length}: {first} to {end}",
                median,
                Figures.Quantile(sorted, 0.99),
                embedding / took.Count,
                $"{share:P0}",
                waiting
            );
        }
        result
            .Result($"long{length}_ms", median)
            .Result($"long{length}_waiting", waiting)
            .Result($"long{length}_embedder_share", share);
        return median;
    }

    /// <summary>Turns that have left the window and have no vector yet.</summary>
    private static async Task<long> WaitingAsync(MillraceHost host, string session) =>
        await host
            .Services.GetRequiredService<Store>()
            .ReadAsync(
                Reach.Installation,
                db =>
                    db.FirstAsync(
                        """
                        SELECT COUNT(*) FROM turns t JOIN sessions s ON s.id = t.session_id
                        WHERE s.handle = $1 AND t.number <= s.last_turn - $2
                        AND NOT EXISTS (SELECT 1 FROM turn_vectors v WHERE v.session_id = t.session_id AND v.number = t.number)
                        """,
                        row => row.Int64(0),
                        session,
                        Window
                    )
            );

    // Each is different, and has the length of what people say.
    private static string Said(int turn) =>
        $"In week {turn} the mill at stream {turn * 7 % 101} ground {turn * 13 % 977} sacks of {(turn % 2 == 0 ? "rye" : "wheat")}, and its wheel was mended after {turn % 9} days. Please keep that in mind for the yearly report.";
}
