using System.Text.Json;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Time.Testing;
using Millrace.Core.Failures;
using Millrace.Models.Routing;
using Millrace.Testing.Doubles;

namespace Millrace.Tests.Models.Routing;

/// <summary>Whole answers, from providers of both forms.</summary>
public sealed class CompleteTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string> Forms => ["openai", "anthropic"];

    private static async Task<ModelDouble> StartAsync(string form) =>
        form == "openai" ? await OpenAiDouble.StartAsync() : await AnthropicDouble.StartAsync();

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task An_answer_comes_with_its_tokens_cost_and_model(string form)
    {
        await using var server = await StartAsync(form);
        var router = new RouterBuilder()
            .Provider("a", server, ("PriceIn", "2.5"), ("PriceOut", "10"))
            .Build();

        var answer = await router.CompleteAsync(RouterBuilder.Ask(router, null), Token);

        answer.Response.Text.ShouldBe("Hello from the double.");
        answer.Call.InputTokens.ShouldBe(11);
        answer.Call.OutputTokens.ShouldBe(7);
        answer.Call.Estimated.ShouldBeFalse();
        answer.Call.CostMicroUsd.ShouldBe(98);
        answer.Call.Model.ShouldBe("a-model");
        answer.Call.Provider.ShouldBe("a");
        answer.Call.Attempts.ShouldBe(1);
        server.Last.Body["model"]!.GetValue<string>().ShouldBe("a-upstream");
        server.Last.Headers["x-millrace-hop"].ShouldBe("1");
        var credential = form == "openai" ? "Authorization" : "x-api-key";
        server.Last.Headers[credential].ShouldEndWith("key-of-a");
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task A_tool_is_offered_called_and_its_result_sent_back(string form)
    {
        await using var server = await StartAsync(form);
        server.Next(Behaviour.CallsTool("weather", """{"city":"Graz","days":2}"""));
        var router = new RouterBuilder().Provider("a", server).Build();
        var tool = AIFunctionFactory.CreateDeclaration(
            "weather",
            "Tells the weather.",
            JsonElement.Parse("""{"type":"object","properties":{"city":{"type":"string"}}}""")
        );
        var ask = RouterBuilder.Ask(router, null) with
        {
            Options = new ChatOptions { Tools = [tool] },
        };

        var answer = await router.CompleteAsync(ask, Token);

        var call = answer
            .Response.Messages.SelectMany(m => m.Contents)
            .OfType<FunctionCallContent>()
            .Single();
        call.Name.ShouldBe("weather");
        call.Arguments!["city"]!.ToString().ShouldBe("Graz");
        answer.Response.FinishReason.ShouldBe(ChatFinishReason.ToolCalls);
        server.Last.Text.ShouldContain("Tells the weather.");

        List<ChatMessage> messages =
        [
            .. ask.Messages,
            .. answer.Response.Messages,
            new(ChatRole.Tool, [new FunctionResultContent(call.CallId, "sunny")]),
        ];
        await router.CompleteAsync(ask with { Messages = messages }, Token);
        server.Last.Text.ShouldContain("sunny");
        server.Last.Text.ShouldContain("call_1");
    }

    [Fact]
    public async Task A_json_shape_is_asked_for_as_a_schema()
    {
        await using var server = await OpenAiDouble.StartAsync();
        var router = new RouterBuilder().Provider("a", server).Build();
        var schema = JsonElement.Parse(
            """{"type":"object","properties":{"n":{"type":"integer"}}}"""
        );
        var ask = RouterBuilder.Ask(router, null) with
        {
            Options = new ChatOptions
            {
                ResponseFormat = ChatResponseFormat.ForJsonSchema(schema, "shape"),
            },
        };

        await router.CompleteAsync(ask, Token);

        var format = server.Last.Body["response_format"]!;
        format["type"]!.GetValue<string>().ShouldBe("json_schema");
        format["json_schema"]!["name"]!.GetValue<string>().ShouldBe("shape");
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task A_model_that_sees_gets_the_image_and_one_that_does_not_gets_a_line_of_text(
        string form
    )
    {
        await using var server = await StartAsync(form);
        var router = new RouterBuilder()
            .Provider("seeing", server)
            .Provider("blind", server, ("Vision", "false"))
            .Build();
        var image = new DataContent(new byte[] { 1, 2, 3 }, "image/png");
        List<ChatMessage> messages = [new(ChatRole.User, [new TextContent("What is it?"), image])];

        await router.CompleteAsync(
            new ModelRequest(router.Resolve("seeing-model"), messages),
            Token
        );
        server.Last.Text.ShouldContain("AQID");

        await router.CompleteAsync(
            new ModelRequest(router.Resolve("blind-model"), messages),
            Token
        );
        server.Last.Text.ShouldNotContain("AQID");
        server.Last.Text.ShouldContain("cannot see images");
        messages[0].Contents[1].ShouldBe(image);
    }

    [Fact]
    public async Task What_the_model_thought_is_kept_apart_from_what_it_said()
    {
        await using var server = await OpenAiDouble.StartAsync();
        server.Next(new Behaviour { Text = "42", Reasoning = "six times seven" });
        var router = new RouterBuilder().Provider("a", server).Build();

        var answer = await router.CompleteAsync(RouterBuilder.Ask(router, null), Token);

        answer.Response.Text.ShouldBe("42");
        answer
            .Response.Messages[0]
            .Contents.OfType<TextReasoningContent>()
            .Single()
            .Text.ShouldBe("six times seven");
    }

    [Theory]
    [InlineData("""{"choices":[{"message":{"role":"","content":"ok"},"finish_reason":"eos"}]}""")]
    [InlineData("""{"choices":[{"message":{"content":"ok"},"finish_reason":null}],"usage":null}""")]
    [InlineData("""{"choices":[{"message":{"content":[{"type":"text","text":"ok"}]}}]}""")]
    public async Task Answers_of_careless_peers_are_read_and_their_tokens_estimated(string body)
    {
        await using var server = await OpenAiDouble.StartAsync();
        server.Next(new Behaviour { RawBody = body });
        var router = new RouterBuilder().Provider("a", server).Build();

        var answer = await router.CompleteAsync(RouterBuilder.Ask(router, null), Token);

        answer.Response.Text.ShouldBe("ok");
        answer.Call.Estimated.ShouldBeTrue();
        answer.Call.InputTokens.ShouldBeGreaterThan(0);
        answer.Call.OutputTokens.ShouldBe(1);
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task A_failing_provider_is_asked_again(string form)
    {
        await using var server = await StartAsync(form);
        server.Next(Behaviour.Fails(500), Behaviour.CutsAfter(0));
        var router = new RouterBuilder().Provider("a", server).Build();

        var answer = await router.CompleteAsync(RouterBuilder.Ask(router, null), Token);

        answer.Call.Attempts.ShouldBe(3);
        server.Requests.Count.ShouldBe(3);
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task A_busy_provider_is_asked_again_when_it_said(string form)
    {
        await using var server = await StartAsync(form);
        server.Next(Behaviour.Busy(TimeSpan.FromSeconds(7)));
        var time = new WaitingTime(TimeSpan.FromSeconds(7));
        var router = new RouterBuilder().Provider("a", server).Time(time).Build();

        var asking = router.CompleteAsync(RouterBuilder.Ask(router, null), Token);
        await time.Waiting.WaitAsync(Token);
        server.Requests.Count.ShouldBe(1);
        time.Advance(TimeSpan.FromSeconds(7));

        (await asking).Call.Attempts.ShouldBe(2);
    }

    [Fact]
    public async Task A_provider_that_asks_for_a_long_wait_is_not_waited_for()
    {
        await using var server = await OpenAiDouble.StartAsync();
        server.Next(Behaviour.Busy(TimeSpan.FromMinutes(5)));
        var router = new RouterBuilder().Provider("a", server).Build();

        var failure = await Should.ThrowAsync<Limited>(
            router.CompleteAsync(RouterBuilder.Ask(router, null), Token)
        );

        failure.RetryAfter.ShouldBe(TimeSpan.FromMinutes(5));
        server.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Another_model_answers_when_the_first_does_not()
    {
        await using var first = await OpenAiDouble.StartAsync();
        await using var second = await AnthropicDouble.StartAsync();
        first.Always = Behaviour.Fails(503);
        var router = new RouterBuilder()
            .Provider("a", first)
            .Provider("b", second)
            .Models("Fallback:0", "b-model")
            .Models("Retries", "0")
            .Build();

        var answer = await router.CompleteAsync(RouterBuilder.Ask(router, null), Token);

        answer.Call.Model.ShouldBe("b-model");
        answer.Call.FallbackUsed.ShouldBeTrue();
        answer.Call.Attempts.ShouldBe(2);
    }

    [Fact]
    public async Task A_request_that_is_refused_for_what_it_says_is_not_made_again()
    {
        await using var server = await OpenAiDouble.StartAsync();
        server.Always = Behaviour.Fails(400, "temperature is out of range");
        var router = new RouterBuilder()
            .Provider("a", server)
            .Provider("b", server)
            .Models("Fallback:0", "b-model")
            .Build();

        var failure = await Should.ThrowAsync<Invalid>(
            router.CompleteAsync(RouterBuilder.Ask(router, null), Token)
        );

        failure.Message.ShouldContain("temperature is out of range");
        server.Requests.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData(401, typeof(Unavailable), "model_credentials_refused")]
    [InlineData(404, typeof(NotFound), "model_not_found")]
    [InlineData(500, typeof(Unavailable), "model_unavailable")]
    [InlineData(422, typeof(Invalid), "model_refused_request")]
    public async Task A_providers_error_becomes_a_failure_without_its_secrets(
        int status,
        Type type,
        string code
    )
    {
        await using var server = await OpenAiDouble.StartAsync();
        server.Always = Behaviour.Fails(status, "said");
        var router = new RouterBuilder().Provider("a", server).Models("Retries", "0").Build();

        var failure = await Should.ThrowAsync<Failure>(
            router.CompleteAsync(RouterBuilder.Ask(router, null), Token)
        );

        failure.ShouldBeOfType(type);
        failure.Code.ShouldBe(code);
        failure.Message.ShouldNotContain("key-of-a");
        failure.Message.ShouldNotContain(server.Root);
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task Malformed_answers_are_a_failure(string form)
    {
        await using var server = await StartAsync(form);
        server.Always = Behaviour.Malformed;
        var router = new RouterBuilder().Provider("a", server).Models("Retries", "0").Build();

        var failure = await Should.ThrowAsync<Unavailable>(
            router.CompleteAsync(RouterBuilder.Ask(router, null), Token)
        );

        failure.Code.ShouldBe("model_answer_malformed");
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task An_answer_past_the_limit_of_size_is_a_failure(string form)
    {
        await using var server = await StartAsync(form);
        server.Always = Behaviour.Huge(100_000);
        var router = new RouterBuilder()
            .Provider("a", server)
            .Models("MaxAnswerBytes", "50000")
            .Build();

        var failure = await Should.ThrowAsync<Unavailable>(
            router.CompleteAsync(RouterBuilder.Ask(router, null), Token)
        );

        failure.Code.ShouldBe("model_answer_too_large");
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task A_provider_that_never_answers_is_left_when_its_time_is_over(string form)
    {
        await using var server = await StartAsync(form);
        server.Always = Behaviour.Hangs;
        var time = new FakeTimeProvider { AutoAdvanceAmount = TimeSpan.Zero };
        var router = new RouterBuilder()
            .Provider("a", server, ("TimeLimit", "00:00:30"))
            .Models("Retries", "0")
            .Time(time)
            .Build();

        var asking = router.CompleteAsync(RouterBuilder.Ask(router, null), Token);
        while (server.Requests.Count == 0)
            await Task.Yield();
        time.Advance(TimeSpan.FromSeconds(29));
        asking.IsCompleted.ShouldBeFalse();
        time.Advance(TimeSpan.FromSeconds(2));

        (await Should.ThrowAsync<TimedOut>(asking)).Code.ShouldBe("model_timed_out");
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task A_caller_who_gives_up_stops_the_call(string form)
    {
        await using var server = await StartAsync(form);
        server.Always = Behaviour.Hangs;
        var router = new RouterBuilder().Provider("a", server).Build();
        using var caller = new CancellationTokenSource();

        var asking = router.CompleteAsync(RouterBuilder.Ask(router, null), caller.Token);
        while (server.Requests.Count == 0)
            await Task.Yield();
        await caller.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(asking);
        server.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_provider_that_fails_too_often_is_left_alone_for_a_while()
    {
        await using var server = await OpenAiDouble.StartAsync();
        server.Always = Behaviour.Fails(500);
        var time = new FakeTimeProvider();
        var router = new RouterBuilder()
            .Provider("a", server)
            .Models("Retries", "0")
            .Time(time)
            .Build();
        for (var i = 0; i < 10; i++)
            await Should.ThrowAsync<Unavailable>(
                router.CompleteAsync(RouterBuilder.Ask(router, null), Token)
            );

        var failure = await Should.ThrowAsync<Unavailable>(
            router.CompleteAsync(RouterBuilder.Ask(router, null), Token)
        );
        failure.RetryAfter.ShouldNotBeNull();
        server.Requests.Count.ShouldBe(10);

        time.Advance(TimeSpan.FromSeconds(11));
        server.Always = Behaviour.Plain;
        await router.CompleteAsync(RouterBuilder.Ask(router, null), Token);
    }

    [Fact]
    public async Task A_request_of_a_millrace_does_not_go_out_to_this_machine_again()
    {
        await using var server = await OpenAiDouble.StartAsync();
        var router = new RouterBuilder().Provider("a", server).Build();

        var failure = await Should.ThrowAsync<Conflict>(
            router.CompleteAsync(RouterBuilder.Ask(router, null) with { Hops = 1 }, Token)
        );

        failure.Code.ShouldBe("model_loop");
        server.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task Nobody_listening_is_a_failure_that_can_be_understood()
    {
        var server = await OpenAiDouble.StartAsync();
        await server.DisposeAsync();
        var router = new RouterBuilder().Provider("a", server).Models("Retries", "0").Build();

        var failure = await Should.ThrowAsync<Unavailable>(
            router.CompleteAsync(RouterBuilder.Ask(router, null), Token)
        );

        failure.Code.ShouldBe("model_unavailable");
    }

    [Fact]
    public async Task Texts_become_vectors_in_their_order()
    {
        await using var server = await OpenAiDouble.StartAsync();
        var router = new RouterBuilder().Provider("e", server, ("Embeddings", "true")).Build();

        var answer = await router.EmbedAsync(
            router.ResolveEmbedding("e-model"),
            ["a", "abc"],
            Token,
            3
        );

        answer
            .Vectors.Select(vector => vector.Vector.ToArray())
            .ShouldBe([
                [1f, 0, 0],
                [3f, 0, 0],
            ]);
        answer.Call.InputTokens.ShouldBe(5);
        answer.Call.OutputTokens.ShouldBe(0);
    }

    /// <summary>Says when somebody begins to wait for exactly this long.</summary>
    private sealed class WaitingTime(TimeSpan wait) : FakeTimeProvider
    {
        private readonly TaskCompletionSource _waiting = new();

        public Task Waiting => _waiting.Task;

        public override ITimer CreateTimer(
            TimerCallback callback,
            object? state,
            TimeSpan dueTime,
            TimeSpan period
        )
        {
            var timer = base.CreateTimer(callback, state, dueTime, period);
            if (dueTime == wait)
                _waiting.TrySetResult();
            return timer;
        }
    }
}
