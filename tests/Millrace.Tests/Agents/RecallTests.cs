using Millrace.Core.Identity;
using Millrace.Core.Storage;
using Millrace.Testing;

namespace Millrace.Tests.Agents;

public sealed class RecallTests
{
    [Theory, OnEachDatabase]
    public async Task An_older_turn_is_recalled_by_meaning_and_embedded_once(Dialect dialect)
    {
        await using var harness = await AssistantHarness.CreateAsync(
            dialect,
            ("Sessions:VerbatimTurns", "4")
        );
        var ada = await harness.NewPrincipalAsync();
        harness.Model.Answer = (_, _) => ScriptedModel.Say("noted");
        await harness.SayAsync(ada, "The boiler pressure is seven bar");
        for (var i = 0; i < 4; i++)
            await harness.SayAsync(ada, $"Unrelated remark number {i}");
        var before = harness.Embedder.Embedded;

        await harness.SayAsync(ada, "What is the boiler pressure");

        harness.Model.Asked[^1][1].Text.ShouldContain("The boiler pressure is seven bar");
        (harness.Embedder.Embedded - before).ShouldBe(3); // the query, and the two turns that have just left the window
        await harness.RestartAsync();
        before = harness.Embedder.Embedded;
        await harness.SayAsync(ada, "And the boiler pressure again");
        (harness.Embedder.Embedded - before).ShouldBe(3);
    }

    [Fact]
    public async Task A_session_within_its_window_embeds_nothing()
    {
        await using var harness = await AssistantHarness.CreateAsync(Dialect.Sqlite);
        var ada = await harness.NewPrincipalAsync();

        for (var i = 0; i < 5; i++)
            await harness.SayAsync(ada, $"remark {i}");

        harness.Embedder.Embedded.ShouldBe(0);
    }

    [Theory, OnEachDatabase]
    public async Task Long_history_is_summarised_in_the_background(Dialect dialect)
    {
        await using var harness = await AssistantHarness.CreateAsync(
            dialect,
            ("Sessions:VerbatimTurns", "2"),
            ("Sessions:SummariseEvery", "4"),
            ("Sessions:RecalledTurns", "0")
        );
        await harness.RestartAsync();
        var ada = await harness.NewPrincipalAsync();
        var summarised = new TaskCompletionSource();
        harness.Model.Answer = (messages, _) =>
        {
            if (!messages[^1].Text.StartsWith("Summarise:", StringComparison.Ordinal))
                return ScriptedModel.Say("ok");
            summarised.TrySetResult();
            return ScriptedModel.Say("They spoke of boilers.");
        };

        for (var i = 0; i < 4; i++)
            await harness.SayAsync(ada, $"remark {i}");
        await summarised.Task;
        await harness.UntilAsync("SELECT id FROM sessions WHERE summary <> ''");
        await harness.SayAsync(ada, "go on");

        harness.Model.Asked[^1][1].Text.ShouldContain("They spoke of boilers.");
    }

    [Fact]
    public async Task A_question_asked_again_and_again_does_not_crowd_out_what_answers_it()
    {
        await using var harness = await AssistantHarness.CreateAsync(
            Dialect.Sqlite,
            ("Sessions:VerbatimTurns", "4")
        );
        var ada = await harness.NewPrincipalAsync();
        await harness.SayAsync(ada, "The boiler pressure is seven bar");
        for (var i = 0; i < 12; i++)
            await harness.SayAsync(ada, "What is the boiler pressure");

        harness.Model.Asked[^1][1].Text.ShouldContain("The boiler pressure is seven bar");
    }

    [Theory, OnEachDatabase]
    public async Task What_remembering_takes_is_counted_to_the_workspace_and_to_no_key(
        Dialect dialect
    )
    {
        await using var harness = await AssistantHarness.CreateAsync(
            dialect,
            ("Sessions:VerbatimTurns", "2"),
            ("Sessions:SummariseEvery", "2")
        );
        await harness.RestartAsync();
        var ada = await harness.NewPrincipalAsync();
        for (var i = 0; i < 3; i++)
            await harness.SayAsync(ada, $"remark {i}");
        await harness.UntilAsync("SELECT id FROM sessions WHERE summary <> ''");

        await harness.FoldUsageAsync();

        var counted = await harness.Store.ReadAsync(
            ada.Workspace,
            db =>
                db.QueryAsync(
                    "SELECT endpoint, key_id, prompt_tokens FROM usage_days WHERE endpoint <> '/chat' ORDER BY endpoint",
                    row => (Kind: row.Text(0), Key: row.Id<ApiKey>(1), Tokens: row.Int64(2))
                )
        );
        counted.Select(row => row.Kind).ShouldBe(["session.recall", "session.summarise"]);
        counted.ShouldAllBe(row => row.Key == default && row.Tokens > 0);
    }
}
