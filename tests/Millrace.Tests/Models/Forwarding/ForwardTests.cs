using System.IO.Pipelines;
using System.Text;
using System.Text.Json.Nodes;
using Millrace.Core.Failures;
using Millrace.Models.Forwarding;
using Millrace.Models.Routing;
using Millrace.Testing.Doubles;

namespace Millrace.Tests.Models.Forwarding;

/// <summary>Requests that go through to a provider of their own form.</summary>
public sealed class ForwardTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static ForwardRequest Request(
        ModelRouter router,
        string body,
        ForwardOperation? operation = null
    )
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        var outline = RequestOutline.Read(bytes);
        return new ForwardRequest(
            router.Resolve(outline.Model),
            operation ?? ForwardOperation.ChatCompletions,
            bytes,
            outline
        );
    }

    private static async Task<string> BodyAsync(ForwardedAnswer answer)
    {
        using var stream = new MemoryStream();
        var writer = PipeWriter.Create(stream);
        try
        {
            await answer.CopyToAsync(writer, Token);
        }
        finally
        {
            await writer.CompleteAsync();
        }
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    [Fact]
    public async Task Only_the_models_name_is_changed_on_the_way()
    {
        await using var server = await OpenAiDouble.StartAsync();
        var router = new RouterBuilder().Provider("a", server).Build();
        const string body =
            """{ "x": [1,  2], "model" : "a-model" , "messages":[{"role":"user","content":"model"}], "later": {"model":"a-model"} }""";

        using var answer = await router.ForwardAsync(Request(router, body), Token);
        var text = await BodyAsync(answer);

        server.Last.Text.ShouldBe(
            body.Replace(
                "\"model\" : \"a-model\"",
                "\"model\" : \"a-upstream\"",
                StringComparison.Ordinal
            )
        );
        JsonNode.Parse(text)!["choices"]![0]!["message"]!["content"]!
            .GetValue<string>()
            .ShouldBe("Hello from the double.");
        answer.StatusCode.ShouldBe(200);
        answer.Length.ShouldBe(text.Length);
        answer.Call!.InputTokens.ShouldBe(11);
        answer.Call.OutputTokens.ShouldBe(7);
        answer.Call.Estimated.ShouldBeFalse();
    }

    [Fact]
    public async Task A_body_without_a_model_gets_the_default_ones_name()
    {
        await using var server = await OpenAiDouble.StartAsync();
        var router = new RouterBuilder().Provider("a", server).Build();

        using var answer = await router.ForwardAsync(
            Request(router, """ {"messages":[]}"""),
            Token
        );

        server.Last.Text.ShouldBe(""" {"model":"a-upstream","messages":[]}""");
    }

    [Fact]
    public async Task A_stream_passes_byte_by_byte_and_its_usage_is_read()
    {
        await using var server = await OpenAiDouble.StartAsync();
        var router = new RouterBuilder().Provider("a", server, ("PriceOut", "1000")).Build();
        const string body =
            """{"model":"a-model","stream":true,"stream_options":{"include_usage":true},"messages":[]}""";

        using var answer = await router.ForwardAsync(Request(router, body), Token);
        answer.IsStream.ShouldBeTrue();
        answer.Call.ShouldBeNull();
        var text = await BodyAsync(answer);

        text.ShouldStartWith("data: {");
        text.ShouldEndWith("data: [DONE]\n\n");
        answer.Call!.OutputTokens.ShouldBe(7);
        answer.Call.CostMicroUsd.ShouldBe(7000);
        answer.Call.Outcome.ShouldBe(CallOutcome.Answered);
        answer.ContentType.ShouldBe("text/event-stream");
    }

    [Fact]
    public async Task A_stream_that_reports_no_usage_is_estimated()
    {
        await using var server = await OpenAiDouble.StartAsync();
        var router = new RouterBuilder().Provider("a", server).Build();

        using var answer = await router.ForwardAsync(
            Request(router, """{"model":"a-model","stream":true,"messages":[]}"""),
            Token
        );
        await BodyAsync(answer);

        answer.Call!.Estimated.ShouldBeTrue();
        answer.Call.OutputTokens.ShouldBeInRange(4, 10);
    }

    [Fact]
    public async Task Anthropics_form_passes_too_with_its_headers()
    {
        await using var server = await AnthropicDouble.StartAsync();
        var router = new RouterBuilder().Provider("a", server).Build();
        const string body = """{"model":"a-model","max_tokens":9,"stream":true,"messages":[]}""";
        var request = Request(router, body, ForwardOperation.Messages) with
        {
            Headers = [new("anthropic-beta", "some-feature")],
        };

        using var answer = await router.ForwardAsync(request, Token);
        var text = await BodyAsync(answer);

        text.ShouldContain("event: message_stop");
        answer.Call!.InputTokens.ShouldBe(11);
        answer.Call.OutputTokens.ShouldBe(7);
        answer.Call.Outcome.ShouldBe(CallOutcome.Answered);
        server.Last.Headers["anthropic-beta"].ShouldBe("some-feature");
        server.Last.Headers["anthropic-version"].ShouldBe("2023-06-01");
        server.Last.Headers["x-api-key"].ShouldBe("key-of-a");
    }

    [Fact]
    public async Task What_the_provider_says_against_the_request_reaches_the_caller_as_it_is()
    {
        await using var server = await OpenAiDouble.StartAsync();
        server.Always = Behaviour.Fails(400, "no such field: foo");
        var router = new RouterBuilder().Provider("a", server).Build();

        using var answer = await router.ForwardAsync(
            Request(router, """{"model":"a-model"}"""),
            Token
        );

        answer.StatusCode.ShouldBe(400);
        (await BodyAsync(answer)).ShouldContain("no such field: foo");
        answer.Call!.Outcome.ShouldBe(CallOutcome.Failed);
        server.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Failing_cut_and_malformed_answers_are_asked_for_again()
    {
        await using var server = await OpenAiDouble.StartAsync();
        server.Next(Behaviour.Fails(502), Behaviour.Malformed, Behaviour.CutsAfter(0));
        var router = new RouterBuilder().Provider("a", server).Models("Retries", "3").Build();

        using var answer = await router.ForwardAsync(
            Request(router, """{"model":"a-model"}"""),
            Token
        );

        answer.StatusCode.ShouldBe(200);
        answer.Call!.Attempts.ShouldBe(4);
    }

    [Fact]
    public async Task The_providers_refusal_of_our_key_is_not_the_callers()
    {
        await using var server = await OpenAiDouble.StartAsync();
        server.Always = Behaviour.Fails(401);
        var router = new RouterBuilder().Provider("a", server).Build();

        var failure = await Should.ThrowAsync<Unavailable>(
            router.ForwardAsync(Request(router, """{"model":"a-model"}"""), Token)
        );

        failure.Code.ShouldBe("model_credentials_refused");
    }

    [Fact]
    public async Task The_route_goes_on_with_a_model_of_another_form()
    {
        await using var first = await OpenAiDouble.StartAsync();
        await using var second = await AnthropicDouble.StartAsync();
        first.Always = Behaviour.Fails(500);
        var router = new RouterBuilder()
            .Provider("a", first)
            .Provider("b", second)
            .Models("Fallback:0", "b-model")
            .Models("Retries", "1")
            .Build();

        using var forwarded = await router.ForwardAsync(
            Request(router, """{"model":"a-model"}"""),
            Token
        );

        forwarded.Rest!.First.Name.ShouldBe("b-model");
        var answer = await router.CompleteAsync(new ModelRequest(forwarded.Rest, []), Token);
        answer.Call.FallbackUsed.ShouldBeTrue();
        answer.Call.Attempts.ShouldBe(3);
    }

    [Fact]
    public async Task A_stream_that_breaks_keeps_what_came_and_says_so()
    {
        await using var server = await OpenAiDouble.StartAsync();
        server.Always = Behaviour.CutsAfter(3);
        var router = new RouterBuilder().Provider("a", server).Build();
        using var answer = await router.ForwardAsync(
            Request(router, """{"model":"a-model","stream":true}"""),
            Token
        );

        (await Should.ThrowAsync<Unavailable>(BodyAsync(answer))).Code.ShouldBe("model_answer_cut");

        answer.Call!.Outcome.ShouldBe(CallOutcome.Cut);
        server.Requests.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{\"model\":\"a\"")]
    [InlineData("{\"model\":\"a\"} x")]
    public void A_body_that_is_no_json_object_is_invalid(string body)
    {
        var failure = Should.Throw<Invalid>(() =>
            RequestOutline.Read(Encoding.UTF8.GetBytes(body))
        );
        failure.Code.ShouldBe("invalid_json");
    }

    [Theory]
    [InlineData("""{"model":1}""", "model")]
    [InlineData("""{"stream":"yes"}""", "stream")]
    public void A_field_of_a_wrong_type_is_named(string body, string field)
    {
        var failure = Should.Throw<Invalid>(() =>
            RequestOutline.Read(Encoding.UTF8.GetBytes(body))
        );
        failure.Parameter.ShouldBe(field);
    }

    [Theory]
    [InlineData(
        """{"messages":[{"content":[{"type":"image_url","image_url":{"url":"data:"}}]}]}""",
        true
    )]
    [InlineData(
        """{"messages":[{"content":[{"type":"image","source":{}}]}],"stream":true}""",
        true
    )]
    [InlineData("""{"messages":[{"content":[{"type":"text","text":"image_url"}]}]}""", false)]
    public void Images_are_noticed(string body, bool expected) =>
        RequestOutline.Read(Encoding.UTF8.GetBytes(body)).HasImages.ShouldBe(expected);
}
