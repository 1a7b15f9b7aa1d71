using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Millrace.Core.Storage;

namespace Millrace.Core.Events;

/// <summary>Follows the log while anybody subscribes, and wakes the readers of what other processes appended.</summary>
internal sealed partial class EventTail(
    Store store,
    EventLog log,
    EventOptions options,
    TimeProvider time,
    ILogger<EventTail> logger
) : BackgroundService
{
    private LogPosition? _position;

    /// <summary>Wakes whom the events since the last call concern.</summary>
    internal async Task LookAsync(CancellationToken cancellation)
    {
        if (!log.Subjects.Any)
        {
            _position = null;
            return;
        }
        if (_position is not { } position)
        {
            _position = await log.EndAsync(cancellation);
            log.Subjects.WakeAll();
            return;
        }
        _position = await log.WakeAsync(position, cancellation);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Poll(store.Dialect), time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await LookAsync(stoppingToken);
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                Log.CannotLook(logger, failure);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "The event log cannot be read; trying again")]
        public static partial void CannotLook(ILogger logger, Exception failure);
    }
}
