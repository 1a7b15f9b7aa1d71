using Microsoft.Extensions.Time.Testing;
using Millrace.Core.Health;
using Millrace.Core.Identity;
using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Core.Work;
using Millrace.Testing;

namespace Millrace.Tests.Core.Health;

public sealed class QueueProbeTests
{
    private static readonly Id<Workspace> Ada = Id<Workspace>.Random();

    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddYears(56));

    [Theory, OnEachDatabase]
    public async Task Work_that_waits_is_late_and_then_a_standstill(Dialect dialect)
    {
        await using var test = await TestStore.CreateAsync(dialect);
        var probe = new QueueProbe(test.Store, _time);
        await new WorkQueue(test.Store, new WorkOptions(), _time).EnqueueAsync(
            new NewWork(Ada, "job")
        );

        (await probe.CheckAsync(default)).ShouldBe(ComponentState.Ok);
        _time.Advance(TimeSpan.FromMinutes(6));
        (await probe.CheckAsync(default)).ShouldBe(ComponentState.Degraded);
        _time.Advance(TimeSpan.FromMinutes(30));
        (await probe.CheckAsync(default)).ShouldBe(ComponentState.Down);
        // A server that has just come has had no time for it.
        (await new QueueProbe(test.Store, _time).CheckAsync(default)).ShouldBe(
            ComponentState.Degraded
        );
    }

    [Theory, OnEachDatabase]
    public async Task Work_that_died_or_hangs_is_told_of(Dialect dialect)
    {
        await using var test = await TestStore.CreateAsync(dialect);
        var probe = new QueueProbe(test.Store, _time);
        await new WorkQueue(test.Store, new WorkOptions(), _time).EnqueueAsync(
            new NewWork(Ada, "job")
        );
        foreach (var state in new[] { "dead", "running" })
        {
            await test.Store.WriteAsync(
                Reach.Installation,
                async db =>
                    await db.ExecuteAsync(
                        "UPDATE work_items SET state = $1, finished_at = $2, lease_until = $2",
                        state,
                        _time.GetUtcNow() - TimeSpan.FromMinutes(10)
                    )
            );
            (await probe.CheckAsync(default)).ShouldBe(ComponentState.Degraded, state);
        }
    }
}
