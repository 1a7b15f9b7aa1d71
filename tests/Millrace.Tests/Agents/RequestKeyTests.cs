using Microsoft.Extensions.AI;
using Microsoft.Extensions.Time.Testing;
using Millrace.Core.Failures;
using Millrace.Core.Storage;
using Millrace.Testing;

namespace Millrace.Tests.Agents;

public sealed class RequestKeyTests
{
    [Theory, OnEachDatabase]
    public async Task The_same_request_key_again_gives_the_same_answer_and_records_nothing(
        Dialect dialect
    )
    {
        await using var harness = await AssistantHarness.CreateAsync(dialect);
        var ada = await harness.NewPrincipalAsync();

        var first = await harness.SayAsync(ada, "hello", requestKey: "k1");
        var again = await harness.SayAsync(ada, "hello", requestKey: "k1");

        again.Reply.ShouldBe(first.Reply);
        again.Usage.ShouldBe(first.Usage);
        (await harness.TurnsAsync(ada)).Count.ShouldBe(2);
        harness.Model.Asked.Count.ShouldBe(1);
    }

    [Theory, OnEachDatabase]
    public async Task A_turn_that_a_dead_process_left_is_cut_and_the_repeat_records_it_once(
        Dialect dialect
    )
    {
        await using var harness = await AssistantHarness.CreateAsync(dialect);
        var ada = await harness.NewPrincipalAsync();
        var never = new TaskCompletionSource();
        var asked = new TaskCompletionSource();
        harness.Model.Wait = _ =>
        {
            asked.TrySetResult();
            return never.Task;
        };
        _ = harness.SayAsync(ada, "hello", requestKey: "k1");
        await asked.Task;
        await harness.ExpireClaimsAsync();
        harness.Model.Wait = _ => Task.CompletedTask;
        await harness.RestartAsync();

        var answer = await harness.SayAsync(ada, "hello", requestKey: "k1");

        answer.Reply.ShouldBe("You said: hello");
        (await harness.TurnsAsync(ada)).ShouldBe([
            "1 user complete: hello",
            "2 assistant complete: You said: hello",
        ]);
        (await harness.RunStatesAsync(ada)).ShouldBe(["completed"]);
    }

    [Theory, OnEachDatabase]
    public async Task A_request_key_of_another_message_is_a_conflict(Dialect dialect)
    {
        await using var harness = await AssistantHarness.CreateAsync(dialect);
        var ada = await harness.NewPrincipalAsync();
        await harness.SayAsync(ada, "hello", requestKey: "k1");

        var failure = await Should.ThrowAsync<Conflict>(
            harness.SayAsync(ada, "something else", requestKey: "k1")
        );

        failure.Code.ShouldBe("idempotency_key_reused");
    }

    [Theory, OnEachDatabase]
    public async Task A_request_key_finds_its_turn_again_when_the_caller_names_no_session(
        Dialect dialect
    )
    {
        await using var harness = await AssistantHarness.CreateAsync(dialect);
        var ada = await harness.NewPrincipalAsync();
        var bob = await harness.NewPrincipalAsync();

        var first = await harness.SayAsync(ada, "hello", session: null, requestKey: "k1");
        var again = await harness.SayAsync(ada, "hello", session: null, requestKey: "k1");
        var other = await harness.SayAsync(bob, "hello", session: null, requestKey: "k1");

        again.SessionId.ShouldBe(first.SessionId);
        other.SessionId.ShouldNotBe(first.SessionId);
        (await harness.TurnsAsync(ada)).Count.ShouldBe(2);
    }

    [Theory, OnEachDatabase]
    public async Task A_request_key_is_free_again_after_a_day(Dialect dialect)
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var harness = await AssistantHarness.CreateAsync(dialect, time);
        var ada = await harness.NewPrincipalAsync();
        await harness.SayAsync(ada, "hello", requestKey: "k1");

        time.Advance(TimeSpan.FromHours(24));
        await harness.SayAsync(ada, "something else", requestKey: "k1");

        (await harness.TurnsAsync(ada)).Count.ShouldBe(4);
    }

    [Theory, OnEachDatabase]
    public async Task A_process_that_dies_in_a_tool_call_leaves_no_steps_twice(Dialect dialect)
    {
        await using var harness = await AssistantHarness.CreateAsync(dialect);
        var ada = await harness.NewPrincipalAsync();
        var never = new TaskCompletionSource();
        var asked = new TaskCompletionSource();
        harness.Model.Answer = (messages, _) =>
            messages[^1].Role == ChatRole.Tool
                ? ScriptedModel.Say("2")
                : ScriptedModel.Call(("calculator", new { expression = "1+1" }));
        var calls = 0;
        harness.Model.Wait = _ =>
        {
            if (++calls < 2)
                return Task.CompletedTask;
            asked.TrySetResult();
            return never.Task;
        };
        _ = harness.SayAsync(ada, "1+1?", requestKey: "k1");
        await asked.Task;
        await harness.ExpireClaimsAsync();
        harness.Model.Wait = _ => Task.CompletedTask;
        await harness.RestartAsync();

        var answer = await harness.SayAsync(ada, "1+1?", requestKey: "k1");

        answer.UsedTools["calculator"].Calls.ShouldBe(1);
        var steps = await harness.Store.ReadAsync(
            ada.Workspace,
            db => db.QueryAsync("SELECT kind FROM steps ORDER BY number", row => row.Text(0))
        );
        steps.ShouldBe(["model", "tool", "model"]);
    }
}
