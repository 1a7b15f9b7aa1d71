using System.Text.Json;
using Microsoft.Extensions.AI;
using Millrace.Agents.Chat;
using Millrace.Agents.Runs;
using Millrace.Agents.Sessions;
using Millrace.Agents.Tools;
using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Models.Routing;
using Millrace.Testing;
using Millrace.Testing.Doubles;

namespace Millrace.Tests.Agents;

public sealed class PromptBudgetTests
{
    private const string Shortened = "shortened: the middle is left out";

    [Fact]
    public async Task A_latest_turn_longer_than_its_room_is_shortened_and_those_before_it_are_recalled()
    {
        await using var harness = await AssistantHarness.CreateAsync(
            Dialect.Sqlite,
            ("Sessions:VerbatimTokens", "200")
        );
        var ada = await harness.NewPrincipalAsync();
        harness.Model.Answer = (_, _) => ScriptedModel.Say("noted");
        await harness.SayAsync(ada, "The boiler pressure is seven bar");
        await harness.SayAsync(ada, $"HEAD {Filler(4_000)} TAIL");

        await harness.SayAsync(ada, "What is the boiler pressure");

        var shown = harness.Model.Asked[^1];
        var longTurn = shown.Single(message => message.Text.StartsWith("HEAD", Ordinal)).Text;
        longTurn.ShouldContain(Shortened);
        longTurn.ShouldEndWith("TAIL");
        shown[1].Text.ShouldContain("The boiler pressure is seven bar");
    }

    [Fact]
    public async Task Everything_together_fits_the_models_window_and_the_message_is_whole()
    {
        await using var upstream = await OpenAiDouble.StartAsync();
        await using var harness = await WithWindowAsync(upstream, 4_000);
        var ada = await harness.NewPrincipalAsync();
        for (var turn = 0; turn < 3; turn++)
            await harness.SayAsync(ada, $"turn {turn} {Filler(3_000)}");
        var message = $"BEGIN {Filler(3_000)} END";

        var answer = await AnswerAsync(
            harness,
            AssistantHarness.Request(ada, message) with
            {
                System = $"Be brief. {Filler(20_000)} Be polite.",
                Context = JsonSerializer.SerializeToElement(new { notes = Filler(20_000) }),
                MaxTokens = 1_000,
            }
        );

        answer.Degraded.ShouldBeNull();
        var body = upstream.Requests[^1].Body;
        var shown = body["messages"]!.AsArray().Select(one => one!["content"]!.ToString()).ToList();
        (shown.Sum(TokenEstimate.Of) + 1_000).ShouldBeLessThan(4_000);
        shown[^1].ShouldBe(message);
        shown[0].ShouldStartWith("Be brief.");
        shown[0].ShouldContain(Shortened);
        shown[0].ShouldContain("Be polite.");
        shown[1].ShouldContain("<context");
        shown[^2].ShouldNotBeEmpty();
    }

