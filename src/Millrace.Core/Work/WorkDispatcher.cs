using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Millrace.Core.Failures;
using Millrace.Core.Identity;
using Millrace.Core.Ids;
using Millrace.Core.Storage;

namespace Millrace.Core.Work;

/// <summary>
/// Takes items that are due and runs them, a bounded number at a time, the workspaces by turns. It looks when it was
/// woken, when the next item is due, and now and then for what other processes queued.
/// </summary>
internal sealed partial class WorkDispatcher(
    Store store,
    WorkQueue queue,
    IEnumerable<IWorkHandler> handlers,
    WorkOptions options,
    TimeProvider time,
    ILogger<WorkDispatcher> logger,
    IHostApplicationLifetime? lifetime = null
) : BackgroundService
{
    private static readonly TimeSpan RenewEvery = TimeSpan.FromSeconds(15);

    // Of a process that is asked to end: until its runs are interrupted, and then until they are taken from it.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    private readonly Dictionary<string, IWorkHandler> _handlers = handlers.ToDictionary(handler =>
        handler.Kind
    );
    private readonly WorkLeases _leases = new(store, time);
    private readonly CancellationTokenSource _stopping = new();

    // When each workspace that waits had its last turn.
    private Dictionary<Id<Workspace>, long> _turns = [];
    private long _turn;

    /// <summary>Ends what can be ended until <paramref name="cancellationToken"/> is cancelled, and hands back the rest.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await base.StopAsync(cancellationToken);
        await HandBackAsync();
    }

    public override void Dispose()
    {
        _stopping.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Not only when it is this service's turn to stop: the requests under way come first, and may take the whole time.
        await using var asked = lifetime?.ApplicationStopping.UnsafeRegister(
            static stopping => _ = ((CancellationTokenSource)stopping!).CancelAsync(),
            _stopping
        );
        using var over = new CancellationTokenSource();
        var renewing = RenewAsync(over.Token);
        while (!_stopping.IsCancellationRequested)
        {
            queue.Changed.TakeBack();
            var wait = await TakeSafelyAsync(_stopping.Token);
            await queue
                .Changed.WaitAsync(wait, time, _stopping.Token)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        if (!await HaveEndedAsync(Patience))
            await HandBackAsync();
        await over.CancelAsync();
        await renewing;
    }

    /// <summary>Starts what is due and free places allow, and says how long nothing more will be due.</summary>
    internal async Task<TimeSpan> TakeAsync(CancellationToken cancellation)
    {
        var longest = options.Poll(store.Dialect);
        var places = options.Parallelism - queue.Running.Count;
        if (places <= 0)
            return longest;
        var waiting = await _leases.WaitingAsync(cancellation);
        var now = time.GetUtcNow();
        if (waiting.FirstLeaseEnd < now)
        {
            await _leases.ReclaimAsync(cancellation);
            waiting = await _leases.WaitingAsync(cancellation);
        }
        var due = waiting.Workspaces.Where(entry => entry.FirstDue <= now).ToList();
        if (due.Count > 0)
        {
            var turns = Turns([.. due.Select(entry => entry.Workspace)]);
            var taken = await TakeAsync(turns, places, cancellation);
            taken.ForEach(Start);
            // What comes next in the workspaces that had a turn was not seen yet.
            if (taken.Count > 0)
                return TimeSpan.Zero;
        }
        var next = waiting
            .Workspaces.Select(entry => entry.FirstDue)
            .Append(waiting.FirstLeaseEnd + TimeSpan.FromMilliseconds(1) ?? DateTimeOffset.MaxValue)
            .Where(at => at > now)
            .Append(now + longest)
            .Min();
        return next - now;
    }

    private async Task<TimeSpan> TakeSafelyAsync(CancellationToken cancellation)
    {
        try
        {
            return await TakeAsync(cancellation);
        }
        catch (Exception failure) when (!cancellation.IsCancellationRequested)
        {
            Log.CannotTake(logger, failure);
        }
        catch (OperationCanceledException)
        {
            // The loop ends.
        }
        return options.Poll(store.Dialect);
    }

    // The workspace with the fewest running items comes first; among equals, the one whose last turn is longest ago.
    private PriorityQueue<Id<Workspace>, (int Running, long Turn)> Turns(
        List<Id<Workspace>> workspaces
    )
    {
        var running = queue
            .Running.Values.GroupBy(lease => lease.Item.WorkspaceId)
            .ToDictionary(group => group.Key, group => group.Count());
        _turns = workspaces.ToDictionary(
            workspace => workspace,
            workspace => _turns.GetValueOrDefault(workspace)
        );
        return new PriorityQueue<Id<Workspace>, (int, long)>(
            workspaces.Select(workspace =>
                (workspace, (running.GetValueOrDefault(workspace), _turns[workspace]))
            )
        );
    }

    private Task<List<WorkLease>> TakeAsync(
        PriorityQueue<Id<Workspace>, (int Running, long Turn)> turns,
        int places,
        CancellationToken cancellation
    ) =>
        store.WriteAsync(
            Reach.Installation,
            async db =>
            {
                var taken = new List<WorkLease>();
                while (taken.Count < places && turns.TryDequeue(out var workspace, out var place))
                {
                    if (await _leases.TakeAsync(db, workspace) is not { } lease)
                        continue;
                    taken.Add(lease);
                    _turns[workspace] = ++_turn;
                    turns.Enqueue(workspace, (place.Running + 1, _turn));
                }
                return taken;
            },
            cancellation
        );

    private void Start(WorkLease lease)
    {
        queue.Running[lease.Item.Id] = lease;
        lease.Ended = RunAsync(lease);
    }

    /// <summary>Interrupts what still runs, and gives back what does not end.</summary>
    private async Task HandBackAsync()
    {
        foreach (var lease in queue.Running.Values)
            lease.Interrupt();
        if (await HaveEndedAsync(Grace))
            return;
        foreach (var lease in queue.Running.Values)
            await _leases.HandBackAsync(lease);
    }

    private async Task<bool> HaveEndedAsync(TimeSpan within)
    {
        var ended = Task.WhenAll(queue.Running.Values.Select(lease => lease.Ended));
        await ((Task)ended.WaitAsync(within, time)).ConfigureAwait(
            ConfigureAwaitOptions.SuppressThrowing
        );
        return ended.IsCompleted;
    }

    private async Task RunAsync(WorkLease lease)
    {
        // The handler's first steps are not the dispatcher's time.
        await Task.Yield();
        try
        {
            await RunHandlerAsync(lease);
        }
        catch (Exception failure)
        {
            // What could not be written now is made good when the lease ends.
            Log.CannotEnd(logger, lease.Item.Kind, lease.Item.Id.Value, failure);
        }
        queue.Running.TryRemove(new(lease.Item.Id, lease));
        lease.Dispose();
        queue.Changed.Set();
    }

    private async Task RunHandlerAsync(WorkLease lease)
    {
        try
        {
            if (!_handlers.TryGetValue(lease.Item.Kind, out var handler))
                throw new NotSupportedException(
                    $"Nothing here does work of kind '{lease.Item.Kind}'."
                );
            var context = new WorkContext(lease, _leases, _stopping.Token);
            await handler.RunAsync(context, lease.Over);
        }
        catch (Exception) when (lease.IsLost || lease.IsFinished)
        {
            return;
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            await _leases.HandBackAsync(lease);
            return;
        }
        catch (Exception failure)
        {
            var known = failure as Failure;
            Log.AttemptFailed(
                logger,
                lease.Item.Kind,
                lease.Item.Id.Value,
                lease.Item.Attempts,
                lease.Item.MaxAttempts,
                known is null ? failure.GetType().Name : $"{known.Code}, {known.Reason}",
                // With a failure's message it would say what its reason leaves out.
                known is null ? failure : null
            );
            await _leases.FailAsync(lease, failure);
            return;
        }
        if (!lease.IsFinished)
            await _leases.FinishAsync(lease);
    }

    private async Task RenewAsync(CancellationToken over)
    {
        using var timer = new PeriodicTimer(RenewEvery, time);
        while (await NextAsync(timer, over))
        {
            var leases = queue.Running.Values.ToList();
            if (leases.Count == 0)
                continue;
            try
            {
                await _leases.RenewAsync(leases, over);
            }
            catch (Exception failure) when (!over.IsCancellationRequested)
            {
                Log.CannotRenew(logger, failure);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private static async Task<bool> NextAsync(PeriodicTimer timer, CancellationToken over)
    {
        try
        {
            return await timer.WaitForNextTickAsync(over);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Error, "Work items cannot be taken; trying again")]
        public static partial void CannotTake(ILogger logger, Exception failure);

        [LoggerMessage(LogLevel.Warning, "Leases of work items cannot be renewed; trying again")]
        public static partial void CannotRenew(ILogger logger, Exception failure);

        [LoggerMessage(
            LogLevel.Warning,
            "Work {Kind} {Item} failed in attempt {Attempt} of {MaxAttempts}: {Reason}"
        )]
        public static partial void AttemptFailed(
            ILogger logger,
            string kind,
            Guid item,
            long attempt,
            long maxAttempts,
            string reason,
            Exception? failure
        );

        [LoggerMessage(LogLevel.Error, "The end of work {Kind} {Item} cannot be written")]
        public static partial void CannotEnd(
            ILogger logger,
            string kind,
            Guid item,
            Exception failure
        );
    }
}
