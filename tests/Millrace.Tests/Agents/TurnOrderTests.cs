using Millrace.Core.Failures;
using Millrace.Core.Storage;
using Millrace.Testing;

namespace Millrace.Tests.Agents;

public sealed class TurnOrderTests
{
    [Fact]
    public async Task More_turns_than_may_wait_for_a_session_are_refused_until_one_gives_up()
    {
        await using var harness = await AssistantHarness.CreateAsync(
            Dialect.Sqlite,
            ("Sessions:WaitingTurns", "1")
        );
        var ada = await harness.NewPrincipalAsync();
        using var leaving = new CancellationTokenSource();
        using var go = new SemaphoreSlim(0);
        var asked = new TaskCompletionSource();
        harness.Model.Wait = token =>
        {
            asked.TrySetResult();
            return go.WaitAsync(token);
        };
        var answering = harness.SayAsync(ada, "first");
        await asked.Task;
        var waiting = harness.Assistant.AnswerAsync(
            AssistantHarness.Request(ada, "second"),
            leaving.Token
        );

        var refused = await Should.ThrowAsync<Limited>(harness.SayAsync(ada, "third"));
        await leaving.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(waiting);
        var fourth = harness.SayAsync(ada, "fourth");
        go.Release(2);

        refused.Code.ShouldBe("session_busy");
        (await answering).Reply.ShouldBe("You said: first");
        (await fourth).Reply.ShouldBe("You said: fourth");
    }

    [Fact]
    public async Task Two_servers_on_one_database_take_turns_in_a_session()
    {
        await using var harness = await AssistantHarness.CreateAsync(Dialect.Postgres);
        await using var neighbour = harness.Neighbour();
        var ada = await harness.NewPrincipalAsync();
        using var go = new SemaphoreSlim(0);
        var asked = new TaskCompletionSource();
        harness.Model.Wait = token =>
        {
            asked.TrySetResult();
            return go.WaitAsync(token);
        };
        var here = harness.SayAsync(ada, "one");
        await asked.Task;

        var there = neighbour.SayAsync(ada, "two");
        go.Release();
        await Task.WhenAll(here, there);

        (await harness.TurnsAsync(ada)).ShouldBe([
            "1 user complete: one",
            "2 assistant complete: You said: one",
            "3 user complete: two",
            "4 assistant complete: You said: two",
        ]);
        neighbour.Model.Asked[0].Select(message => message.Text).ShouldContain("You said: one");
    }
}
