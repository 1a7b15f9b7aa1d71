using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Millrace.Core.Health;

public enum HealthState
{
    Healthy,
    Degraded,
    Unhealthy,
}

/// <summary>How the installation fares.</summary>
public sealed record HealthReport(
    HealthState State,
    IReadOnlyDictionary<string, ComponentState> Components
);

/// <summary>Asks all probes when somebody wants to know, and keeps what they said for some seconds.</summary>
public sealed partial class HealthBoard(
    IEnumerable<IHealthProbe> probes,
    TimeProvider time,
    ILogger<HealthBoard> logger
)
{
    // With the patience for a slow probe, a report is never older than the 15 s of t-backend §8.1.
    private static readonly TimeSpan Kept = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly IHealthProbe[] _probes = [.. probes];
    private readonly DateTimeOffset _processStart = ProcessStart();
    private Round? _latest;

    /// <summary>How long this process has been running.</summary>
    public TimeSpan Uptime => time.GetUtcNow() - _processStart;

    /// <summary>The state now; callers who ask at the same time share one round of checks.</summary>
    public Task<HealthReport> ReadAsync()
    {
        var latest = Volatile.Read(ref _latest);
        if (latest is not null && time.GetElapsedTime(latest.Began) < Kept)
            return latest.Report.Value;
        var next = new Round(time.GetTimestamp(), new Lazy<Task<HealthReport>>(CheckAllAsync));
        var raced = Interlocked.CompareExchange(ref _latest, next, latest);
        return (raced == latest ? next : raced!).Report.Value;
    }

    private async Task<HealthReport> CheckAllAsync()
    {
        var states = await Task.WhenAll(_probes.Select(CheckAsync));
        var components = _probes
            .Zip(states)
            .ToDictionary(
                pair => pair.First.Component,
                pair => pair.Second,
                StringComparer.Ordinal
            );
        var isDown = _probes.Any(probe =>
            probe.IsVital && components[probe.Component] == ComponentState.Down
        );
        var isWhole = states.All(state => state is ComponentState.Ok or ComponentState.Disabled);
        return new HealthReport(
            isDown ? HealthState.Unhealthy
                : isWhole ? HealthState.Healthy
                : HealthState.Degraded,
            components
        );
    }

    private async Task<ComponentState> CheckAsync(IHealthProbe probe)
    {
        using var enough = new CancellationTokenSource(Patience, time);
        try
        {
            return await probe.CheckAsync(enough.Token).WaitAsync(enough.Token);
        }
        catch (Exception exception)
        {
            Log.Down(logger, exception, probe.Component);
            return ComponentState.Down;
        }
    }

    private static DateTimeOffset ProcessStart()
    {
        using var process = Process.GetCurrentProcess();
        return new DateTimeOffset(process.StartTime);
    }

    private sealed record Round(long Began, Lazy<Task<HealthReport>> Report);

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "Component {Component} is down")]
        public static partial void Down(ILogger logger, Exception exception, string component);
    }
}
