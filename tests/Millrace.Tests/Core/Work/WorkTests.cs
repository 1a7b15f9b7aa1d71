using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Millrace.Core.Failures;
using Millrace.Core.Identity;
using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Core.Work;
using Millrace.Testing;

namespace Millrace.Tests.Core.Work;

public sealed class WorkTests
{
    private static readonly Id<Workspace> Ada = Id<Workspace>.Random();
    private static readonly Id<Workspace> Bob = Id<Workspace>.Random();

    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddYears(56));

    [Theory, OnEachDatabase]
    public async Task Queued_work_is_done_and_says_so(Dialect dialect)
    {
        await using var test = await TestStore.CreateAsync(dialect);
        var handler = new Handler();
        await using var process = Start(test.Store, handler);

        var id = await process.Queue.EnqueueAsync(new NewWork(Ada, "job", """{"n":1}"""));
        await process.RunDueAsync();

        handler.Payloads.ShouldBe(["""{"n":1}"""]);
        var item = await process.Queue.GetAsync(Ada, id);
        item.State.ShouldBe(WorkState.Done);
        item.Progress.ShouldBe(100);
        await Should.ThrowAsync<NotFound>(process.Queue.GetAsync(Bob, id));
    }

    [Theory, OnEachDatabase]
    public async Task Work_of_a_failed_write_is_never_done(Dialect dialect)
    {
        await using var test = await TestStore.CreateAsync(dialect);
        var handler = new Handler();
        await using var process = Start(test.Store, handler);

        await Should.ThrowAsync<InvalidOperationException>(
            test.Store.WriteAsync(
                Ada,
                async db =>
                {
                    await process.Queue.EnqueueAsync(db, new NewWork(Ada, "job"));
                    throw new InvalidOperationException("no");
                }
            )
        );
        await process.RunDueAsync();

        handler.Payloads.ShouldBeEmpty();
    }

    [Theory, OnEachDatabase]
    public async Task The_running_server_wakes_for_new_work_by_itself(Dialect dialect)
    {
        await using var test = await TestStore.CreateAsync(dialect);
        var handler = new Handler();
        await using var process = Start(test.Store, handler);
        await process.Dispatcher.StartAsync(CancellationToken.None);

        await process.Queue.EnqueueAsync(new NewWork(Ada, "job", "1"));
        await handler.Started.Task.WaitAsync(Patience);

        await process.Dispatcher.StopAsync(CancellationToken.None);
        handler.Payloads.ShouldBe(["1"]);
    }

    [Theory, OnEachDatabase]
    public async Task What_waits_already_is_not_missing(Dialect dialect)
    {
        await using var test = await TestStore.CreateAsync(dialect);
        await using var process = Start(test.Store, new Handler());
        await process.Queue.EnqueueAsync(new NewWork(Ada, "job", "done"));
        await process.RunDueAsync();
        foreach (
            var waiting in (NewWork[])
                [
                    new(Ada, "job", "1"),
                    new(Ada, "job", "1"),
                    new(Bob, "job", "2"),
                    new(Ada, "other", "3"),
                    new(Ada, "job", "not asked for"),
                ]
        )
            await process.Queue.EnqueueAsync(waiting);
        NewWork[] wanted =
        [
            .. new[] { "1", "2", "3", "done", "done", "it's \"4\"" }.Select(payload => new NewWork(
                Ada,
                "job",
                payload
            )),
            new(Bob, "job", "2"),
        ];

        var missing = await test.Store.WriteAsync(
            Reach.Installation,
            db => WorkQueue.MissingAsync(db, "job", wanted)
        );
        var none = await test.Store.WriteAsync(
            Reach.Installation,
            db => WorkQueue.MissingAsync(db, "job", [])
        );

        missing.Select(work => work.Payload).ShouldBe(["2", "3", "done", "it's \"4\""]);
        missing.ShouldAllBe(work => work.Workspace == Ada);
        none.ShouldBeEmpty();
    }

    [Theory, OnEachDatabase]
    public async Task The_same_occurrence_is_queued_once(Dialect dialect)
    {
        await using var test = await TestStore.CreateAsync(dialect);
        var handler = new Handler();
        await using var process = Start(test.Store, handler);
        var work = new NewWork(Ada, "job") { Occurrence = "2026-11-24" };

        var ids = await Task.WhenAll(
            Enumerable.Range(0, 10).Select(_ => process.Queue.EnqueueAsync(work))
        );
        await process.Queue.EnqueueAsync(work with { Workspace = Bob });
        await process.RunDueAsync();

        ids.Distinct().Count().ShouldBe(1);
        handler.Payloads.Count.ShouldBe(2);
    }

    [Theory, OnEachDatabase]
    public async Task Work_for_later_waits_for_its_time(Dialect dialect)
    {
        await using var test = await TestStore.CreateAsync(dialect);
        var handler = new Handler();
        await using var process = Start(test.Store, handler);
        await process.Queue.EnqueueAsync(
            new NewWork(Ada, "job") { RunAfter = _time.GetUtcNow().AddMilliseconds(300) }
        );

        var wait = await process.Dispatcher.TakeAsync(CancellationToken.None);
        wait.ShouldBe(TimeSpan.FromMilliseconds(300));
        handler.Payloads.ShouldBeEmpty();
        _time.Advance(wait);
        await process.RunDueAsync();

        handler.Payloads.Count.ShouldBe(1);
    }

    [Theory, OnEachDatabase]
    public async Task Failing_work_is_tried_again_later_and_later_then_dead_then_replayed(
        Dialect dialect
    )
    {
        await using var test = await TestStore.CreateAsync(dialect);
        var handler = new Handler { Failure = new InvalidOperationException("broken") };
        await using var process = Start(test.Store, handler);
        var id = await process.Queue.EnqueueAsync(new NewWork(Ada, "job") { MaxAttempts = 3 });

        var waits = new List<double>();
        for (var attempt = 1; attempt <= 2; attempt++)
        {
            await process.RunDueAsync();
            var retry = await process.Queue.GetAsync(Ada, id);
            retry.State.ShouldBe(WorkState.Waiting);
            retry.Attempts.ShouldBe(attempt);
            waits.Add((retry.RunAfter - _time.GetUtcNow()).TotalSeconds);
            _time.SetUtcNow(retry.RunAfter);
        }
        await process.RunDueAsync();

        waits[0].ShouldBeInRange(1.5, 2.5);
        waits[1].ShouldBeInRange(3, 5);
        var dead = (await process.Queue.ListDeadAsync(Ada)).ShouldHaveSingleItem();
        dead.Error.ShouldBe("InvalidOperationException: broken");
        (await process.Queue.ListDeadAsync(Bob)).ShouldBeEmpty();
        handler.Failure = null;
        await process.Queue.ReplayAsync(Ada, id);
        await process.RunDueAsync();
        (await process.Queue.GetAsync(Ada, id)).State.ShouldBe(WorkState.Done);
        await Should.ThrowAsync<NotFound>(process.Queue.ReplayAsync(Ada, id));
    }

    [Theory, OnEachDatabase]
    public async Task A_failure_that_names_its_time_is_tried_again_then(Dialect dialect)
    {
        await using var test = await TestStore.CreateAsync(dialect);
        var handler = new Handler
        {
            Failure = new Limited("rate_limited", "Slow down.", TimeSpan.FromMinutes(3)),
        };
        await using var process = Start(test.Store, handler);
        var id = await process.Queue.EnqueueAsync(new NewWork(Ada, "job"));

        await process.RunDueAsync();

        var item = await process.Queue.GetAsync(Ada, id);
        item.RunAfter.ShouldBe(_time.GetUtcNow().AddMinutes(3));
        item.Error.ShouldBe("rate_limited: Slow down.");
    }

    [Fact]
    public async Task A_log_tells_a_fault_whole_and_of_a_refusal_nothing_that_it_repeats()
    {
        await using var test = await TestStore.CreateAsync(Dialect.Sqlite);
        var handler = new Handler { Failure = new Invalid("refused", "'herons nest' is bad.") };
        var log = new Lines();
        await using var process = Start(test.Store, handler, log: log);
        await process.Queue.EnqueueAsync(new NewWork(Ada, "job") { MaxAttempts = 1 });
        await process.RunDueAsync();
        handler.Failure = new InvalidOperationException("A hole in the code.");
        await process.Queue.EnqueueAsync(new NewWork(Ada, "job") { MaxAttempts = 1 });
        await process.RunDueAsync();

        log.Written.Count.ShouldBe(2);
        log.Written[0].ShouldContain("refused");
        log.Written[0].ShouldNotContain("herons");
        log.Written[1].ShouldContain("A hole in the code.");
    }

    [Theory, OnEachDatabase]
    public async Task What_a_killed_process_ran_is_taken_over_and_its_result_is_refused(
        Dialect dialect
    )
    {
        await using var test = await TestStore.CreateAsync(dialect);
        await using var other = test.OpenSecond();
        var stuck = new Handler { Blocks = true };
        var dead = Start(test.Store, stuck);
        var handler = new Handler();
        await using var living = Start(other, handler);
        var id = await dead.Queue.EnqueueAsync(new NewWork(Ada, "job"));
        await dead.Dispatcher.TakeAsync(CancellationToken.None);
        await stuck.Started.Task.WaitAsync(Patience);

        _time.Advance(TimeSpan.FromSeconds(59));
        await living.RunDueAsync();
        handler.Payloads.ShouldBeEmpty();
        _time.Advance(TimeSpan.FromSeconds(2));
        await living.RunDueAsync();

        handler.Payloads.Count.ShouldBe(1);
        (await living.Queue.GetAsync(Ada, id)).Attempts.ShouldBe(2);
        await Should.ThrowAsync<Conflict>(
            test.Store.WriteAsync(Ada, db => stuck.Work!.FinishAsync(db))
        );
        await Should.ThrowAsync<Conflict>(stuck.Work!.ReportAsync(50));
        stuck.Release.SetResult();
        await dead.DisposeAsync();
        (await living.Queue.GetAsync(Ada, id)).State.ShouldBe(WorkState.Done);
    }

    [Theory, OnEachDatabase]
    public async Task Work_that_kills_its_process_each_time_ends_as_dead(Dialect dialect)
    {
        await using var test = await TestStore.CreateAsync(dialect);
        var handler = new Handler { Blocks = true };
        await using var process = Start(test.Store, handler);
        await process.Queue.EnqueueAsync(new NewWork(Ada, "job") { MaxAttempts = 1 });
        await process.Dispatcher.TakeAsync(CancellationToken.None);
        await handler.Started.Task.WaitAsync(Patience);

        _time.Advance(TimeSpan.FromSeconds(61));
        await process.Dispatcher.TakeAsync(CancellationToken.None);

        (await process.Queue.ListDeadAsync(Ada)).ShouldHaveSingleItem();
        handler.Release.SetResult();
    }

    [Theory, OnEachDatabase]
    public async Task Cancelling_reaches_the_running_handler_and_waiting_items(Dialect dialect)
    {
        await using var test = await TestStore.CreateAsync(dialect);
        var handler = new Handler { Blocks = true };
        await using var process = Start(test.Store, handler);
        var running = await process.Queue.EnqueueAsync(new NewWork(Ada, "job"));
        await process.Dispatcher.TakeAsync(CancellationToken.None);
        await handler.Started.Task.WaitAsync(Patience);
        var waiting = await process.Queue.EnqueueAsync(new NewWork(Ada, "job"));

        foreach (var id in new[] { running, waiting })
        {
            (await CancelAsync(Bob, id)).ShouldBeFalse();
            (await CancelAsync(Ada, id)).ShouldBeTrue();
            (await CancelAsync(Ada, id)).ShouldBeFalse();
        }
        await process.SettleAsync();

        handler.WasCancelled.ShouldBeTrue();
        (await process.Queue.GetAsync(Ada, running)).State.ShouldBe(WorkState.Cancelled);
        (await process.Queue.GetAsync(Ada, waiting)).State.ShouldBe(WorkState.Cancelled);

        Task<bool> CancelAsync(Id<Workspace> workspace, Id<WorkItem> id) =>
            test.Store.WriteAsync(workspace, db => process.Queue.CancelAsync(db, id));
    }

    [Theory, OnEachDatabase]
    public async Task A_busy_workspace_does_not_hold_up_another(Dialect dialect)
    {
        await using var test = await TestStore.CreateAsync(dialect);
        var handler = new Handler();
        await using var process = Start(test.Store, handler, parallelism: 1);
        for (var number = 0; number < 5; number++)
            await process.Queue.EnqueueAsync(new NewWork(Ada, "job", "\"ada\""));
        for (var number = 0; number < 2; number++)
            await process.Queue.EnqueueAsync(new NewWork(Bob, "job", "\"bob\""));

        for (var turn = 0; turn < 4; turn++)
            await process.RunDueAsync();

        handler.Payloads.Count(payload => payload == "\"bob\"").ShouldBe(2);
    }

    [Theory, OnEachDatabase]
    public async Task Two_processes_share_the_work_and_do_each_item_once(Dialect dialect)
    {
        await using var test = await TestStore.CreateAsync(dialect);
        await using var other = test.OpenSecond();
        var handler = new Handler();
        await using var first = Start(test.Store, handler, parallelism: 3);
        await using var second = Start(other, handler, parallelism: 3);
        for (var number = 0; number < 60; number++)
            await first.Queue.EnqueueAsync(new NewWork(Ada, "job", $"{number}"));

        for (var round = 0; round < 10; round++)
            await Task.WhenAll(first.RunDueAsync(), second.RunDueAsync());

        handler.Payloads.Order().ShouldBe(Enumerable.Range(0, 60).Select(n => $"{n}").Order());
    }

    [Theory, OnEachDatabase]
    public async Task Progress_and_the_result_are_seen_by_others(Dialect dialect)
    {
        await using var test = await TestStore.CreateAsync(dialect);
        var handler = new Handler { Blocks = true, FinishesItself = test.Store };
        await using var process = Start(test.Store, handler);
        var id = await process.Queue.EnqueueAsync(new NewWork(Ada, "job"));
        await process.Dispatcher.TakeAsync(CancellationToken.None);
        await handler.Started.Task.WaitAsync(Patience);

        await handler.Work!.ReportAsync(40, "two of five");
        var halfway = await process.Queue.GetAsync(Ada, id);
        handler.Release.SetResult();
        await process.SettleAsync();

        halfway.State.ShouldBe(WorkState.Running);
        (halfway.Progress, halfway.Note).ShouldBe((40, "two of five"));
        (await process.Queue.GetAsync(Ada, id)).State.ShouldBe(WorkState.Done);
    }

    [Theory, OnEachDatabase]
    public async Task A_stopping_server_hands_back_what_it_cannot_finish(Dialect dialect)
    {
        await using var test = await TestStore.CreateAsync(dialect);
        var handler = new Handler { Blocks = true };
        await using var process = Start(test.Store, handler);
        await process.Dispatcher.StartAsync(CancellationToken.None);
        var id = await process.Queue.EnqueueAsync(new NewWork(Ada, "job"));
        await handler.Started.Task.WaitAsync(Patience);

        await process.Dispatcher.StopAsync(new CancellationToken(canceled: true));

        var item = await process.Queue.GetAsync(Ada, id);
        (item.State, item.Attempts).ShouldBe((WorkState.Waiting, 0));
        item.RunAfter.ShouldBeLessThanOrEqualTo(_time.GetUtcNow());
    }

    [Theory, OnEachDatabase]
    public async Task A_server_asked_to_stop_takes_nothing_more_and_hands_back_what_does_not_end(
        Dialect dialect
    )
    {
        await using var test = await TestStore.CreateAsync(dialect);
        var handler = new Handler { Blocks = true };
        using var lifetime = new Lifetime();
        await using var process = Start(test.Store, handler, lifetime: lifetime);
        await process.Dispatcher.StartAsync(CancellationToken.None);
        var running = await process.Queue.EnqueueAsync(new NewWork(Ada, "job", "running"));
        await handler.Started.Task.WaitAsync(Patience);

        lifetime.StopApplication();
        var late = await process.Queue.EnqueueAsync(new NewWork(Ada, "job", "late"));
        using var enough = new CancellationTokenSource(Patience);
        while (!process.Queue.Running.IsEmpty && !enough.IsCancellationRequested)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        handler.WasCancelled.ShouldBeTrue();
        handler.Payloads.ShouldBe(["running"]);
        var item = await process.Queue.GetAsync(Ada, running);
        (item.State, item.Attempts).ShouldBe((WorkState.Waiting, 0));
        (await process.Queue.GetAsync(Ada, late)).State.ShouldBe(WorkState.Waiting);
    }

    [Theory, OnEachDatabase]
    public async Task A_long_run_keeps_its_lease(Dialect dialect)
    {
        await using var test = await TestStore.CreateAsync(dialect);
        var handler = new Handler { Blocks = true };
        await using var process = Start(test.Store, handler);
        await process.Queue.EnqueueAsync(new NewWork(Ada, "job"));
        await process.Dispatcher.TakeAsync(CancellationToken.None);
        await handler.Started.Task.WaitAsync(Patience);
        var leases = new WorkLeases(test.Store, _time);

        _time.Advance(TimeSpan.FromSeconds(50));
        await leases.RenewAsync([.. process.Queue.Running.Values], CancellationToken.None);
        _time.Advance(TimeSpan.FromSeconds(50));
        await process.Dispatcher.TakeAsync(CancellationToken.None);

        handler.Payloads.Count.ShouldBe(1);
        handler.Release.SetResult();
    }

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private Process Start(
        Store store,
        Handler handler,
        int parallelism = 8,
        IHostApplicationLifetime? lifetime = null,
        ILogger<WorkDispatcher>? log = null
    )
    {
        var options = new WorkOptions { Parallelism = parallelism };
        var queue = new WorkQueue(store, options, _time);
        return new Process(
            queue,
            new WorkDispatcher(
                store,
                queue,
                [handler],
                options,
                _time,
                log ?? NullLogger<WorkDispatcher>.Instance,
                lifetime
            )
        );
    }

    private sealed record Process(WorkQueue Queue, WorkDispatcher Dispatcher) : IAsyncDisposable
    {
        public async Task RunDueAsync()
        {
            await Dispatcher.TakeAsync(CancellationToken.None);
            await SettleAsync();
        }

        public Task SettleAsync() =>
            Task.WhenAll(Queue.Running.Values.Select(lease => lease.Ended));

        public async ValueTask DisposeAsync()
        {
            await SettleAsync();
            Dispatcher.Dispose();
        }
    }

    private sealed class Lifetime : IHostApplicationLifetime, IDisposable
    {
        private readonly CancellationTokenSource _stopping = new();

        public CancellationToken ApplicationStarted => CancellationToken.None;

        public CancellationToken ApplicationStopping => _stopping.Token;

        public CancellationToken ApplicationStopped => CancellationToken.None;

        public void StopApplication() => _stopping.Cancel();

        public void Dispose() => _stopping.Dispose();
    }

    private sealed class Lines : ILogger<WorkDispatcher>
    {
        public List<string> Written { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        ) => Written.Add($"{formatter(state, exception)} {exception}");
    }

    private sealed class Handler : IWorkHandler
    {
        public string Kind => "job";

        public ConcurrentQueue<string> Payloads { get; } = new();

        public TaskCompletionSource Started { get; } = New();

        public TaskCompletionSource Release { get; } = New();

        public bool Blocks { get; init; }

        public Store? FinishesItself { get; init; }

        public Exception? Failure { get; set; }

        public WorkContext? Work { get; private set; }

        public bool WasCancelled { get; private set; }

        public async Task RunAsync(WorkContext work, CancellationToken cancellation)
        {
            Work = work;
            Payloads.Enqueue(work.Item.Payload);
            Started.TrySetResult();
            if (Failure is not null)
                throw Failure;
            if (Blocks)
                await BlockAsync(cancellation);
            if (FinishesItself is not null)
                await FinishesItself.WriteAsync(
                    work.Item.WorkspaceId,
                    work.FinishAsync,
                    cancellation
                );
        }

        private async Task BlockAsync(CancellationToken cancellation)
        {
            try
            {
                await Release.Task.WaitAsync(cancellation);
            }
            catch (OperationCanceledException)
            {
                WasCancelled = true;
                throw;
            }
        }

        private static TaskCompletionSource New() =>
            new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
