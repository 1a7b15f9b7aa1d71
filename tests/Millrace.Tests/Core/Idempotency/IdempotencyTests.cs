using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Millrace.Core.Failures;
using Millrace.Core.Idempotency;
using Millrace.Core.Identity;
using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Testing;

namespace Millrace.Tests.Core.Idempotency;

public sealed class IdempotencyTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly IdempotentRequest Request = new()
    {
        Workspace = Id<Workspace>.Random(),
        Scope = "chat",
        Key = "k1",
        BodyHash = [1, 2, 3],
    };

    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddYears(56));

    [Theory, OnEachDatabase]
    public async Task A_repeat_gets_the_first_answer_and_runs_nothing(Dialect dialect)
    {
        await using var test = await TestStore.CreateAsync(dialect);
        var service = Service(test.Store);

        var first = await service.ExecuteAsync(Request, _ => Answer("one"));
        await test.RestartAsync();
        var second = await Service(test.Store).ExecuteAsync(Request, _ => Answer("two"));

        (first.IsReplay, Text(first)).ShouldBe((false, "one"));
        (second.IsReplay, Text(second)).ShouldBe((true, "one"));
        second.Answer!.Status.ShouldBe(201);
        second.Answer.Headers["Content-Type"].ShouldBe("text/plain");
    }

    [Theory, OnEachDatabase]
    public async Task What_a_request_changes_and_its_answer_come_together_or_not_at_all(
        Dialect dialect
    )
    {
        await using var test = await TestStore.CreateAsync(dialect);
        var service = Service(test.Store);

        await Should.ThrowAsync<InvalidOperationException>(DoAsync(fails: true));
        (await ChangesAsync()).ShouldBe(0);
        var answers = await Task.WhenAll(
            Enumerable.Range(0, 20).Select(_ => DoAsync(fails: false))
        );

        (await ChangesAsync()).ShouldBe(1);
        answers.Count(answer => !answer.IsReplay).ShouldBe(1);
        answers.Select(Text).ShouldAllBe(text => text == "done");

        Task<IdempotentOutcome> DoAsync(bool fails) =>
            service.ExecuteTogetherAsync(
                Request,
                async () =>
                {
                    await ChangeAsync();
                    return fails
                        ? throw new InvalidOperationException("The answer was cut off.")
                        : (await Answer("done"))!;
                }
            );

        // As a service does that knows nothing of the request's key.
        Task ChangeAsync() =>
            test.Store.WriteAsync(
                Request.Workspace,
                db =>
                    db.ExecuteAsync(
                        "INSERT INTO idempotency_keys (workspace_id, scope, key, body_hash, expires_at) VALUES ($1, 'change', $2, $3, 0)",
                        db.Workspace.Value,
                        $"{Guid.NewGuid()}",
                        Request.BodyHash
                    )
            );

        Task<long> ChangesAsync() =>
            test.Store.ReadAsync(
                Request.Workspace,
                db =>
                    db.FirstAsync(
                        "SELECT COUNT(*) FROM idempotency_keys WHERE scope = 'change'",
                        row => row.Int64(0)
                    )
            );
    }

    [Theory]
    [InlineData("""{"text":"\ud83d"}""", """{"text":"\ud83e"}""")]
    [InlineData("""{"\ud83d":1}""", """{"\ud83e":1}""")]
    public void Bodies_that_hold_half_a_character_are_told_apart(string one, string other)
    {
        Hash("POST", "/v1/messages", "", one).ShouldBe(Hash("POST", "/v1/messages", "", one));
        Hash("POST", "/v1/messages", "", one).ShouldNotBe(Hash("POST", "/v1/messages", "", other));
    }

    [Theory, OnEachDatabase]
    public async Task Another_body_workspace_or_scope_is_another_request(Dialect dialect)
    {
        await using var test = await TestStore.CreateAsync(dialect);
        var service = Service(test.Store);
        await service.ExecuteAsync(Request, _ => Answer("one"));

        var failure = await Should.ThrowAsync<Conflict>(
            service.ExecuteAsync(Request with { BodyHash = [9] }, _ => Answer("two"))
        );
        failure.Code.ShouldBe("idempotency_key_reused");
        foreach (
            var other in new[]
            {
                Request with
                {
                    Workspace = Id<Workspace>.Random(),
                },
                Request with
                {
                    Scope = "images",
                },
                Request with
                {
                    Key = "k2",
                },
            }
        )
        {
            Text(await service.ExecuteAsync(other, _ => Answer("two"))).ShouldBe("two");
        }
    }

    [Theory, OnEachDatabase]
    public async Task Requests_that_arrive_at_once_share_one_run(Dialect dialect)
    {
        await using var test = await TestStore.CreateAsync(dialect);
        await using var second = test.OpenSecond();
        var services = new[] { Service(test.Store), Service(second) };
        var runs = 0;
        var release = new TaskCompletionSource();

        var requests = Enumerable
            .Range(0, 20)
            .Select(number =>
                services[number % 2]
                    .ExecuteAsync(
                        Request with
                        {
                            Lifetime = TimeSpan.FromDays(10_000),
                        },
                        async _ =>
                        {
                            var run = Interlocked.Increment(ref runs);
                            await release.Task;
                            return await Answer($"run {run}");
                        }
                    )
            )
            .ToList();
        release.SetResult();
        // The clock moves only once the answer is stored, or it would outrun the lease.
        await (await Task.WhenAny(requests));
        var all = Task.WhenAll(requests);
        while (!all.IsCompleted)
        {
            // Those in the other process look again now and then.
            _time.Advance(TimeSpan.FromMilliseconds(500));
            await Task.Yield();
        }

        runs.ShouldBe(1);
        (await all).ShouldAllBe(outcome => Text(outcome) == "run 1");
        (await all).Count(outcome => !outcome.IsReplay).ShouldBe(1);
    }

    [Theory, OnEachDatabase]
    public async Task An_answer_that_is_not_kept_frees_the_key(Dialect dialect)
    {
        await using var test = await TestStore.CreateAsync(dialect);
        var service = Service(test.Store);

        var refused = await service.ExecuteAsync(Request, _ => Answer("no", status: 503));
        var streamed = await service.ExecuteAsync(
            Request,
            _ => Task.FromResult<StoredAnswer?>(null)
        );
        await Should.ThrowAsync<TimedOut>(
            service.ExecuteAsync(Request, _ => throw new TimedOut("timed_out", "Too slow."))
        );
        var good = await service.ExecuteAsync(Request, _ => Answer("yes"));

        refused.IsReplay.ShouldBeFalse();
        streamed.Answer.ShouldBeNull();
        (good.IsReplay, Text(good)).ShouldBe((false, "yes"));
    }

    [Theory, OnEachDatabase]
    public async Task When_the_running_request_fails_one_that_waits_runs_in_its_place(
        Dialect dialect
    )
    {
        await using var test = await TestStore.CreateAsync(dialect);
        var service = Service(test.Store);
        var started = new TaskCompletionSource();
        var fail = new TaskCompletionSource<StoredAnswer?>();

        var failing = service.ExecuteAsync(
            Request,
            _ =>
            {
                started.SetResult();
                return fail.Task;
            }
        );
        await started.Task.WaitAsync(Patience);
        var waiting = service.ExecuteAsync(Request, _ => Answer("second"));
        fail.SetException(new InvalidOperationException("gone"));

        await Should.ThrowAsync<InvalidOperationException>(failing);
        Text(await waiting.WaitAsync(Patience)).ShouldBe("second");
    }

    [Theory, OnEachDatabase]
    public async Task An_answer_too_large_to_keep_is_not_given_again(Dialect dialect)
    {
        await using var test = await TestStore.CreateAsync(dialect);
        var service = Service(test.Store);
        var largest = new string('x', StoredAnswer.LargestBody);

        await service.ExecuteAsync(Request, _ => Answer(largest));
        Text(await service.ExecuteAsync(Request, _ => Answer("again"))).ShouldBe(largest);
        var other = Request with { Key = "k2" };
        await service.ExecuteAsync(other, _ => Answer(largest + "x"));
        var failure = await Should.ThrowAsync<Conflict>(
            service.ExecuteAsync(other, _ => Answer("again"))
        );

        failure.Code.ShouldBe("idempotency_answer_too_large");
    }

    [Theory, OnEachDatabase]
    public async Task A_request_whose_process_died_runs_again(Dialect dialect)
    {
        await using var test = await TestStore.CreateAsync(dialect);
        // Its clock stands still, so it renews nothing.
        var dead = new IdempotencyService(
            test.Store,
            new FakeTimeProvider(_time.GetUtcNow()),
            NullLogger<IdempotencyService>.Instance
        );
        var started = new TaskCompletionSource();
        var late = new TaskCompletionSource<StoredAnswer?>();
        var hung = dead.ExecuteAsync(
            Request,
            _ =>
            {
                started.SetResult();
                return late.Task;
            }
        );
        await started.Task.WaitAsync(Patience);

        _time.Advance(TimeSpan.FromSeconds(20));
        var living = Service(test.Store);
        var second = await living.ExecuteAsync(Request, _ => Answer("second"));
        late.SetResult(await Answer("late"));
        await hung;

        Text(second).ShouldBe("second");
        Text(await living.ExecuteAsync(Request, _ => Answer("third"))).ShouldBe("second");
    }

    [Fact]
    public async Task On_SQLite_a_restart_frees_what_the_last_process_ran()
    {
        await using var test = await TestStore.CreateAsync(Dialect.Sqlite);
        var kept = await Service(test.Store).ExecuteAsync(Request, _ => Answer("kept"));
        var running = Request with { Key = "running" };
        var never = new TaskCompletionSource<StoredAnswer?>();
        var started = new TaskCompletionSource();
        var hung = Service(test.Store)
            .ExecuteAsync(
                running,
                _ =>
                {
                    started.SetResult();
                    return never.Task;
                }
            );
        await started.Task.WaitAsync(Patience);

        var next = Service(test.Store);
        await next.FreeAbandonedAsync(CancellationToken.None);

        Text(await next.ExecuteAsync(running, _ => Answer("again"))).ShouldBe("again");
        Text(await next.ExecuteAsync(Request, _ => Answer("not run"))).ShouldBe(Text(kept));
        never.SetResult(null);
        await hung;
    }

    [Theory, OnEachDatabase]
    public async Task A_long_request_keeps_its_key(Dialect dialect)
    {
        await using var test = await TestStore.CreateAsync(dialect);
        var service = Service(test.Store);
        var started = new TaskCompletionSource();
        var release = new TaskCompletionSource<StoredAnswer?>();
        var running = service.ExecuteAsync(
            Request,
            _ =>
            {
                started.SetResult();
                return release.Task;
            }
        );
        await started.Task.WaitAsync(Patience);

        for (var tick = 0; tick < 6; tick++)
        {
            _time.Advance(TimeSpan.FromSeconds(5));
            while (await ExpiryAsync(test.Store) < _time.GetUtcNow().AddSeconds(20))
                await Task.Yield();
        }
        var repeat = service.ExecuteAsync(Request, _ => Answer("second"));
        release.SetResult(await Answer("first"));

        Text(await running).ShouldBe("first");
        Text(await repeat.WaitAsync(Patience)).ShouldBe("first");
    }

    [Theory, OnEachDatabase]
    public async Task An_answer_is_kept_for_its_lifetime_and_then_removed(Dialect dialect)
    {
        await using var test = await TestStore.CreateAsync(dialect);
        var service = Service(test.Store);
        var brief = Request with { Lifetime = TimeSpan.FromSeconds(60) };
        await service.ExecuteAsync(brief, _ => Answer("one"));
        await service.ExecuteAsync(Request with { Key = "k2" }, _ => Answer("kept"));

        _time.Advance(TimeSpan.FromSeconds(59));
        Text(await service.ExecuteAsync(brief, _ => Answer("two"))).ShouldBe("one");
        _time.Advance(TimeSpan.FromSeconds(1));
        Text(await service.ExecuteAsync(brief, _ => Answer("two"))).ShouldBe("two");
        _time.Advance(TimeSpan.FromSeconds(60));
        await new IdempotencyRetention(test.Store, _time).RunAsync(null!, CancellationToken.None);

        (
            await test.Store.ReadAsync(
                Reach.Installation,
                db => db.QueryAsync("SELECT key FROM idempotency_keys", row => row.Text(0))
            )
        ).ShouldBe(["k2"]);
    }

    [Fact]
    public void The_hash_sees_through_order_and_spaces_but_not_through_values()
    {
        var hash = Hash("post", "/Chat/", "?b=2&a=1", """{"b": [1, {"y":1,"x":2}], "a": "é"}""");

        hash.ShouldBe(Hash("POST", "/chat", "a=1&b=2", """{"a":"\u00e9","b":[1,{"x":2,"y":1}]}"""));
        hash.ShouldNotBe(Hash("POST", "/chat", "a=1&b=2", """{"a":"é","b":[1,{"x":2,"y":2}]}"""));
        hash.ShouldNotBe(Hash("POST", "/chat", "a=1", """{"a":"é","b":[1,{"x":2,"y":1}]}"""));
        Hash("POST", "/chat", "", "not json").ShouldNotBe(Hash("POST", "/chat", "", "not json!"));
        Hash("POST", "/chat", "", "").Length.ShouldBe(32);
    }

    private static byte[] Hash(string method, string path, string query, string body) =>
        RequestHash.OfJson(method, path, query, Encoding.UTF8.GetBytes(body));

    private IdempotencyService Service(Store store) =>
        new(store, _time, NullLogger<IdempotencyService>.Instance);

    private static Task<StoredAnswer?> Answer(string text, int status = 201) =>
        Task.FromResult<StoredAnswer?>(
            new StoredAnswer(
                status,
                new Dictionary<string, string> { ["Content-Type"] = "text/plain" },
                Encoding.UTF8.GetBytes(text)
            )
        );

    private static string Text(IdempotentOutcome outcome) =>
        Encoding.UTF8.GetString(outcome.Answer!.Body!.Value.Span);

    private static Task<DateTimeOffset> ExpiryAsync(Store store) =>
        store.ReadAsync(
            Reach.Installation,
            db => db.FirstAsync("SELECT expires_at FROM idempotency_keys", row => row.Time(0))
        );
}
