using System.Diagnostics;
using Millrace.Bench.Measuring;
using Millrace.Knowledge.Vectors;

namespace Millrace.Bench.Searching;

/// <summary>What one thread got from an index that was asked every query.</summary>
internal sealed record Searched(Lap Lap, double Recall)
{
    public static Searched Ask(VectorIndex<int> index, Truth truth, int times)
    {
        var milliseconds = new List<double>();
        var found = new List<IEnumerable<int>>();
        // The first time is the warm-up.
        for (var time = 0; time <= times; time++)
        {
            found.Clear();
            foreach (var query in truth.Queries)
            {
                var started = Stopwatch.GetTimestamp();
                var hits = index.Search(query, Truth.Most);
                if (time > 0)
                    milliseconds.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
                found.Add(hits.Select(hit => hit.Key));
            }
        }
        milliseconds.Sort();
        var lap = new Lap(
            1000 / milliseconds.Average(),
            Figures.Quantile(milliseconds, 0.5),
            Figures.Quantile(milliseconds, 0.99)
        );
        return new Searched(lap, truth.Recall(found));
    }
}
