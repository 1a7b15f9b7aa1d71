using Microsoft.Extensions.AI;
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
}
