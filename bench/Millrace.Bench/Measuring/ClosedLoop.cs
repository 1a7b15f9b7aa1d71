using System.Diagnostics;

namespace Millrace.Bench.Measuring;

/// <summary>So many callers, each of which asks again as soon as it is answered.</summary>
internal static class ClosedLoop
{
    public static async Task<Lap> RunAsync(int callers, TimeSpan length, Func<int, Task> ask)
    {
        var started = Stopwatch.GetTimestamp();
        var latencies = await Task.WhenAll(
            Enumerable.Range(0, callers).Select(caller => Task.Run(() => LoopAsync(caller)))
        );
        var took = Stopwatch.GetElapsedTime(started);
        var sorted = latencies.SelectMany(its => its).Order().ToArray();
        return new Lap(
            sorted.Length / took.TotalSeconds,
            Figures.Quantile(sorted, 0.5),
            Figures.Quantile(sorted, 0.99)
        );

        async Task<List<double>> LoopAsync(int caller)
        {
            var its = new List<double>(4096);
            while (Stopwatch.GetElapsedTime(started) < length)
            {
                var asked = Stopwatch.GetTimestamp();
                await ask(caller);
                its.Add(Stopwatch.GetElapsedTime(asked).TotalMilliseconds);
            }
            return its;
        }
    }
}
