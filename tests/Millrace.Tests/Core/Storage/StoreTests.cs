using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Millrace.Core.Failures;
using Millrace.Core.Identity;
using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Testing;

namespace Millrace.Tests.Core.Storage;

public sealed class StoreTests
{
    [Theory, OnEachDatabase]
    public async Task What_a_write_acknowledged_is_there_after_a_restart(Dialect dialect)
    {
        await using var test = await TestStore.CreateAsync(dialect);
        var workspace = await test.AddWorkspaceAsync("kept");

        await test.RestartAsync();

        (await NamesAsync(test.Store)).ShouldBe(["kept"]);
        workspace.Value.ShouldNotBe(Guid.Empty);
    }

    [Theory]
    [InlineData("once", 1)]
    [InlineData("repeatably", 0)]
    [InlineData("together", 0)]
    public async Task Of_two_writes_that_wait_for_each_other_one_is_run_again_or_to_be_asked_again(
        string how,
        int refusals
    )
    {
        await using var test = await TestStore.CreateAsync(Dialect.Postgres);
        await test.AddWorkspaceAsync("one");
        await test.AddWorkspaceAsync("two");
        var met = new TaskCompletionSource();
        var arrived = 0;

        var outcomes = await Task.WhenAll(MoveAsync("one", "two"), MoveAsync("two", "one"));

        var refused = outcomes.OfType<Unavailable>().ToList();
        refused.Count.ShouldBe(refusals);
        refused.ShouldAllBe(failure => failure.RetryAfter > TimeSpan.Zero);
        outcomes.Count(failure => failure is null).ShouldBe(2 - refused.Count);
        // What took effect did so once, at both.
        var moves = 2L - refused.Count;
        (await MovesAsync()).ShouldBe([moves, moves]);

        async Task<Exception?> MoveAsync(string first, string second)
        {
            ValueTask<bool> WriteAsync(Db db) => MoveBothAsync(db, first, second);
            try
            {
                await (
                    how switch
                    {
                        "once" => test.Store.WriteAsync(Reach.Installation, WriteAsync),
                        "repeatably" => test.Store.WriteRepeatablyAsync(
                            Reach.Installation,
                            WriteAsync
                        ),
                        // Its write joins the whole, and the whole is run again.
                        _ => test.Store.TogetherAsync(
                            Reach.Installation,
                            async _ => await test.Store.WriteAsync(Reach.Installation, WriteAsync)
                        ),
                    }
                );
                return null;
            }
            catch (Failure failure)
            {
                return failure;
            }
        }

        async ValueTask<bool> MoveBothAsync(Db db, string first, string second)
        {
            await MoveOneAsync(db, first);
            if (Interlocked.Increment(ref arrived) == 2)
                met.SetResult();
            await met.Task;
            await MoveOneAsync(db, second);
            return true;
        }

        static async ValueTask MoveOneAsync(Db db, string name) =>
            await db.ExecuteAsync(
                "UPDATE workspaces SET created_at = created_at + 1 WHERE name = $1",
                name
            );

        Task<List<long>> MovesAsync() =>
            test.Store.ReadAsync(
                Reach.Installation,
                db => db.QueryAsync("SELECT created_at FROM workspaces", row => row.Int64(0))
            );
    }

    [Theory, OnEachDatabase]
    public async Task A_failed_write_takes_nothing_of_its_neighbours_with_it(Dialect dialect)
    {
        await using var test = await TestStore.CreateAsync(dialect);

        var writes = Enumerable
            .Range(0, 50)
            .Select(number =>
                test.Store.WriteAsync(
                    Reach.Installation,
                    async db =>
                    {
                        await InsertAsync(db, $"row-{number}");
                        if (number % 5 == 0)
                            throw new InvalidOperationException("no");
                    }
                )
            )
            .ToList();
        var failed = 0;
        foreach (var write in writes)
        {
            try
            {
                await write;
            }
            catch (InvalidOperationException)
            {
                failed++;
            }
        }

        failed.ShouldBe(10);
        (await NamesAsync(test.Store)).Count.ShouldBe(40);
    }

    [Theory, OnEachDatabase]
    public async Task What_a_write_sends_is_there_for_whatever_follows_it(Dialect dialect)
    {
        await using var test = await TestStore.CreateAsync(dialect);

        await test.Store.WriteAsync(
            Reach.Installation,
            async db =>
            {
                for (var number = 0; number < 600; number++)
                    await SendAsync(db, $"{number}");
                (await db.Set<Workspace>().CountAsync()).ShouldBe(600);
                await SendAsync(db, "600");
                var each = await db.QueryEachAsync(
                    "SELECT name FROM workspaces WHERE name = $1 OR name = $2 ORDER BY name",
                    row => row.Text(0),
                    [
                        ["600", null],
                        ["none", null],
                        ["0", "599"],
                    ]
                );
                each.Select(names => string.Join(' ', names)).ShouldBe(["600", "", "0 599"]);
                await SendAsync(db, "last");
            }
        );

        (await NamesAsync(test.Store)).Count.ShouldBe(602);
    }

    [Theory, OnEachDatabase]
    public async Task A_write_whose_last_statement_fails_changes_nothing(Dialect dialect)
    {
        await using var test = await TestStore.CreateAsync(dialect);

        await Should.ThrowAsync<DbException>(
            test.Store.WriteAsync(
                Reach.Installation,
                async db =>
                {
                    await SendAsync(db, "sent");
                    await db.SendAsync("UPDATE workspaces SET name = NULL");
                }
            )
        );

        (await NamesAsync(test.Store)).ShouldBeEmpty();
    }

