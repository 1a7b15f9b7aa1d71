using System.Buffers;
using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Numerics;

namespace Millrace.Core.Telemetry;

/// <summary>
/// What <c>/metrics</c> shows: every counter, gauge and histogram of ours, of ASP.NET and of the runtime since the
/// start, in Prometheus' text format 0.0.4. Stands in for OpenTelemetry's Prometheus exporter, which cannot be had.
/// </summary>
public sealed class MetricsPage : IDisposable
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private static readonly string[] Meters =
    [
        TelemetryRegistration.Prefix,
        .. TelemetryRegistration.FrameworkMeters,
    ];

    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<string, MetricFamily> _families = new();

    /// <param name="own">Makes this server's meters. Those that another server of the process made are not shown.</param>
    public MetricsPage(IMeterFactory? own = null)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            var meter = instrument.Meter;
            var isOwn = meter.Scope is not IMeterFactory maker || maker == own;
            if (
                !isOwn
                || !Array.Exists(
                    Meters,
                    name => meter.Name.StartsWith(name, StringComparison.Ordinal)
                )
            )
                return;
            var family = new MetricFamily(instrument);
            // Of two meters with one name the first is shown: a page may not hold a family twice.
            if (_families.TryAdd(family.Name, family))
                listener.EnableMeasurementEvents(instrument, family);
        };
        // An instrument that is gone frees its name for the meter that comes after.
        _listener.MeasurementsCompleted = (_, state) =>
        {
            if (state is MetricFamily family)
                _families.TryRemove(new(family.Name, family));
        };
        Record<byte>();
        Record<short>();
        Record<int>();
        Record<long>();
        Record<float>();
        Record<double>();
        Record<decimal>();
        _listener.Start();
    }

    /// <summary>Writes the page. Observed instruments are asked now.</summary>
    public void WriteTo(IBufferWriter<byte> writer)
    {
        _listener.RecordObservableInstruments();
        foreach (
            var family in _families.Values.OrderBy(family => family.Name, StringComparer.Ordinal)
        )
            family.WriteTo(writer);
    }

    public void Dispose() => _listener.Dispose();

    private void Record<T>()
        where T : struct, INumber<T> =>
        _listener.SetMeasurementEventCallback<T>(
            static (_, value, tags, state) =>
                ((MetricFamily)state!).Record(double.CreateSaturating(value), tags)
        );
}
