using Microsoft.Extensions.AI;
using Microsoft.Extensions.Time.Testing;
using Millrace.Core.Failures;
using Millrace.Models.Routing;
using Millrace.Testing.Doubles;

namespace Millrace.Tests.Models.Routing;

/// <summary>Answers piece by piece, from providers of both forms.</summary>
public sealed class StreamTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string> Forms => ["openai", "anthropic"];

    private static async Task<ModelDouble> StartAsync(string form) =>
        form == "openai" ? await OpenAiDouble.StartAsync() : await AnthropicDouble.StartAsync();

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task Pieces_come_as_they_are_made_and_the_call_is_known_at_the_end(string form)
    {
        await using var server = await StartAsync(form);
        var router = new RouterBuilder().Provider("a", server).Build();
        var stream = router.StreamAsync(RouterBuilder.Ask(router, null));

        var updates = await stream.ToListAsync(Token);

        updates.Count(update => update.Text.Length > 0).ShouldBe(4);
        string.Concat(updates.Select(update => update.Text)).ShouldBe("Hello from the double.");
        updates
            .Last(update => update.FinishReason is not null)
            .FinishReason.ShouldBe(ChatFinishReason.Stop);
        stream.Call!.Outcome.ShouldBe(CallOutcome.Answered);
        stream.Call.InputTokens.ShouldBe(11);
        stream.Call.OutputTokens.ShouldBe(7);
        stream.Call.Estimated.ShouldBeFalse();
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task A_tool_call_in_pieces_is_handed_on_whole(string form)
    {
        await using var server = await StartAsync(form);
        server.Next(Behaviour.CallsTool("weather", """{"city":"Graz"}"""));
        var router = new RouterBuilder().Provider("a", server).Build();

        var updates = await router.StreamAsync(RouterBuilder.Ask(router, null)).ToListAsync(Token);

        var call = updates
            .SelectMany(update => update.Contents)
            .OfType<FunctionCallContent>()
            .Single();
        call.Name.ShouldBe("weather");
        call.CallId.ShouldBe("call_1");
        call.Arguments!["city"]!.ToString().ShouldBe("Graz");
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task A_stream_that_breaks_is_not_begun_again(string form)
    {
        await using var server = await StartAsync(form);
        server.Next(Behaviour.CutsAfter(4));
        var router = new RouterBuilder().Provider("a", server).Build();
        var stream = router.StreamAsync(RouterBuilder.Ask(router, null));
        var seen = 0;

        var failure = await Should.ThrowAsync<Unavailable>(async () =>
        {
            await foreach (var update in stream.WithCancellation(Token))
                seen += update.Text.Length;
        });

        failure.Code.ShouldBe("model_answer_cut");
        seen.ShouldBeGreaterThan(0);
        server.Requests.Count.ShouldBe(1);
        stream.Call!.Outcome.ShouldBe(CallOutcome.Cut);
        stream.Call.Estimated.ShouldBeTrue();
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task A_stream_that_fails_before_its_first_piece_is_asked_for_again(string form)
    {
        await using var server = await StartAsync(form);
        server.Next(Behaviour.Fails(500), Behaviour.CutsAfter(0));
        var router = new RouterBuilder().Provider("a", server).Build();
        var stream = router.StreamAsync(RouterBuilder.Ask(router, null));

        var updates = await stream.ToListAsync(Token);

        string.Concat(updates.Select(update => update.Text)).ShouldBe("Hello from the double.");
        stream.Call!.Attempts.ShouldBe(3);
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task A_stream_that_falls_silent_is_given_up(string form)
    {
        await using var server = await StartAsync(form);
        server.Next(
            new Behaviour
            {
                BeforePiece = n => n < 4 ? Task.CompletedTask : Task.Delay(Timeout.Infinite),
            }
        );
        var time = new FakeTimeProvider();
        var router = new RouterBuilder()
            .Provider("a", server)
            .Models("StallLimit", "00:00:20")
            .Time(time)
            .Build();
        var stream = router.StreamAsync(RouterBuilder.Ask(router, null));
        var pieces = stream.GetAsyncEnumerator(Token);
        var seen = "";
        while (
            !seen.EndsWith(form == "openai" ? "double." : "from", StringComparison.Ordinal)
            && await pieces.MoveNextAsync()
        )
        {
            seen += pieces.Current.Text;
            if (form == "openai" && seen.EndsWith("the", StringComparison.Ordinal))
                break;
        }

        var next = pieces.MoveNextAsync().AsTask();
        while (!next.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        (await Should.ThrowAsync<TimedOut>(next)).Code.ShouldBe("model_timed_out");
        await pieces.DisposeAsync();
        stream.Call!.Outcome.ShouldBe(CallOutcome.Cut);
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task A_caller_who_stops_reading_ends_the_call_and_it_is_counted(string form)
    {
        await using var server = await StartAsync(form);
        var router = new RouterBuilder().Provider("a", server).Build();
        var stream = router.StreamAsync(RouterBuilder.Ask(router, null));

        await foreach (var update in stream.WithCancellation(Token))
        {
            if (update.Text.Length > 0)
                break;
        }

        stream.Call!.Outcome.ShouldBe(CallOutcome.Cancelled);
        stream.Call.OutputTokens.ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task A_stream_without_an_end_is_taken_for_cut()
    {
        await using var server = await OpenAiDouble.StartAsync();
        server.Next(
            new Behaviour { RawBody = "data: {\"choices\":[{\"delta\":{\"content\":\"Hi\"}}]}\n\n" }
        );
        var router = new RouterBuilder().Provider("a", server).Build();

        var failure = await Should.ThrowAsync<Unavailable>(async () =>
            await router.StreamAsync(RouterBuilder.Ask(router, null)).ToListAsync(Token)
        );

        failure.Code.ShouldBe("model_answer_cut");
    }
}