    [Theory, OnEachDatabase]
    public async Task Entities_and_sql_of_one_write_are_one_transaction(Dialect dialect)
    {
        await using var test = await TestStore.CreateAsync(dialect);

        var write = test.Store.WriteAsync(
            Reach.Installation,
            async db =>
            {
                db.Set<Workspace>().Add(New("by entity"));
                await db.SaveAsync();
                await InsertAsync(db, "by sql");
                (await db.Set<Workspace>().CountAsync()).ShouldBe(2);
                throw new InvalidOperationException("undo");
            }
        );

        await Should.ThrowAsync<InvalidOperationException>(write);
        (await NamesAsync(test.Store)).ShouldBeEmpty();
    }

    [Theory, OnEachDatabase]
    public async Task A_query_sees_only_the_rows_of_its_workspace(Dialect dialect)
    {
        await using var test = await TestStore.CreateAsync(dialect);
        using var keys = new ApiKeys(
            test.Store,
            test.Folder,
            new(TimeProvider.System),
            TimeProvider.System
        );
        var mine = await keys.CreateAsync(new NewApiKey());
        var other = await keys.CreateAsync(new NewApiKey());

        var seen = await test.Store.ReadAsync(
            mine.Key.WorkspaceId,
            async db => await db.Set<ApiKey>().Select(key => key.Number).ToListAsync()
        );

        seen.ShouldBe([mine.Key.Number]);
        other.Key.WorkspaceId.ShouldNotBe(mine.Key.WorkspaceId);
    }

    [Fact]
    public async Task On_SQLite_a_write_that_awaits_something_else_is_refused()
    {
        await using var test = await TestStore.CreateAsync(Dialect.Sqlite);
        var never = new TaskCompletionSource();

        await Should.ThrowAsync<InvalidOperationException>(
            test.Store.WriteAsync(Reach.Installation, async _ => await never.Task)
        );
    }

    [Theory, OnEachDatabase]
    public async Task A_cancelled_write_that_has_not_begun_changes_nothing(Dialect dialect)
    {
        await using var test = await TestStore.CreateAsync(dialect);

        await Should.ThrowAsync<OperationCanceledException>(
            test.Store.WriteAsync(
                Reach.Installation,
                db => InsertAsync(db, "x"),
                new CancellationToken(true)
            )
        );

        (await NamesAsync(test.Store)).ShouldBeEmpty();
    }

    [Theory, OnEachDatabase]
    public async Task Two_stores_on_one_database_write_without_hindering_each_other(Dialect dialect)
    {
        await using var test = await TestStore.CreateAsync(dialect);
        await using var second = test.OpenSecond();

        var writes = Enumerable
            .Range(0, 40)
            .Select(number =>
                (number % 2 == 0 ? test.Store : second).WriteAsync(
                    Reach.Installation,
                    db => InsertAsync(db, $"row-{number}")
                )
            );
        await Task.WhenAll(writes);

        (await NamesAsync(test.Store)).Count.ShouldBe(40);
    }

    [Theory, OnEachDatabase]
    public async Task Of_repeatable_writes_those_that_fail_take_nothing_of_the_others(
        Dialect dialect
    )
    {
        await using var test = await TestStore.CreateAsync(dialect);

        var writes = Enumerable
            .Range(0, 60)
            .Select(number =>
                test.Store.WriteRepeatablyAsync(
                    Reach.Installation,
                    async db =>
                    {
                        if (number % 4 == 0)
                            throw new Invalid("early", "Before it changed anything.");
                        await InsertAsync(db, $"row-{number:00}");
                        if (number % 4 == 1)
                            throw new Invalid("late", "After it changed something.");
                        return number;
                    }
                )
            )
            .ToList();

        for (var number = 0; number < writes.Count; number++)
        {
            if (number % 4 < 2)
                (await Should.ThrowAsync<Invalid>(writes[number])).Code.ShouldBe(
                    number % 4 == 0 ? "early" : "late"
                );
            else
                (await writes[number]).ShouldBe(number);
        }
        (await NamesAsync(test.Store)).ShouldBe(
            Enumerable
                .Range(0, 60)
                .Where(number => number % 4 >= 2)
                .Select(number => $"row-{number:00}")
        );
    }

    private static async ValueTask InsertAsync(Db db, string name) =>
        await db.ExecuteAsync(
            "INSERT INTO workspaces (id, name, created_at) VALUES ($1, $2, $3)",
            Guid.NewGuid(),
            name,
            DateTimeOffset.UnixEpoch
        );

    private static ValueTask SendAsync(Db db, string name) =>
        db.SendAsync(
            "INSERT INTO workspaces (id, name, created_at) VALUES ($1, $2, $3)",
            Guid.NewGuid(),
            name,
            DateTimeOffset.UnixEpoch
        );

    private static Workspace New(string name) =>
        new()
        {
            Id = Id<Workspace>.Random(),
            Name = name,
            CreatedAt = DateTimeOffset.UnixEpoch,
        };

    private static Task<List<string>> NamesAsync(Store store) =>
        store.ReadAsync(
            Reach.Installation,
            async db => await db.Set<Workspace>().Select(row => row.Name).Order().ToListAsync()
        );
}
