using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Millrace.Core.Events;
using Millrace.Core.Identity;
using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Testing;

namespace Millrace.Tests.Core.Events;

/// <summary>
/// On PostgreSQL a reader stops below the oldest open transaction of the whole server, whichever database it is in, so
/// a test that expects an event at once must have the server to itself.
/// </summary>
[CollectionDefinition(DisableParallelization = true)]
public sealed class ServerToItself;

[Collection(typeof(ServerToItself))]
public sealed class EventLogTests
{
    private static readonly Id<Workspace> Ada = Id<Workspace>.Random();
    private static readonly Id<Workspace> Bob = Id<Workspace>.Random();
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddYears(56));

    [Theory, OnEachDatabase]
    public async Task Events_of_a_subject_are_numbered_without_gaps_whoever_appends_at_once(
        Dialect dialect
    )
    {
        await using var test = await TestStore.CreateAsync(dialect);
        await using var second = test.OpenSecond();
        var logs = new[] { Log(test.Store), Log(second) };

        await Task.WhenAll(
            Enumerable
                .Range(0, 100)
                .Select(async number =>
                {
                    var store = number % 2 == 0 ? test.Store : second;
                    try
                    {
                        await store.WriteAsync(
                            Ada,
                            async db =>
                            {
                                await logs[number % 2].AppendAsync(db, Ada, "run:1", "step", "{}");
                                if (number % 10 == 9)
                                    throw new InvalidOperationException("undo");
                            }
                        );
                    }
                    catch (InvalidOperationException)
                    {
                        // Takes its number with it.
                    }
                })
        );

        var events = await logs[0].ReadAsync(Ada, "run:1", 0);
        events
            .Select(entry => entry.Sequence)
            .ShouldBe(Enumerable.Range(1, 90).Select(n => (long)n));
    }

    [Theory, OnEachDatabase]
    public async Task A_workspace_sees_only_its_own_events(Dialect dialect)
    {
        await using var test = await TestStore.CreateAsync(dialect);
        var log = Log(test.Store);
        await AppendAsync(test.Store, log, Ada, "run:1", "ada");
        await AppendAsync(test.Store, log, Bob, "run:1", "bob");

        (await log.ReadAsync(Bob, "run:1", 0)).ShouldHaveSingleItem().Type.ShouldBe("bob");
        var all = await ReadLogAsync(log, Reach.Installation, default, 2);
        all.Select(entry => entry.Type).ShouldBe(["ada", "bob"]);
        (await log.ReadLogAsync(Ada, default)).Events.ShouldHaveSingleItem().Type.ShouldBe("ada");
    }

    [Theory, OnEachDatabase]
    public async Task A_feed_of_some_subjects_moves_on_past_the_others(Dialect dialect)
    {
        await using var test = await TestStore.CreateAsync(dialect);
        var log = Log(test.Store);
        await AppendAsync(test.Store, log, Ada, "run:1", "a");
        for (var number = 0; number < 5; number++)
            await AppendAsync(test.Store, log, Ada, $"task:{number}", "b");

        await ReadLogAsync(log, Ada, default, 6);
        var page = await log.ReadLogAsync(Ada, default, 3, "run:");
        var none = await log.ReadLogAsync(Ada, page.Next, 3, "run:");

        page.Events.ShouldHaveSingleItem();
        page.Next.ShouldBe(await log.EndAsync());
        none.Events.ShouldBeEmpty();
        none.Next.ShouldBe(page.Next);
    }

    [Theory, OnEachDatabase]
    public async Task A_subscriber_reads_what_was_and_then_what_comes(Dialect dialect)
    {
        await using var test = await TestStore.CreateAsync(dialect);
        var log = Log(test.Store);
        await AppendAsync(test.Store, log, Ada, "run:1", "first");
        await AppendAsync(test.Store, log, Ada, "run:1", "second");
        await using var reader = log.SubscribeAsync(Ada, "run:1", 1).GetAsyncEnumerator();

        (await NextAsync(reader)).Type.ShouldBe("second");
        var coming = reader.MoveNextAsync().AsTask();
        await AppendAsync(test.Store, log, Ada, "run:2", "elsewhere");
        await AppendAsync(test.Store, log, Ada, "run:1", "third");

        (await coming.WaitAsync(Patience)).ShouldBeTrue();
        reader.Current.Type.ShouldBe("third");
    }

    [Theory, OnEachDatabase]
    public async Task A_subscriber_goes_on_after_a_restart_where_it_was(Dialect dialect)
    {
        await using var test = await TestStore.CreateAsync(dialect);
        var before = Log(test.Store);
        for (var number = 1; number <= 5; number++)
            await AppendAsync(test.Store, before, Ada, "run:1", $"{number}");
        var feed = await ReadLogAsync(before, Ada, default, 5);
        var cursor = feed[1].Position.ToString();

        await test.RestartAsync();

        var log = Log(test.Store);
        await AppendAsync(test.Store, log, Ada, "run:1", "6");
        await using var reader = log.SubscribeAsync(Ada, "run:1", 4).GetAsyncEnumerator();
        (await NextAsync(reader)).Type.ShouldBe("5");
        (await NextAsync(reader)).Type.ShouldBe("6");
        LogPosition.TryParse(cursor, out var position).ShouldBeTrue();
        (await ReadLogAsync(log, Ada, position, 4))
            .Select(entry => entry.Type)
            .ShouldBe(["3", "4", "5", "6"]);
    }

    [Theory, OnEachDatabase]
    public async Task A_subscriber_hears_of_events_that_another_process_appended(Dialect dialect)
    {
        await using var test = await TestStore.CreateAsync(dialect);
        await using var second = test.OpenSecond();
        var log = Log(test.Store);
        var tail = new EventTail(
            test.Store,
            log,
            new EventOptions(),
            _time,
            NullLogger<EventTail>.Instance
        );
        await using var reader = log.SubscribeAsync(Ada, "run:1", 0).GetAsyncEnumerator();
        var coming = reader.MoveNextAsync().AsTask();
        await tail.LookAsync(CancellationToken.None);

        await AppendAsync(second, Log(second), Ada, "run:1", "far");
        while (!coming.IsCompleted)
            await tail.LookAsync(CancellationToken.None);

        (await coming).ShouldBeTrue();
        reader.Current.Type.ShouldBe("far");
    }

    [Theory, OnEachDatabase]
    public async Task A_subscriber_whose_events_are_gone_is_told_where_to_go_on(Dialect dialect)
    {
        await using var test = await TestStore.CreateAsync(dialect);
        var log = Log(test.Store);
        for (var number = 1; number <= 3; number++)
            await AppendAsync(test.Store, log, Ada, "run:1", $"{number}");
        await test.Store.WriteAsync(
            Reach.Installation,
            async db =>
            {
                await db.ExecuteAsync("DELETE FROM events WHERE sequence < 3");
            }
        );

        await using var reader = log.SubscribeAsync(Ada, "run:1", 1).GetAsyncEnumerator();
        var failure = await Should.ThrowAsync<EventsExpiredException>(NextAsync(reader));

        failure.ResumeAfter.ShouldBe(2);
        await using var resumed = log.SubscribeAsync(Ada, "run:1", 2).GetAsyncEnumerator();
        (await NextAsync(resumed)).Type.ShouldBe("3");
    }

    [Theory, OnEachDatabase]
    public async Task A_forgotten_subject_is_gone(Dialect dialect)
    {
        await using var test = await TestStore.CreateAsync(dialect);
        var log = Log(test.Store);
        await AppendAsync(test.Store, log, Ada, "run:1", "old");

        await test.Store.WriteAsync(Ada, db => EventLog.ForgetAsync(db, Ada, "run:1"));
        await AppendAsync(test.Store, log, Ada, "run:1", "new");

        var left = (await log.ReadAsync(Ada, "run:1", 0)).ShouldHaveSingleItem();
        (left.Sequence, left.Type).ShouldBe((1, "new"));
    }

    [Fact]
    public async Task On_PostgreSQL_the_log_waits_for_the_older_transaction_and_keeps_each_subjects_order()
    {
        await using var test = await TestStore.CreateAsync(Dialect.Postgres);
        var log = Log(test.Store);
        var begun = new TaskCompletionSource();
        var goOn = new TaskCompletionSource();

        var older = test.Store.WriteAsync(
            Ada,
            async db =>
            {
                await log.AppendAsync(db, Ada, "other", "older", "{}");
                begun.SetResult();
                await goOn.Task;
                await log.AppendAsync(db, Ada, "shared", "older", "{}");
            }
        );
        await begun.Task.WaitAsync(Patience);
        await AppendAsync(test.Store, log, Ada, "shared", "younger");
        var early = await log.ReadLogAsync(Ada, default);
        goOn.SetResult();
        await older;
        var late = await ReadLogAsync(log, Ada, early.Next, 3);

        early.Events.ShouldBeEmpty();
        late.Where(entry => entry.Subject == "shared")
            .Select(entry => (entry.Sequence, entry.Type))
            .ShouldBe([(1, "younger"), (2, "older")]);
        late.Count.ShouldBe(3);
    }

    [Theory, OnEachDatabase]
    public async Task No_reader_misses_repeats_or_reorders_an_event_while_two_processes_write(
        Dialect dialect
    )
    {
        await using var test = await TestStore.CreateAsync(dialect);
        await using var second = test.OpenSecond();
        var stores = new[] { test.Store, second };
        var logs = stores.Select(Log).ToArray();
        var committed = new ConcurrentBag<string>();
        var writing = Task.WhenAll(
            Enumerable.Range(0, 12).Select(writer => Task.Run(() => WriteAsync(writer)))
        );

        var readers = Enumerable
            .Range(0, 3)
            .Select(seed => Task.Run(() => FollowAsync(logs[seed % 2], new Random(seed))))
            .ToList();
        await writing.WaitAsync(Patience);
        var seen = await Task.WhenAll(readers).WaitAsync(Patience);

        committed.Count.ShouldBeGreaterThan(2_000);
        foreach (var events in seen)
        {
            events.Select(entry => entry.Type).Order().ShouldBe(committed.Order());
            events
                .Zip(events.Skip(1))
                .ShouldAllBe(pair => pair.First.Position < pair.Second.Position);
            foreach (var subject in events.GroupBy(entry => entry.Subject))
            {
                subject
                    .Select(entry => entry.Sequence)
                    .ShouldBe(Enumerable.Range(1, subject.Count()).Select(n => (long)n));
            }
        }

        async Task WriteAsync(int writer)
        {
            var random = new Random(writer);
            for (var round = 0; round < 100; round++)
            {
                var subjects = Enumerable
                    .Range(0, 6)
                    .Where(_ => random.Next(2) == 0)
                    .Select(number => $"subject:{number}")
                    .ToList();
                var names = subjects.Select(subject => $"{writer}/{round}/{subject}").ToList();
                var fails = random.Next(10) == 0;
                try
                {
                    await stores[writer % 2]
                        .WriteAsync(
                            Ada,
                            async db =>
                            {
                                // Takes its place among the transactions before it appends, as any other change does.
                                await db.ExecuteAsync(
                                    "UPDATE workspaces SET name = name WHERE id = $1",
                                    Guid.Empty
                                );
                                foreach (var (subject, name) in subjects.Zip(names))
                                    await logs[writer % 2]
                                        .AppendAsync(db, Ada, subject, name, "{}");
                                if (fails)
                                    throw new InvalidOperationException("undo");
                            }
                        );
                    names.ForEach(committed.Add);
                }
                catch (InvalidOperationException)
                {
                    // Never committed, so never seen.
                }
            }
        }

        async Task<List<Event>> FollowAsync(EventLog log, Random random)
        {
            var events = new List<Event>();
            LogPosition position = default;
            while (true)
            {
                var isLast = writing.IsCompleted;
                var page = await log.ReadLogAsync(
                    Reach.Installation,
                    position,
                    1 + random.Next(200)
                );
                events.AddRange(page.Events);
                position = page.Next;
                if (isLast && page.Events.Count == 0 && events.Count >= committed.Count)
                    return events;
            }
        }
    }

    [Theory]
    [InlineData("0-17", true)]
    [InlineData("733-9223372036854775807", true)]
    [InlineData("", false)]
    [InlineData(null, false)]
    [InlineData("17", false)]
    [InlineData("-1-2", false)]
    [InlineData("1-99999999999999999999", false)]
    public void A_cursor_is_read_as_it_was_written_or_not_at_all(string? text, bool good)
    {
        LogPosition.TryParse(text, out var position).ShouldBe(good);
        if (good)
            position.ToString().ShouldBe(text);
    }

    private EventLog Log(Store store) => new(store, new EventOptions(), _time);

    private static Task AppendAsync(
        Store store,
        EventLog log,
        Id<Workspace> workspace,
        string subject,
        string type
    ) =>
        store.WriteAsync(
            workspace,
            async db =>
            {
                await log.AppendAsync(db, workspace, subject, type, "{}");
            }
        );

    // On PostgreSQL the log's readers wait for older transactions, also for those of other tests in the same server.
    private static async Task<List<Event>> ReadLogAsync(
        EventLog log,
        Reach reach,
        LogPosition after,
        int count
    )
    {
        using var patience = new CancellationTokenSource(Patience);
        var events = new List<Event>();
        while (events.Count < count)
        {
            var page = await log.ReadLogAsync(reach, after, cancellation: patience.Token);
            events.AddRange(page.Events);
            after = page.Next;
        }
        return events;
    }

    private static async Task<Event> NextAsync(IAsyncEnumerator<Event> reader)
    {
        (await reader.MoveNextAsync().AsTask().WaitAsync(Patience)).ShouldBeTrue();
        return reader.Current;
    }
}
