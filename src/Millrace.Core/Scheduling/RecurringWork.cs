using System.Globalization;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Millrace.Core.Storage;
using Millrace.Core.Work;

namespace Millrace.Core.Scheduling;

/// <summary>Work of the installation that comes once per interval, however many processes there are.</summary>
public interface IRecurringWork : IWorkHandler
{
    TimeSpan Every { get; }
}

/// <summary>
/// Queues each recurring work's occurrence when its interval begins, and at the start the present one. The interval's
/// number names the occurrence, so that it is queued once.
/// </summary>
internal sealed partial class RecurringSchedule(
    WorkQueue queue,
    IEnumerable<IWorkHandler> handlers,
    TimeProvider time,
    ILogger<RecurringSchedule> logger
) : BackgroundService
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(30);

    private readonly List<IRecurringWork> _recurring = [.. handlers.OfType<IRecurringWork>()];

    /// <summary>Queues the present occurrences, and says how long until the next begins.</summary>
    internal async Task<TimeSpan> QueueAsync(CancellationToken cancellation)
    {
        var now = time.GetUtcNow().UtcTicks;
        foreach (var work in _recurring)
        {
            var occurrence = (now / work.Every.Ticks).ToString(CultureInfo.InvariantCulture);
            await queue.EnqueueAsync(
                new NewWork(default, work.Kind) { Occurrence = occurrence },
                cancellation
            );
        }
        return TimeSpan.FromTicks(
            _recurring.Min(work => work.Every.Ticks - now % work.Every.Ticks)
        );
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (_recurring.Count > 0)
            await Task.Delay(await QueueSafelyAsync(stoppingToken), time, stoppingToken);
    }

    private async Task<TimeSpan> QueueSafelyAsync(CancellationToken cancellation)
    {
        try
        {
            return await QueueAsync(cancellation);
        }
        catch (Exception failure) when (!cancellation.IsCancellationRequested)
        {
            Log.CannotQueue(logger, failure);
            return RetryAfter;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "Recurring work cannot be queued; trying again")]
        public static partial void CannotQueue(ILogger logger, Exception failure);
    }
}

/// <summary>Removes rows in steps, so that no write holds up the others for long.</summary>
public static class Removal
{
    private const int Step = 1_000;

    /// <param name="sql">Removes at most <c>$1</c> rows.</param>
    public static async Task RunAsync(
        Store store,
        string sql,
        object[] arguments,
        CancellationToken cancellation
    )
    {
        int removed;
        do
        {
            removed = await store.WriteAsync(
                Reach.Installation,
                db => db.ExecuteAsync(sql, [(long)Step, .. arguments]),
                cancellation
            );
        } while (removed == Step);
    }
}
