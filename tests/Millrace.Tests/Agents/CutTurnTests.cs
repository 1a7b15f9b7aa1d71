using Microsoft.Extensions.Time.Testing;
using Millrace.Agents.Chat;
using Millrace.Core.Failures;
using Millrace.Core.Storage;
using Millrace.Testing;

namespace Millrace.Tests.Agents;

public sealed class CutTurnTests
{
    [Theory, OnEachDatabase]
    public async Task What_was_said_before_the_caller_left_is_kept_as_cut(Dialect dialect)
    {
        await using var harness = await AssistantHarness.CreateAsync(dialect);
        var ada = await harness.NewPrincipalAsync();
        harness.Model.Answer = (_, _) => ScriptedModel.Say("one two three four");

        await foreach (
            var update in harness.Assistant.StreamAsync(AssistantHarness.Request(ada, "count"))
        )
        {
            if (update is TurnUpdate.Content { Text: " two" })
                break;
        }

        (await harness.TurnsAsync(ada)).ShouldBe([
            "1 user complete: count",
            "2 assistant cut: one two",
        ]);
        (await harness.RunStatesAsync(ada)).ShouldBe(["cut"]);
    }

    [Fact]
    public async Task A_cancelled_caller_stops_the_model()
    {
        await using var harness = await AssistantHarness.CreateAsync(Dialect.Sqlite);
        var ada = await harness.NewPrincipalAsync();
        using var leaving = new CancellationTokenSource();
        var stopped = new TaskCompletionSource();
        harness.Model.Wait = async token =>
        {
            await leaving.CancelAsync();
            token.IsCancellationRequested.ShouldBeTrue();
            stopped.SetResult();
            token.ThrowIfCancellationRequested();
        };

        await Should.ThrowAsync<OperationCanceledException>(
            harness.Assistant.AnswerAsync(AssistantHarness.Request(ada, "hi"), leaving.Token)
        );

        await stopped.Task;
        (await harness.RunStatesAsync(ada)).ShouldBe(["cut"]);
    }

    [Fact]
    public async Task An_answer_that_takes_too_long_fails_as_timed_out()
    {
        await using var harness = await AssistantHarness.CreateAsync(
            Dialect.Sqlite,
            ("Assistant:AnswerLimit", "00:00:00.05")
        );
        var ada = await harness.NewPrincipalAsync();
        harness.Model.Wait = token => Task.Delay(Timeout.Infinite, token);

        var failure = await Should.ThrowAsync<TimedOut>(harness.SayAsync(ada, "slow"));

        failure.Message.ShouldContain("background task");
    }

    [Fact]
    public async Task A_cut_stream_counts_the_tokens_of_the_call_in_flight()
    {
        await using var harness = await AssistantHarness.CreateAsync(Dialect.Sqlite);
        var ada = await harness.NewPrincipalAsync();
        harness.Model.Answer = (_, _) => ScriptedModel.Say("one two three four");

        await foreach (
            var update in harness.Assistant.StreamAsync(AssistantHarness.Request(ada, "count"))
        )
        {
            if (update is TurnUpdate.Content { Text: " two" })
                break;
        }

        var tokens = await harness.Store.ReadAsync(
            ada.Workspace,
            db => db.FirstAsync("SELECT completion_tokens FROM runs", row => row.Int64(0))
        );
        tokens.ShouldBeGreaterThan(0);
    }

    [Theory, OnEachDatabase]
    public async Task A_stream_that_takes_too_long_ends_with_word_of_it_and_what_came_is_kept_as_cut(
        Dialect dialect
    )
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var harness = await AssistantHarness.CreateAsync(
            dialect,
            time,
            ("Runs:RunLimit", "00:02:00")
        );
        var ada = await harness.NewPrincipalAsync();
        harness.Model.Wait = token =>
        {
            time.Advance(TimeSpan.FromSeconds(50));
            return Task.Delay(TimeSpan.Zero, token);
        };
        harness.Model.Answer = (_, _) => ScriptedModel.Say("one two three four five");

        var updates = await harness
            .Assistant.StreamAsync(AssistantHarness.Request(ada, "count"))
            .ToListAsync();

        updates.OfType<TurnUpdate.Broken>().Single().Code.ShouldBe("run_timed_out");
        updates[^1].ShouldBeOfType<TurnUpdate.Finished>().Answer.Degraded.ShouldBe("run_timed_out");
        (await harness.TurnsAsync(ada)).ShouldBe([
            "1 user complete: count",
            "2 assistant cut: one two three",
        ]);
        (await harness.RunStatesAsync(ada)).ShouldBe(["failed"]);
    }

    [Theory, OnEachDatabase]
    public async Task A_caller_who_leaves_lets_the_next_turn_of_the_session_in(Dialect dialect)
    {
        await using var harness = await AssistantHarness.CreateAsync(dialect);
        var ada = await harness.NewPrincipalAsync();
        using var leaving = new CancellationTokenSource();
        var asked = new TaskCompletionSource();
        harness.Model.Wait = token =>
        {
            asked.TrySetResult();
            return Task.Delay(Timeout.Infinite, token);
        };
        var left = harness.Assistant.AnswerAsync(
            AssistantHarness.Request(ada, "first"),
            leaving.Token
        );
        await asked.Task;
        var next = harness.SayAsync(ada, "second");
        harness.Model.Wait = _ => Task.CompletedTask;

        await leaving.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(left);
        (await next).Reply.ShouldBe("You said: second");
    }

    [Theory, OnEachDatabase]
    public async Task A_model_that_fails_midway_leaves_what_it_said_marked_as_cut(Dialect dialect)
    {
        await using var harness = await AssistantHarness.CreateAsync(dialect);
        var ada = await harness.NewPrincipalAsync();
        var pieces = 0;
        harness.Model.Wait = _ =>
            ++pieces == 2 ? throw new IOException("gone") : Task.CompletedTask;
        harness.Model.Answer = (_, _) => ScriptedModel.Say("one two three");

        await harness.Assistant.StreamAsync(AssistantHarness.Request(ada, "count")).ToListAsync();

        (await harness.TurnsAsync(ada))[1].ShouldBe("2 assistant cut: one two");
    }
}
