using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Millrace.Core.Ids;

namespace Millrace.Core.Webhooks;

/// <summary>
/// Holds endpoints and has each delivered to, until its owner changes it or another node has it. It looks for endpoints
/// that nobody holds when it was woken, and now and then for those of nodes that died.
/// </summary>
internal sealed partial class WebhookCourier(
    WebhookLedger ledger,
    WebhookRuns runs,
    WebhookChanges changes,
    TimeProvider time,
    ILogger<WebhookCourier> logger
) : BackgroundService
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            changes.Signal.TakeBack();
            await LookSafelyAsync(stoppingToken);
            await changes
                .Signal.WaitAsync(LookEvery, time, stoppingToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        changes.InterruptAll();
        await changes.EndedAsync();
    }

    private async Task LookSafelyAsync(CancellationToken cancellation)
    {
        try
        {
            await LookAsync(cancellation);
        }
        catch (Exception failure) when (!cancellation.IsCancellationRequested)
        {
            Log.CannotLook(logger, failure);
        }
        catch (OperationCanceledException)
        {
            // The process ends.
        }
    }

    private async Task LookAsync(CancellationToken cancellation)
    {
        // What is held and not run could not be released when its run ended, or its taking was not heard of.
        foreach (var id in changes.Compare(await ledger.RenewAsync(cancellation)))
            await ledger.ReleaseAsync(id);
        List<Id<WebhookEndpoint>> taken;
        do
        {
            taken = await ledger.TakeAsync(cancellation);
            foreach (var id in taken)
                changes.Start(id, over => RunAsync(id, over));
        } while (taken.Count > 0);
    }

    private async Task RunAsync(Id<WebhookEndpoint> id, CancellationToken over)
    {
        try
        {
            var run = await runs.OpenAsync(id, version => changes.Note(id, version), over);
            if (run is not null)
                await run.RunAsync(over);
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            // Changed, taken by another, or the process ends.
        }
        catch (Exception failure)
        {
            Log.RunFailed(logger, id.Value, failure);
            await Task.Delay(AfterFailure, time, over)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        await ReleaseAsync(id);
    }

    private async Task ReleaseAsync(Id<WebhookEndpoint> id)
    {
        try
        {
            await ledger.ReleaseAsync(id);
        }
        catch (Exception failure)
        {
            // The lease ends by itself.
            Log.CannotLook(logger, failure);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "Webhook endpoints cannot be looked for; trying again")]
        public static partial void CannotLook(ILogger logger, Exception failure);

        [LoggerMessage(LogLevel.Warning, "Delivering to webhook {Endpoint} failed; trying again")]
        public static partial void RunFailed(ILogger logger, Guid endpoint, Exception failure);
    }
}
