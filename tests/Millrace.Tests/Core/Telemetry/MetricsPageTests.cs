using System.Buffers;
using System.Diagnostics.Metrics;
using System.Text;
using Millrace.Core.Telemetry;

namespace Millrace.Tests.Core.Telemetry;

public sealed class MetricsPageTests : IDisposable
{
    private readonly Meter _meter = new($"Millrace.Tests.{Guid.NewGuid():N}");
    private readonly string _name = $"t{Guid.NewGuid():N}";
    private readonly MetricsPage _page = new();

    public void Dispose()
    {
        _page.Dispose();
        _meter.Dispose();
    }

    [Fact]
    public void A_counter_adds_up_per_label_set()
    {
        var counter = _meter.CreateCounter<long>($"{_name}.calls", "{call}", "Calls made.");
        counter.Add(2, Tag("model", "a"), Tag("status.code", 200));
        counter.Add(3, Tag("model", "a"), Tag("status.code", 200));
        counter.Add(1, Tag("model", "b"), Tag("status.code", 500));
        Lines()
            .ShouldBe([
                $"# HELP {_name}_calls_total Calls made.",
                $"# TYPE {_name}_calls_total counter",
                $"{_name}_calls_total{{model=\"a\",status_code=\"200\"}} 5",
                $"{_name}_calls_total{{model=\"b\",status_code=\"500\"}} 1",
            ]);
    }

    [Fact]
    public void Gauges_and_up_down_counters_show_what_is()
    {
        var open = _meter.CreateUpDownCounter<int>($"{_name}.open");
        open.Add(5);
        open.Add(-2);
        var heat = _meter.CreateGauge<double>($"{_name}.heat");
        heat.Record(3.5);
        heat.Record(-1.25);
        var reads = 0;
        _meter.CreateObservableGauge($"{_name}.seen", () => ++reads, "By");
        Lines().ShouldContain($"{_name}_open 3");
        Lines().ShouldContain($"{_name}_heat -1.25");
        Lines().ShouldContain($"{_name}_seen_bytes 3");
    }

    [Fact]
    public void A_histogram_counts_cumulatively_with_sum_and_count()
    {
        var histogram = _meter.CreateHistogram(
            $"{_name}.duration",
            "s",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.5, 1] }
        );
        foreach (var value in new[] { 0.25, 0.5, 0.75, 8 })
            histogram.Record(value, Tag("route", "/chat"));
        Lines()
            .ShouldBe([
                $"# TYPE {_name}_duration_seconds histogram",
                $"{_name}_duration_seconds_bucket{{route=\"/chat\",le=\"0.5\"}} 2",
                $"{_name}_duration_seconds_bucket{{route=\"/chat\",le=\"1\"}} 3",
                $"{_name}_duration_seconds_bucket{{route=\"/chat\",le=\"+Inf\"}} 4",
                $"{_name}_duration_seconds_sum{{route=\"/chat\"}} 9.5",
                $"{_name}_duration_seconds_count{{route=\"/chat\"}} 4",
            ]);
    }

    [Fact]
    public void Label_values_are_escaped()
    {
        _meter.CreateCounter<int>($"{_name}.odd").Add(1, Tag("9 path", "C:\\a\n\"b\""));
        Lines().ShouldContain($"{_name}_odd_total{{__path=\"C:\\\\a\\n\\\"b\\\"\"}} 1");
    }

    [Fact]
    public void Labels_that_follow_input_stay_bounded_and_nothing_is_lost()
    {
        var counter = _meter.CreateCounter<int>($"{_name}.hostile");
        for (var i = 0; i < 10_000; i++)
            counter.Add(1, Tag("user", i));
        counter.Add(1, Tag("user", new string('x', 5000)));
        var series = Lines().Where(line => !line.StartsWith('#')).ToList();
        series.Count.ShouldBe(501);
        series.ShouldContain($"{_name}_hostile_total{{overflow=\"true\"}} 9501");
        series.Sum(line => long.Parse(line[(line.LastIndexOf(' ') + 1)..])).ShouldBe(10_001);
    }

    [Fact]
    public async Task Nothing_is_lost_when_many_count_at_once()
    {
        var counter = _meter.CreateCounter<double>($"{_name}.many");
        await Parallel.ForAsync(
            0,
            10_000,
            TestContext.Current.CancellationToken,
            (_, _) =>
            {
                counter.Add(0.5);
                return ValueTask.CompletedTask;
            }
        );
        Lines().ShouldContain($"{_name}_many_total 5000");
    }

    [Fact]
    public void A_known_label_set_is_counted_without_allocation()
    {
        var counter = _meter.CreateCounter<long>($"{_name}.hot");
        counter.Add(1, Tag("model", "a"));
        var tag = Tag("model", "a");
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
            counter.Add(1, tag);
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(1000);
    }

    private static KeyValuePair<string, object?> Tag(string key, object value) => new(key, value);

    /// <summary>This test's own lines: other meters of the process are on the page too.</summary>
    private List<string> Lines()
    {
        var writer = new ArrayBufferWriter<byte>();
        _page.WriteTo(writer);
        return
        [
            .. Encoding
                .UTF8.GetString(writer.WrittenSpan)
                .Split('\n')
                .Where(line => line.Contains(_name)),
        ];
    }
}
