using System.Text;
using System.Text.Unicode;
using Microsoft.Extensions.Hosting;

namespace Millrace.Core.Telemetry;

/// <summary>One request that has ended. The texts hold nothing that would have to be escaped in JSON.</summary>
public readonly record struct EndedRequest(
    string Method,
    string Route,
    int Status,
    TimeSpan Duration,
    string RequestId,
    Guid? Workspace
);

/// <summary>
/// The console's lines about requests. A logger's way to the console costs several times what a forwarded request
/// does; here a line is written into memory, and what gathered goes out five times a second.
/// </summary>
public sealed class RequestLog(TelemetryOptions options, TimeProvider time) : BackgroundService
{
    /// <summary>What a console that does not take its lines may hold up; further lines are counted and told.</summary>
    private const int MostBytes = 1 << 20;
    private const int LongestLine = 1024;

    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(200);

    private readonly Stream _console = Console.OpenStandardOutput();
    private readonly Lock _lock = new();
    private byte[] _filling = new byte[LongestLine];
    private byte[] _writing = new byte[LongestLine];
    private int _length;
    private long _missed;

    public bool IsOn => options.RequestLog;

    public void Add(in EndedRequest request)
    {
        Span<byte> line = stackalloc byte[LongestLine];
        if (TryFormat(request, line, out var length))
            Add(line[..length]);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        // A console that takes nothing any more holds up no stop.
        if (ExecuteTask is not { IsCompleted: false })
            await WriteAsync();
    }

    public override void Dispose()
    {
        _console.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
            await WriteAsync();
    }

    private bool TryFormat(in EndedRequest request, Span<byte> line, out int length)
    {
        var now = time.GetUtcNow();
        var microseconds = (long)request.Duration.TotalMicroseconds;
        return options.ConsoleIsJson
            ? Utf8.TryWrite(
                line,
                $$"""{"time":"{{now:yyyy-MM-dd'T'HH:mm:ss.fff'Z'}}","level":"info","category":"Millrace.Requests","event":"Request","message":"{{request.Method}} {{request.Route}} {{request.Status}}","method":"{{request.Method}}","route":"{{request.Route}}","status":{{request.Status}},"duration_us":{{microseconds}},"request_id":"{{request.RequestId}}","workspace":"{{request.Workspace}}"}{{'\n'}}""",
                out length
            )
            : Utf8.TryWrite(
                line,
                $"{now.ToLocalTime():HH:mm:ss.fff} info  Requests: {request.Method} {request.Route} {request.Status} in {microseconds} µs, request {request.RequestId}\n",
                out length
            );
    }

    private string Missed(long requests) =>
        options.ConsoleIsJson
            ? $$"""{"level":"warn","category":"Millrace.Requests","event":"RequestsMissed","message":"Requests are not shown: the console was too slow","requests":{{requests}}}{{'\n'}}"""
            : $"{requests} requests are not shown: the console was too slow\n";

    private void Add(ReadOnlySpan<byte> line)
    {
        lock (_lock)
        {
            if (_length + line.Length > _filling.Length && !Grow(_length + line.Length))
            {
                _missed++;
                return;
            }
            line.CopyTo(_filling.AsSpan(_length));
            _length += line.Length;
        }
    }

    private bool Grow(int needed)
    {
        if (needed > MostBytes)
            return false;
        Array.Resize(ref _filling, Math.Min(MostBytes, needed * 2));
        return true;
    }

    private async Task WriteAsync()
    {
        int length;
        long missed;
        lock (_lock)
        {
            (_filling, _writing) = (_writing, _filling);
            (length, _length) = (_length, 0);
            (missed, _missed) = (_missed, 0);
        }
        try
        {
            await _console.WriteAsync(_writing.AsMemory(0, length));
            if (missed > 0)
                await _console.WriteAsync(Encoding.UTF8.GetBytes(Missed(missed)));
        }
        catch (IOException)
        {
            // Nobody reads the console any more.
        }
    }
}
