using System.Buffers;
using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace Millrace.Core.Telemetry;

/// <summary>
/// One instrument's series, one for each set of labels. There are at most <see cref="MaxSeries"/>: labels beyond are
/// counted together, so that a label that follows input cannot fill the memory.
/// </summary>
internal sealed class MetricFamily
{
    private const int MaxSeries = 500;
    private const int MaxLabelLength = 512;
    private const string Overflow = "overflow=\"true\"";

    private static readonly double[] Seconds =
    [
        0.001,
        0.0025,
        0.005,
        0.01,
        0.025,
        0.05,
        0.1,
        0.25,
        0.5,
        1,
        2.5,
        5,
        10,
        30,
        60,
        120,
    ];

    private readonly string _type;
    private readonly string _description;
    private readonly double[]? _bounds;
    private readonly bool _isAbsolute;
    private readonly ConcurrentDictionary<string, MetricSeries> _series = new(
        StringComparer.Ordinal
    );
    private readonly ConcurrentDictionary<string, MetricSeries>.AlternateLookup<
        ReadOnlySpan<char>
    > _byLabels;
    private int _count;

    public MetricFamily(Instrument instrument)
    {
        var kind = instrument.GetType().Name;
        var isHistogram = kind.StartsWith("Histogram", StringComparison.Ordinal);
        var isCounter =
            kind.StartsWith("Counter", StringComparison.Ordinal)
            || kind.StartsWith("ObservableCounter", StringComparison.Ordinal);
        // Observed values and gauges say what is; counters and up-down counters say what is added.
        _isAbsolute = instrument.IsObservable || kind.StartsWith("Gauge", StringComparison.Ordinal);
        _type =
            isHistogram ? "histogram"
            : isCounter ? "counter"
            : "gauge";
        _bounds = isHistogram ? Bounds(instrument) : null;
        _description = instrument.Description ?? "";
        _byLabels = _series.GetAlternateLookup<ReadOnlySpan<char>>();
        Name = NameOf(instrument, isCounter);
    }

    public string Name { get; }

    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        Span<char> buffer = stackalloc char[MaxLabelLength];
        scoped ReadOnlySpan<char> labels = Overflow;
        if (MetricLabels.TryFormat(tags, buffer, out var length))
            labels = buffer[..length];
        if (!_byLabels.TryGetValue(labels, out var series))
            series = Add(labels.ToString());
        series.Record(value, _isAbsolute);
    }

    public void WriteTo(IBufferWriter<byte> writer)
    {
        if (_series.IsEmpty)
            return;
        var text = new StringBuilder();
        if (_description.Length > 0)
            text.Append($"# HELP {Name} ")
                .Append(_description.Replace("\\", "\\\\").Replace("\n", "\\n"))
                .Append('\n');
        text.Append($"# TYPE {Name} {_type}\n");
        foreach (
            var (labels, series) in _series.OrderBy(entry => entry.Key, StringComparer.Ordinal)
        )
            series.WriteTo(text, Name, labels);
        foreach (var chunk in text.GetChunks())
            Encoding.UTF8.GetBytes(chunk.Span, writer);
    }

    private MetricSeries Add(string labels)
    {
        if (Volatile.Read(ref _count) >= MaxSeries)
            labels = Overflow;
        var fresh = new MetricSeries(_bounds);
        if (!_series.TryAdd(labels, fresh))
            return _series[labels];
        Interlocked.Increment(ref _count);
        return fresh;
    }

    private static double[] Bounds(Instrument instrument) =>
        instrument switch
        {
            Histogram<double> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds],
            Histogram<long> { Advice.HistogramBucketBoundaries: { } bounds } =>
            [
                .. bounds.Select(bound => (double)bound),
            ],
            Histogram<int> { Advice.HistogramBucketBoundaries: { } bounds } =>
            [
                .. bounds.Select(bound => (double)bound),
            ],
            _ when instrument.Unit == "s" => Seconds,
            // Counts, bytes and tokens: powers of four up to a billion.
            _ => [.. Enumerable.Range(0, 16).Select(power => Math.Pow(4, power))],
        };

    private static string NameOf(Instrument instrument, bool isCounter)
    {
        var name = new StringBuilder(MetricLabels.Name(instrument.Name));
        var unit = instrument.Unit switch
        {
            "s" => "_seconds",
            "ms" => "_milliseconds",
            "By" => "_bytes",
            _ => "",
        };
        if (!name.ToString().EndsWith(unit, StringComparison.Ordinal))
            name.Append(unit);
        return (isCounter ? name.Append("_total") : name).ToString();
    }
}

/// <summary>The numbers behind one line, or behind one histogram's lines; changed without locks.</summary>
internal sealed class MetricSeries(double[]? bounds)
{
    private readonly long[] _buckets = bounds is null ? [] : new long[bounds.Length + 1];
    private double _value;

    public void Record(double value, bool isAbsolute)
    {
        if (isAbsolute)
        {
            Volatile.Write(ref _value, value);
            return;
        }
        if (bounds is not null)
        {
            var found = Array.BinarySearch(bounds, value);
            Interlocked.Increment(ref _buckets[found >= 0 ? found : ~found]);
        }
        var seen = Volatile.Read(ref _value);
        while (true)
        {
            var was = Interlocked.CompareExchange(ref _value, seen + value, seen);
            if (was.Equals(seen))
                return;
            seen = was;
        }
    }

    public void WriteTo(StringBuilder text, string name, string labels)
    {
        if (bounds is null)
        {
            Line(text, name, "", labels, Volatile.Read(ref _value));
            return;
        }
        long count = 0;
        for (var i = 0; i < _buckets.Length; i++)
        {
            count += Volatile.Read(ref _buckets[i]);
            var bound = i < bounds.Length ? Number(bounds[i]) : "+Inf";
            var all = labels.Length == 0 ? $"le=\"{bound}\"" : $"{labels},le=\"{bound}\"";
            Line(text, name, "_bucket", all, count);
        }
        Line(text, name, "_sum", labels, Volatile.Read(ref _value));
        Line(text, name, "_count", labels, count);
    }

    private static void Line(
        StringBuilder text,
        string name,
        string suffix,
        string labels,
        double value
    )
    {
        text.Append(name).Append(suffix);
        if (labels.Length > 0)
            text.Append('{').Append(labels).Append('}');
        text.Append(' ').Append(Number(value)).Append('\n');
    }

    private static string Number(double value) =>
        double.IsPositiveInfinity(value) ? "+Inf"
        : double.IsNegativeInfinity(value) ? "-Inf"
        : value.ToString("R", CultureInfo.InvariantCulture);
}
