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
}
