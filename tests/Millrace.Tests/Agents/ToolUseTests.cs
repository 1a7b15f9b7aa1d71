using Microsoft.Extensions.AI;
using Millrace.Agents.Tools;
using Millrace.Core.Storage;
using Millrace.Testing;

namespace Millrace.Tests.Agents;

public sealed class ToolUseTests
{
    [Theory, OnEachDatabase]
    public async Task Tools_are_called_side_by_side_counted_and_kept_as_steps(Dialect dialect)
    {
        await using var harness = await AssistantHarness.CreateAsync(dialect);
        var ada = await harness.NewPrincipalAsync();
        harness.Model.Answer = (messages, _) =>
            messages[^1].Role == ChatRole.Tool
                ? ScriptedModel.Say(
                    string.Join(
                        " and ",
                        messages[^1]
                            .Contents.Cast<FunctionResultContent>()
                            .Select(result => result.Result)
                    )
                )
                : ScriptedModel.Call(
                    ("calculator", new { expression = "17*23" }),
                    ("calculator", new { expression = "1/0" }),
                    ("unknown", new { })
                );

        var answer = await harness.SayAsync(ada, "What is 17*23?");

        answer.Reply.ShouldStartWith("391 and ");
        answer.UsedTools["calculator"].Calls.ShouldBe(2);
        answer.UsedTools["calculator"].Ok.ShouldBe(1);
        answer.UsedTools["unknown"].Failed.ShouldBe(1);
        var steps = await harness.Store.ReadAsync(
            ada.Workspace,
            db =>
                db.QueryAsync(
                    "SELECT kind, name FROM steps WHERE run_id = $1 ORDER BY number",
                    row => $"{row.Text(0)} {row.Text(1)}",
                    answer.Run.Value
                )
        );
        steps.ShouldBe([
            "model local",
            "tool calculator",
            "tool calculator",
            "tool unknown",
            "model local",
        ]);
    }

    [Fact]
    public async Task A_model_that_never_stops_calling_tools_is_made_to_answer()
    {
        await using var harness = await AssistantHarness.CreateAsync(
            Dialect.Sqlite,
            ("Runs:MaxModelCalls", "3")
        );
        var ada = await harness.NewPrincipalAsync();
        harness.Model.Answer = (_, options) =>
            options?.Tools is { Count: > 0 }
                ? ScriptedModel.Call(("calculator", new { expression = "1+1" }))
                : ScriptedModel.Say("enough");

        var answer = await harness.SayAsync(ada, "Loop.");

        answer.Reply.ShouldBe("enough");
        answer.UsedTools["calculator"].Calls.ShouldBe(2);
    }

    [Fact]
    public async Task Only_the_tools_that_the_request_names_are_offered()
    {
        await using var harness = await AssistantHarness.CreateAsync(Dialect.Sqlite);
        var ada = await harness.NewPrincipalAsync();
        var offered = -1;
        harness.Model.Answer = (_, options) =>
        {
            offered = options?.Tools?.Count ?? 0;
            return ScriptedModel.Say("ok");
        };

        await harness.Assistant.AnswerAsync(
            AssistantHarness.Request(ada, "hi") with
            {
                Tools = [],
            },
            CancellationToken.None
        );
        offered.ShouldBe(0);
        await harness.Assistant.AnswerAsync(
            AssistantHarness.Request(ada, "hi") with
            {
                Tools = ["calculator"],
            },
            CancellationToken.None
        );
        offered.ShouldBe(1);
    }

    [Fact]
    public async Task A_tool_that_does_not_heed_its_limit_is_left_and_the_run_goes_on()
    {
        await using var harness = await AssistantHarness.CreateAsync(
            Dialect.Sqlite,
            ("Runs:ToolLimit", "00:00:00.05")
        );
        var ada = await harness.NewPrincipalAsync();
        var never = new TaskCompletionSource<string>();
        harness.Tools.Add(
            new Tool("stuck", AIFunctionFactory.Create(() => never.Task, "stuck"), IsReadOnly: true)
        );
        await harness.RestartAsync();
        harness.Model.Answer = (messages, _) =>
            messages[^1].Role == ChatRole.Tool
                ? ScriptedModel.Say("It took too long.")
                : ScriptedModel.Call(("stuck", new { }));

        var answer = await harness.SayAsync(ada, "Go.");

        answer.Reply.ShouldBe("It took too long.");
        answer.UsedTools["stuck"].Failed.ShouldBe(1);
    }

    [Fact]
    public async Task Tools_of_which_one_changes_something_are_called_one_after_another()
    {
        await using var harness = await AssistantHarness.CreateAsync(Dialect.Sqlite);
        var ada = await harness.NewPrincipalAsync();
        var (atOnce, most) = (0, 0);
        async Task<string> WorkAsync()
        {
            most = Math.Max(most, Interlocked.Increment(ref atOnce));
            await Task.Yield();
            Interlocked.Decrement(ref atOnce);
            return "done";
        }
        harness.Tools.Add(
            new Tool("read", AIFunctionFactory.Create(WorkAsync, "read"), IsReadOnly: true)
        );
        harness.Tools.Add(
            new Tool("write", AIFunctionFactory.Create(WorkAsync, "write"), IsReadOnly: false)
        );
        await harness.RestartAsync();
        harness.Model.Answer = (messages, _) =>
            messages[^1].Role == ChatRole.Tool
                ? ScriptedModel.Say("ok")
                : ScriptedModel.Call(
                    ("read", new { }),
                    ("write", new { }),
                    ("read", new { }),
                    ("write", new { })
                );

        var answer = await harness.SayAsync(ada, "Go.");

        answer.UsedTools["write"].Ok.ShouldBe(2);
        most.ShouldBe(1);
    }
}