    [Fact]
    public async Task A_message_that_the_model_cannot_read_whole_is_answered_with_word_of_it()
    {
        await using var upstream = await OpenAiDouble.StartAsync();
        await using var harness = await WithWindowAsync(upstream, 4_000);
        var ada = await harness.NewPrincipalAsync();

        var answer = await harness.SayAsync(ada, Filler(16_000));

        answer.Degraded.ShouldBe("message_too_long");
        answer.Reply.ShouldContain("small");
        answer.Model.ShouldBe("small");
        upstream.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_model_whose_window_nobody_knows_is_given_the_whole_request()
    {
        await using var upstream = await OpenAiDouble.StartAsync();
        await using var harness = await WithWindowAsync(upstream, null);
        var ada = await harness.NewPrincipalAsync();
        for (var turn = 0; turn < 4; turn++)
            await harness.SayAsync(ada, Filler(30_000));

        foreach (var length in new[] { 24_000, 200_000 })
        {
            var system = Filler(length);
            await AnswerAsync(
                harness,
                AssistantHarness.Request(ada, Filler(4_000)) with
                {
                    System = system,
                }
            );
            upstream.Requests[^1].Body["messages"]![0]!["content"]!
                .ToString()
                .ShouldStartWith(system);
        }
    }

    [Fact]
    public async Task An_answer_is_asked_for_no_longer_than_there_is_room_for()
    {
        await using var upstream = await OpenAiDouble.StartAsync();
        await using var harness = await WithWindowAsync(upstream, 4_000);
        var ada = await harness.NewPrincipalAsync();

        var answer = await AnswerAsync(
            harness,
            AssistantHarness.Request(ada, "hi") with
            {
                MaxTokens = 100_000,
            }
        );

        answer.Degraded.ShouldBeNull();
        upstream.Requests[^1].Body["max_tokens"]!.GetValue<int>().ShouldBeLessThan(4_000);
    }

    [Fact]
    public async Task What_a_tool_brings_back_is_shortened_to_the_room_that_is_left()
    {
        await using var upstream = await OpenAiDouble.StartAsync();
        await using var harness = await WithWindowAsync(upstream, 4_000);
        var ada = await harness.NewPrincipalAsync();
        var plan = await harness
            .Get<Conversation>()
            .PrepareAsync(
                AssistantHarness.Request(ada, "hi"),
                new OpenTurn
                {
                    Workspace = ada.Workspace,
                    Run = Id<Run>.New(DateTimeOffset.UtcNow),
                    StartedAt = DateTimeOffset.UtcNow,
                },
                harness.Get<ModelRouter>().Resolve(null),
                streams: false,
                CancellationToken.None
            );
        var big = AIFunctionFactory.Create(() => Filler(30_000), "big");
        var offering = plan.Plan with { Tools = [new Tool("big", big, IsReadOnly: true)] };

        var results = await harness
            .Get<ToolCalls>()
            .RunAsync(
                offering,
                new RunRecord(),
                [new FunctionCallContent("1", "big"), new FunctionCallContent("2", "big")],
                CancellationToken.None
            );

        results.ShouldAllBe(result => result.Step.Output.Contains(Shortened));
        results
            .Sum(result => TokenEstimate.Of(result.Step.Output))
            .ShouldBeLessThanOrEqualTo(plan.Plan.ToolRoom);
    }

    [Theory]
    [InlineData(100, new long[] { 10, 20, 30 }, new long[] { 10, 20, 30 })]
    [InlineData(100, new long[] { 10, 500, 70 }, new long[] { 10, 45, 45 })]
    [InlineData(0, new long[] { 5, 5 }, new long[] { 0, 0 })]
    public void The_small_stay_whole_and_the_large_share(long room, long[] wants, long[] shares) =>
        PromptBudget.Share(room, wants).ShouldBe(shares);

    private const StringComparison Ordinal = StringComparison.Ordinal;

    private static string Filler(int length) =>
        string.Concat(Enumerable.Repeat("lorem ipsum ", length / 12 + 1))[..length];

    private static Task<TurnAnswer> AnswerAsync(AssistantHarness harness, TurnRequest request) =>
        harness.Assistant.AnswerAsync(request, CancellationToken.None);

    private static Task<AssistantHarness> WithWindowAsync(OpenAiDouble upstream, int? window)
    {
        List<(string, string)> settings =
        [
            ("Models:Default", "small"),
            ("Models:Providers:0:Name", "upstream"),
            ("Models:Providers:0:BaseUrl", upstream.Root + "/v1"),
        ];
        if (window is not null)
            settings.AddRange([
                ("Models:Served:0:Name", "small"),
                ("Models:Served:0:Provider", "upstream"),
                ("Models:Served:0:ContextWindow", $"{window}"),
            ]);
        return AssistantHarness.CreateAsync(Dialect.Sqlite, [.. settings]);
    }
}
