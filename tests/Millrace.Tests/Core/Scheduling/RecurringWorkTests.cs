using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Millrace.Core.Events;
using Millrace.Core.Identity;
using Millrace.Core.Ids;
using Millrace.Core.Scheduling;
using Millrace.Core.Storage;
using Millrace.Core.Work;
using Millrace.Testing;

namespace Millrace.Tests.Core.Scheduling;

public sealed class RecurringWorkTests
{
    private static readonly Id<Workspace> Ada = Id<Workspace>.Random();

    private readonly FakeTimeProvider _time = new(
        new DateTimeOffset(2026, 11, 24, 12, 20, 0, TimeSpan.Zero)
    );

    [Theory, OnEachDatabase]
    public async Task It_is_queued_once_per_interval_by_any_number_of_processes(Dialect dialect)
    {
        await using var test = await TestStore.CreateAsync(dialect);
        await using var second = test.OpenSecond();
        var schedules = new[] { Schedule(test.Store), Schedule(second) };

        await Task.WhenAll(schedules.Select(s => s.QueueAsync(CancellationToken.None)));
        _time.Advance(TimeSpan.FromMinutes(39));
        await Task.WhenAll(schedules.Select(s => s.QueueAsync(CancellationToken.None)));
        (await CountAsync(test.Store, "work_items")).ShouldBe(1);
        (await schedules[0].QueueAsync(CancellationToken.None)).ShouldBe(TimeSpan.FromMinutes(1));
        _time.Advance(TimeSpan.FromMinutes(1));
        await Task.WhenAll(schedules.Select(s => s.QueueAsync(CancellationToken.None)));

        (await CountAsync(test.Store, "work_items")).ShouldBe(2);
    }

    [Theory, OnEachDatabase]
    public async Task Retention_removes_what_ended_long_ago_and_leaves_the_rest(Dialect dialect)
    {
        await using var test = await TestStore.CreateAsync(dialect);
        var log = new EventLog(test.Store, new EventOptions(), _time);
        var queue = new WorkQueue(test.Store, new WorkOptions(), _time);
        for (var number = 0; number < 3; number++)
            await queue.EnqueueAsync(new NewWork(Ada, "job"));
        await SetAsync(test.Store, "UPDATE work_items SET state = 'done', finished_at = $1");
        var dead = await queue.EnqueueAsync(new NewWork(Ada, "job"));
        await SetAsync(
            test.Store,
            "UPDATE work_items SET state = 'dead', finished_at = $1 WHERE state = 'waiting'"
        );
        await AppendAsync(1_500);
        _time.Advance(TimeSpan.FromDays(31));
        await queue.EnqueueAsync(new NewWork(Ada, "job"));
        await SetAsync(
            test.Store,
            "UPDATE work_items SET state = 'done', finished_at = $1 WHERE state = 'waiting'"
        );
        await AppendAsync(2);

        await new WorkRetention(test.Store, new WorkOptions(), _time).RunAsync(null!, default);
        await new EventRetention(test.Store, new EventOptions(), _time).RunAsync(null!, default);

        (await CountAsync(test.Store, "work_items")).ShouldBe(2);
        (await queue.ListDeadAsync(Ada)).ShouldHaveSingleItem().Id.ShouldBe(dead);
        (await log.ReadAsync(Ada, "run:1", 0))
            .Select(entry => entry.Sequence)
            .ShouldBe([1_501, 1_502]);

        Task AppendAsync(int count) =>
            test.Store.WriteAsync(
                Ada,
                async db =>
                {
                    for (var number = 0; number < count; number++)
                        await log.AppendAsync(db, Ada, "run:1", "step", "{}");
                }
            );
    }

    private RecurringSchedule Schedule(Store store)
    {
        var options = new WorkOptions();
        return new RecurringSchedule(
            new WorkQueue(store, options, _time),
            [new WorkRetention(store, options, _time)],
            _time,
            NullLogger<RecurringSchedule>.Instance
        );
    }

    private Task SetAsync(Store store, string sql) =>
        store.WriteAsync(
            Reach.Installation,
            async db =>
            {
                await db.ExecuteAsync(sql, _time.GetUtcNow());
            }
        );

    private static Task<long> CountAsync(Store store, string table) =>
        store.ReadAsync(
            Reach.Installation,
            db => db.FirstAsync($"SELECT COUNT(*) FROM {table}", row => row.Int64(0))
        );
}
