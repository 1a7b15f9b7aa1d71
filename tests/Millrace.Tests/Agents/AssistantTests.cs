using Microsoft.Extensions.AI;
using Millrace.Agents.Chat;
using Millrace.Core.Failures;
using Millrace.Core.Storage;
using Millrace.Testing;
using Millrace.Testing.Doubles;

namespace Millrace.Tests.Agents;

public sealed class AssistantTests
{
    [Theory, OnEachDatabase]
    public async Task The_second_turn_knows_the_first_and_still_does_after_a_restart(
        Dialect dialect
    )
    {
        await using var harness = await AssistantHarness.CreateAsync(dialect);
        var ada = await harness.NewPrincipalAsync();

        await harness.SayAsync(ada, "My name is Ada.");
        await harness.RestartAsync();
        await harness.SayAsync(ada, "What is my name?");

        harness.Model.Asked[^1].Select(message => message.Text).ShouldContain("My name is Ada.");
        (await harness.TurnsAsync(ada)).Count.ShouldBe(4);
    }

    [Theory, OnEachDatabase]
    public async Task The_same_session_id_in_another_workspace_is_another_session(Dialect dialect)
    {
        await using var harness = await AssistantHarness.CreateAsync(dialect);
        var ada = await harness.NewPrincipalAsync();
        var bob = await harness.NewPrincipalAsync();

        await harness.SayAsync(ada, "The secret is swordfish.");
        await harness.SayAsync(bob, "What is the secret?");

        harness.Model.Asked[^1].ShouldNotContain(message => message.Text.Contains("swordfish"));
    }

    [Theory, OnEachDatabase]
    public async Task Simultaneous_turns_of_one_session_are_answered_in_the_order_of_their_arrival(
        Dialect dialect
    )
    {
        await using var harness = await AssistantHarness.CreateAsync(dialect);
        var ada = await harness.NewPrincipalAsync();

        var answers = Enumerable
            .Range(1, 8)
            .Select(number => harness.SayAsync(ada, $"turn {number}"))
            .ToList();
        await Task.WhenAll(answers);

        (await harness.TurnsAsync(ada))
            .Where(turn => turn.Contains("user"))
            .Select(turn => turn[^1])
            .ShouldBe("12345678");
    }

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

    [Theory, OnEachDatabase]
    public async Task A_failing_model_gives_a_plain_sentence_and_the_session_goes_on(
        Dialect dialect
    )
    {
        await using var harness = await AssistantHarness.CreateAsync(
            dialect,
            ("Models:Retries", "0")
        );
        var ada = await harness.NewPrincipalAsync();
        var answers = harness.Model.Answer;
        harness.Model.Answer = (_, _) => throw new Unavailable("model_down", "The model is down.");

        var failed = await harness.SayAsync(ada, "first");
        harness.Model.Answer = answers;
        var good = await harness.SayAsync(ada, "second");

        failed.Degraded.ShouldNotBeNull();
        failed.Reply.ShouldNotBeEmpty();
        good.Degraded.ShouldBeNull();
        (await harness.RunStatesAsync(ada)).ShouldBe(["failed", "completed"]);
    }

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

    [Theory, OnEachDatabase]
    public async Task A_stream_says_the_same_as_a_plain_answer(Dialect dialect)
    {
        await using var harness = await AssistantHarness.CreateAsync(dialect);
        var ada = await harness.NewPrincipalAsync();
        harness.Model.Answer = (messages, _) =>
            messages[^1].Role == ChatRole.Tool
                ? ScriptedModel.Say("It is 4, as worked out.")
                : ScriptedModel.Call(("calculator", new { expression = "2+2" }));

        var plain = await harness.SayAsync(ada, "2+2?", session: null);
        var updates = await harness
            .Assistant.StreamAsync(AssistantHarness.Request(ada, "2+2?", session: null))
            .ToListAsync();

        string.Concat(updates.OfType<TurnUpdate.Content>().Select(piece => piece.Text))
            .ShouldBe(plain.Reply);
        updates.OfType<TurnUpdate.ToolCalled>().Single().Name.ShouldBe("calculator");
        updates.OfType<TurnUpdate.ToolReturned>().Single().Ok.ShouldBeTrue();
        updates[^1].ShouldBeOfType<TurnUpdate.Finished>().Answer.Reply.ShouldBe(plain.Reply);
    }

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
    public async Task Prose_in_place_of_an_object_is_asked_for_again_once()
    {
        await using var harness = await AssistantHarness.CreateAsync(Dialect.Sqlite);
        var ada = await harness.NewPrincipalAsync();
        var answers = new Queue<string>([
            "Sure!",
            "```json\n{\"name\": \"Ada\"}\n```",
            "no",
            "[1]",
        ]);
        harness.Model.Answer = (_, _) => ScriptedModel.Say(answers.Dequeue());
        var request = AssistantHarness.Request(ada, "Who?", session: null) with
        {
            Structured = true,
        };

        var mended = await harness.Assistant.AnswerAsync(request, CancellationToken.None);
        var none = await harness.Assistant.AnswerAsync(request, CancellationToken.None);

        mended.ReplyJson!["name"]!.GetValue<string>().ShouldBe("Ada");
        none.ReplyJson.ShouldBeNull();
        none.Reply.ShouldBe("no");
    }

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
    public async Task What_is_no_text_in_an_answer_loses_no_turn(Dialect dialect)
    {
        await using var harness = await AssistantHarness.CreateAsync(dialect);
        var ada = await harness.NewPrincipalAsync();
        harness.Model.Answer = (_, _) => ScriptedModel.Say("a\0b\ud83dc");

        var answer = await harness.SayAsync(ada, "hi");

        answer.Degraded.ShouldBeNull();
        (await harness.TurnsAsync(ada))[1].ShouldEndWith("a\ufffdb\ufffdc");
    }

    [Fact]
    public async Task A_model_name_that_means_nothing_here_gets_the_default_model()
    {
        await using var upstream = await OpenAiDouble.StartAsync();
        await using var harness = await AssistantHarness.CreateAsync(
            Dialect.Sqlite,
            ("Models:Default", "small"),
            ("Models:Providers:0:Name", "upstream"),
            ("Models:Providers:0:BaseUrl", upstream.Root + "/v1"),
            ("Models:Aliases:gpt-4o:0", "large")
        );
        var ada = await harness.NewPrincipalAsync();

        foreach (var name in new[] { "advanced", "kimi", "gpt-4o" })
            await harness.Assistant.AnswerAsync(
                AssistantHarness.Request(ada, "hi") with
                {
                    Model = name,
                },
                CancellationToken.None
            );

        upstream
            .Requests.Select(request => request.Body["model"]!.ToString())
            .ShouldBe(["small", "small", "large"]);
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
}
