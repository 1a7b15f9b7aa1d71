namespace Millrace.Bench.Measuring;

/// <summary>What one contender did in one turn.</summary>
/// <param name="Rate">Operations a second.</param>
/// <param name="P50">Milliseconds.</param>
/// <param name="P99">Milliseconds.</param>
internal sealed record Lap(double Rate, double P50, double P99, long Failed = 0)
{
    /// <summary>The median of each figure by itself.</summary>
    public static Lap Median(IReadOnlyCollection<Lap> laps) =>
        new(
            Figures.Median(laps.Select(lap => lap.Rate)),
            Figures.Median(laps.Select(lap => lap.P50)),
            Figures.Median(laps.Select(lap => lap.P99)),
            laps.Sum(lap => lap.Failed)
        );
}

internal static class Figures
{
    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        var middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /// <summary>The value that so large a part of <paramref name="sorted"/> does not exceed.</summary>
    public static double Quantile(IReadOnlyList<double> sorted, double part) =>
        sorted.Count == 0
            ? double.NaN
            : sorted[Math.Min(sorted.Count - 1, (int)(sorted.Count * part))];
}
