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
}
