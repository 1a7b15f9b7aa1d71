using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Millrace.Core.Storage;

namespace Millrace.Agents.Runs;

/// <summary>
/// Closes the runs of processes that died: at the start on SQLite, which has one server process, and every minute on
/// PostgreSQL, where a neighbour may die at any time.
/// </summary>
internal sealed partial class RunRecovery(
    AbandonedRuns abandoned,
    Store store,
    TimeProvider time,
    ILogger<RunRecovery> logger
) : BackgroundService
{
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await abandoned.CloseAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (store.Dialect is Dialect.Sqlite)
            return;
        using var timer = new PeriodicTimer(TimeSpan.FromMinutes(1), time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await abandoned.CloseAsync(stoppingToken);
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                Log.Failed(logger, failure);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "Abandoned runs could not be closed")]
        public static partial void Failed(ILogger logger, Exception failure);
    }
}
