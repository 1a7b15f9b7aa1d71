using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Millrace.Core.Identity;

/// <summary>Writes down every minute, and at the end, when keys were last used.</summary>
internal sealed partial class LastUsedFlush(
    ApiKeys keys,
    TimeProvider time,
    ILogger<LastUsedFlush> logger
) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(1);

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await FlushAsync(CancellationToken.None);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
            await FlushAsync(stoppingToken);
    }

    private async Task FlushAsync(CancellationToken cancellation)
    {
        try
        {
            await keys.FlushLastUsedAsync(cancellation);
        }
        catch (Exception failure) when (!cancellation.IsCancellationRequested)
        {
            Log.CannotFlush(logger, failure);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "The last use of keys cannot be written; trying again")]
        public static partial void CannotFlush(ILogger logger, Exception failure);
    }
}
