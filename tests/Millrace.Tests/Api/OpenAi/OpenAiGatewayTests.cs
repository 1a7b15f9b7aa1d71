using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Millrace.Core.Identity;
using Millrace.Testing.Doubles;
using Millrace.Tests.Api.Gateway;
using Millrace.Tests.Models.Embedded;

namespace Millrace.Tests.Api.OpenAi;

/// <summary>OpenAI's form, over providers of either form and over none.</summary>
public sealed class OpenAiGatewayTests
{
    private const string Chat = "/v1/chat/completions";

    public static TheoryData<string> Forms => ["openai", "anthropic"];

    private static async Task<ModelDouble> UpstreamAsync(string form) =>
        form == "openai" ? await OpenAiDouble.StartAsync() : await AnthropicDouble.StartAsync();

    private static string Ask(string more = "") =>
        """{"model":"up-model","messages":[{"role":"user","content":"Hi"}]""" + more + "}";

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task A_question_is_answered_whichever_form_the_provider_has(string form)
    {
        await using var upstream = await UpstreamAsync(form);
        await using var host = await GatewayHost.StartAsync(host =>
            host.Provider("up", upstream, ("PriceIn", "1"), ("PriceOut", "2"))
        );

        var answer = await host.JsonAsync(Chat, Ask());

        answer["object"]!.ToString().ShouldBe("chat.completion");
        answer["id"]!.ToString().ShouldStartWith("chatcmpl-");
        var choice = answer["choices"]![0]!;
        choice["message"]!["role"]!.ToString().ShouldBe("assistant");
        choice["message"]!["content"]!.ToString().ShouldBe("Hello from the double.");
        choice["finish_reason"]!.ToString().ShouldBe("stop");
        answer["usage"]!["prompt_tokens"]!.GetValue<int>().ShouldBe(11);
        answer["usage"]!["total_tokens"]!.GetValue<int>().ShouldBe(18);
        upstream.Last.Body["model"]!.ToString().ShouldBe("up-upstream");
        var used = (await host.UsageAsync()).ByEndpoint[Chat];
        used.Calls.ShouldBe(1);
        used.TotalTokens.ShouldBe(18);
        used.CostMicroUsd.ShouldBe(25);
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task A_stream_ends_with_its_reason_its_usage_and_done(string form)
    {
        await using var upstream = await UpstreamAsync(form);
        await using var host = await GatewayHost.StartAsync(host => host.Provider("up", upstream));

        var events = await host.EventsAsync(
            Chat,
            Ask(""","stream":true,"stream_options":{"include_usage":true}""")
        );

        events[^1].Data.ShouldBe("[DONE]");
        var chunks = events[..^1].ConvertAll(item => JsonNode.Parse(item.Data)!);
        chunks.ShouldAllBe(chunk => chunk["object"]!.ToString() == "chat.completion.chunk");
        chunks[0]["choices"]![0]!["delta"]!["role"]!.ToString().ShouldBe("assistant");
        string.Concat(
                chunks[..^1].Select(chunk => chunk["choices"]![0]!["delta"]!["content"]?.ToString())
            )
            .ShouldBe("Hello from the double.");
        chunks[^2]["choices"]![0]!["finish_reason"]!.ToString().ShouldBe("stop");
        chunks[^1]["choices"]!.AsArray().ShouldBeEmpty();
        chunks[^1]["usage"]!["completion_tokens"]!.GetValue<int>().ShouldBe(7);
        (await host.UsageAsync()).ByEndpoint[Chat].TotalTokens.ShouldBe(18);
    }

    [Fact]
    public async Task A_stream_carries_no_usage_unless_it_is_asked_for()
    {
        await using var upstream = await AnthropicDouble.StartAsync();
        await using var host = await GatewayHost.StartAsync(host => host.Provider("up", upstream));

        var events = await host.EventsAsync(Chat, Ask(""","stream":true"""));

        events.ShouldNotContain(item => item.Data.Contains("prompt_tokens"));
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task Tools_are_offered_called_and_answered(string form)
    {
        await using var upstream = await UpstreamAsync(form);
        upstream.Next(Behaviour.CallsTool("weather", """{"city":"Graz"}"""));
        await using var host = await GatewayHost.StartAsync(host => host.Provider("up", upstream));
        const string tools =
            ""","tools":[{"type":"function","function":{"name":"weather","description":"Tells the weather.","parameters":{"type":"object","properties":{"city":{"type":"string"}}}}}],"tool_choice":"required"}""";

        var answer = await host.JsonAsync(Chat, Ask()[..^1] + tools);

        var choice = answer["choices"]![0]!;
        choice["finish_reason"]!.ToString().ShouldBe("tool_calls");
        choice["message"]!["content"].ShouldBeNull();
        var call = choice["message"]!["tool_calls"]![0]!;
        call["function"]!["name"]!.ToString().ShouldBe("weather");
        JsonNode.Parse(call["function"]!["arguments"]!.ToString())!["city"]!
            .ToString()
            .ShouldBe("Graz");
        upstream.Last.Text.ShouldContain("Tells the weather.");

        await host.JsonAsync(
            Chat,
            $$"""
            {"model":"up-model","messages":[{"role":"user","content":"Hi"},
             {"role":"assistant","content":null,"tool_calls":[{{call.ToJsonString()}}]},
             {"role":"tool","tool_call_id":"{{call["id"]}}","content":"sunny"}]{{tools}}
            """
        );
        upstream.Last.Text.ShouldContain("sunny");
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task A_streamed_tool_call_can_be_put_together(string form)
    {
        await using var upstream = await UpstreamAsync(form);
        upstream.Next(Behaviour.CallsTool("weather", """{"city":"Graz"}"""));
        await using var host = await GatewayHost.StartAsync(host => host.Provider("up", upstream));

        var events = await host.EventsAsync(Chat, Ask(""","stream":true"""));

        var pieces = events[..^1]
            .SelectMany(item =>
                JsonNode.Parse(item.Data)!["choices"]![0]!["delta"]!["tool_calls"]?.AsArray() ?? []
            )
            .ToList();
        pieces[0]!["index"]!.GetValue<int>().ShouldBe(0);
        pieces[0]!["id"]!.ToString().ShouldBe("call_1");
        pieces[0]!["function"]!["name"]!.ToString().ShouldBe("weather");
        JsonNode.Parse(
            string.Concat(pieces.Select(piece => piece!["function"]!["arguments"]!.ToString()))
        )!["city"]!
            .ToString()
            .ShouldBe("Graz");
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task An_image_reaches_a_model_that_sees(string form)
    {
        await using var upstream = await UpstreamAsync(form);
        await using var host = await GatewayHost.StartAsync(host => host.Provider("up", upstream));

        await host.JsonAsync(
            Chat,
            """{"model":"up-model","messages":[{"role":"user","content":[{"type":"text","text":"What?"},{"type":"image_url","image_url":{"url":"data:image/png;base64,AQID"}}]}]}"""
        );

        upstream.Last.Text.ShouldContain("AQID");
    }

    [Fact]
    public async Task With_nothing_connected_the_embedded_model_answers()
    {
        await using var host = await GatewayHost.StartAsync();

        var answer = await host.JsonAsync(
            Chat,
            """{"model":"gpt-4o","messages":[{"role":"user","content":"What is 17*23?"}]}"""
        );

        answer["model"]!.ToString().ShouldBe("local");
        answer["choices"]![0]!["message"]!["content"]!.ToString().ShouldContain("391");
        var events = await host.EventsAsync(
            Chat,
            """{"model":"gpt-4o","stream":true,"messages":[{"role":"user","content":"What is 17*23?"}]}"""
        );
        events[^1].Data.ShouldBe("[DONE]");
    }

    [Fact]
    public async Task Another_form_answers_when_the_first_provider_does_not()
    {
        await using var broken = await OpenAiDouble.StartAsync();
        broken.Always = Behaviour.Fails(503);
        await using var other = await AnthropicDouble.StartAsync();
        await using var host = await GatewayHost.StartAsync(host =>
            host.Provider("up", broken)
                .Provider("other", other)
                .With("Models:Fallback:0", "other-model")
                .With("Models:Retries", "0")
        );

        var answer = await host.JsonAsync(Chat, Ask());

        answer["model"]!.ToString().ShouldBe("other-model");
        (await host.EventsAsync(Chat, Ask(""","stream":true"""))).Count.ShouldBeGreaterThan(4);
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task A_stream_that_breaks_ends_with_an_error_event(string form)
    {
        await using var upstream = await UpstreamAsync(form);
        upstream.Always = Behaviour.CutsAfter(4);
        await using var host = await GatewayHost.StartAsync(host => host.Provider("up", upstream));

        var events = await host.EventsAsync(Chat, Ask(""","stream":true"""));

        var error = JsonNode.Parse(events[^1].Data)!["error"]!;
        error["code"]!.ToString().ShouldBe("model_answer_cut");
        events.ShouldNotContain(item => item.Data == "[DONE]");
        (await host.UsageAsync()).ByEndpoint[Chat].Calls.ShouldBe(1);
    }

    [Theory]
    [InlineData("float")]
    [InlineData("base64")]
    public async Task Texts_become_vectors_in_the_encoding_that_is_asked_for(string encoding)
    {
        UseLite.Embedder();
        await using var host = await GatewayHost.StartAsync();

        var answer = await host.JsonAsync(
            "/v1/embeddings",
            $$"""{"model":"text-embedding-3-small","input":["one text","another"],"encoding_format":"{{encoding}}"}"""
        );

        answer["data"]!.AsArray().Count.ShouldBe(2);
        var first = answer["data"]![0]!["embedding"]!;
        if (encoding == "float")
            first.AsArray().Count.ShouldBe(512);
        else
            Convert.FromBase64String(first.ToString()).Length.ShouldBe(2048);
        answer["usage"]!["prompt_tokens"]!.GetValue<int>().ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task Embeddings_go_through_to_a_provider_with_their_dimensions()
    {
        await using var upstream = await OpenAiDouble.StartAsync();
        await using var host = await GatewayHost.StartAsync(host =>
            host.Provider("up", upstream, ("Embeddings", "true"))
        );

        var answer = await host.JsonAsync(
            "/v1/embeddings",
            """{"model":"up-model","input":"abc","dimensions":8}"""
        );

        answer["data"]![0]!["embedding"]!.AsArray().Count.ShouldBe(8);
        (await host.UsageAsync()).ByEndpoint["/v1/embeddings"].PromptTokens.ShouldBe(5);
    }

    [Fact]
    public async Task Models_are_listed_and_shown_one_by_one()
    {
        await using var upstream = await OpenAiDouble.StartAsync();
        await using var host = await GatewayHost.StartAsync(host =>
            host.Provider("up", upstream).With("Models:Aliases:o3:0", "up-model")
        );
        host.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Bearer",
            host.Key
        );

        var list = JsonNode.Parse(await host.Client.GetStringAsync("/v1/models"))!;

        list["data"]!
            .AsArray()
            .Select(model => model!["id"]!.ToString())
            .ShouldBe(["up-model", "local", "use-lite", "o3"]);
        var one = JsonNode.Parse(await host.Client.GetStringAsync("/v1/models/o3"))!;
        one["owned_by"]!.ToString().ShouldBe("up");
        using var none = await host.Client.GetAsync("/v1/models/no/such");
        ((int)none.StatusCode).ShouldBe(404);
    }

    [Fact]
    public async Task An_unknown_model_is_refused_where_the_installation_is_strict()
    {
        await using var host = await GatewayHost.StartAsync(host =>
            host.With("Models:UnknownNames", "Refuse")
        );

        var answer = await host.JsonAsync(Chat, Ask(), 404);

        answer["error"]!["code"]!.ToString().ShouldBe("model_not_found");
    }

    [Theory]
    [InlineData("", 400, "invalid_json", null)]
    [InlineData("[1]", 400, "invalid_json", null)]
    [InlineData("""{"model":5,"messages":[]}""", 400, "invalid_type", "model")]
    [InlineData("""{"messages":[]}""", 400, "messages_missing", "messages")]
    [InlineData("""{"messages":"Hi"}""", 400, "invalid_type", "messages")]
    [InlineData("""{"messages":[null]}""", 400, "invalid_value", "messages[0].role")]
    [InlineData(
        """{"messages":[{"role":"king","content":"Hi"}]}""",
        400,
        "invalid_value",
        "messages[0].role"
    )]
    [InlineData(
        """{"messages":[{"role":"user","content":5}]}""",
        400,
        "invalid_type",
        "messages[0].content"
    )]
    [InlineData(
        """{"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,!!"}}]}]}""",
        400,
        "invalid_image",
        "messages[0].content[0].image_url.url"
    )]
    [InlineData(
        """{"messages":[{"role":"tool","content":"x"}]}""",
        400,
        "tool_call_id_missing",
        "messages[0].tool_call_id"
    )]
    [InlineData(
        """{"messages":[{"role":"user","content":"Hi"}],"n":2}""",
        400,
        "unsupported_value",
        "n"
    )]
    [InlineData(
        """{"messages":[{"role":"user","content":"Hi"}],"tool_choice":"often"}""",
        400,
        "invalid_value",
        "tool_choice"
    )]
    [InlineData(
        """{"messages":[{"role":"user","content":"Hi"}],"tools":[null]}""",
        400,
        "invalid_value",
        "tools[0]"
    )]
    [InlineData(
        """{"messages":[{"role":"user","content":"Hi"}],"response_format":{"type":"xml"}}""",
        400,
        "invalid_value",
        "response_format.type"
    )]
    public async Task What_is_wrong_with_a_request_is_named(
        string body,
        int status,
        string code,
        string? field
    )
    {
        await using var host = await GatewayHost.StartAsync();

        var error = (await host.JsonAsync(Chat, body, status))["error"]!;

        error["type"]!.ToString().ShouldBe("invalid_request_error");
        error["code"]!.ToString().ShouldBe(code);
        error["param"]?.ToString().ShouldBe(field);
        error["message"]!.ToString().ShouldNotBeEmpty();
    }

    [Fact]
    public async Task Text_that_is_no_utf8_is_refused()
    {
        await using var host = await GatewayHost.StartAsync();
        var request = new HttpRequestMessage(HttpMethod.Post, Chat)
        {
            Content = new ByteArrayContent([
                .. "{\"messages\":[{\"role\":\"user\",\"content\":\""u8,
                0xFF,
                .. "\"}]}"u8,
            ]),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", host.Key);

        using var answer = await host.Client.SendAsync(request);

        ((int)answer.StatusCode).ShouldBe(400);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("Bearer wrong-wrong-wrong-wrong")]
    public async Task Without_a_good_key_nothing_is_asked(string? authorization)
    {
        await using var upstream = await OpenAiDouble.StartAsync();
        await using var host = await GatewayHost.StartAsync(host => host.Provider("up", upstream));
        using var request = new HttpRequestMessage(HttpMethod.Post, Chat)
        {
            Content = new StringContent(Ask(), Encoding.UTF8, "application/json"),
        };
        if (authorization is not null)
            request.Headers.TryAddWithoutValidation("Authorization", authorization);

        using var answer = await host.Client.SendAsync(request);

        ((int)answer.StatusCode).ShouldBe(401);
        var error = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["error"]!;
        error["code"]!.ToString().ShouldBe("invalid_api_key");
        error["type"]!.ToString().ShouldBe("authentication_error");
        upstream.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_missing_key_is_asked_for_in_the_header_that_its_clients_send()
    {
        await using var host = await GatewayHost.StartAsync();
        using var openAi = await host.Client.GetAsync("/v1/models");
        using var anthropic = await host.Client.PostAsync("/v1/messages", null);

        (await openAi.Content.ReadAsStringAsync()).ShouldContain("Authorization: Bearer");
        (await anthropic.Content.ReadAsStringAsync()).ShouldContain("x-api-key");
    }

    [Fact]
    public async Task Texts_stay_readable_in_translated_answers()
    {
        await using var upstream = await AnthropicDouble.StartAsync();
        upstream.Next(Behaviour.Says("It's <fine> & größer"));
        await using var host = await GatewayHost.StartAsync(host => host.Provider("up", upstream));

        using var answer = await host.PostAsync(Chat, Ask());

        (await answer.Content.ReadAsStringAsync()).ShouldContain("It's <fine> & größer");
    }

    [Fact]
    public async Task More_images_than_can_be_read_are_refused()
    {
        await using var host = await GatewayHost.StartAsync();
        var image = """{"type":"image_url","image_url":{"url":"data:image/png;base64,AQID"}}""";
        var images = string.Join(',', Enumerable.Repeat(image, 21));

        var answer = await host.JsonAsync(
            Chat,
            $$"""{"model":"local","messages":[{"role":"user","content":[{{images}}]}]}""",
            400
        );

        answer["error"]!["code"]!.ToString().ShouldBe("too_many_images");
    }

    [Fact]
    public async Task A_key_without_the_right_is_refused()
    {
        await using var host = await GatewayHost.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/models");
        var key = await host.NewKeyAsync(new NewApiKey { Scopes = "usage" });
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);

        using var answer = await host.Client.SendAsync(request);

        ((int)answer.StatusCode).ShouldBe(403);
    }

    [Fact]
    public async Task Too_many_requests_are_told_when_to_come_back()
    {
        await using var host = await GatewayHost.StartAsync(host =>
            host.With("Limits:Classes:default:gateway:PerMinute", "1")
        );
        var ask = """{"messages":[{"role":"user","content":"Hi"}]}""";

        using var first = await host.PostAsync(Chat, ask);
        using var second = await host.PostAsync(Chat, ask);

        ((int)first.StatusCode).ShouldBe(200);
        first.Headers.GetValues("x-ratelimit-limit-requests").ShouldBe(["1"]);
        ((int)second.StatusCode).ShouldBe(429);
        second.Headers.RetryAfter.ShouldNotBeNull();
        var error = JsonNode.Parse(await second.Content.ReadAsStringAsync())!["error"]!;
        error["type"]!.ToString().ShouldBe("rate_limit_error");
        error["code"]!.ToString().ShouldBe("rate_limit_exceeded");
    }

    [Fact]
    public async Task A_request_of_another_millrace_does_not_go_round()
    {
        await using var upstream = await OpenAiDouble.StartAsync();
        await using var host = await GatewayHost.StartAsync(host => host.Provider("up", upstream));

        using var answer = await host.PostAsync(Chat, Ask(), ("x-millrace-hop", "1"));

        ((int)answer.StatusCode).ShouldBe(409);
        (await answer.Content.ReadAsStringAsync()).ShouldContain("model_loop");
        upstream.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_model_name_with_control_characters_is_refused()
    {
        await using var host = await GatewayHost.StartAsync();

        var answer = await host.JsonAsync(
            Chat,
            """{"model":"a\u0000b","messages":[{"role":"user","content":"Hi"}]}""",
            400
        );

        answer["error"]!["param"]!.ToString().ShouldBe("model");
    }

    [Fact]
    public async Task A_client_that_leaves_ends_the_call_and_is_charged_for_what_it_got()
    {
        await using var upstream = await OpenAiDouble.StartAsync();
        upstream.Next(
            new Behaviour
            {
                BeforePiece = n => n < 3 ? Task.CompletedTask : Task.Delay(Timeout.Infinite),
            }
        );
        await using var host = await GatewayHost.StartAsync(host => host.Provider("up", upstream));

        using (var answer = await host.PostAsync(Chat, Ask(""","stream":true""")))
        {
            var stream = await answer.Content.ReadAsStreamAsync();
            (await stream.ReadAsync(new byte[16])).ShouldBeGreaterThan(0);
        }

        while (!(await host.UsageAsync()).ByEndpoint.ContainsKey(Chat))
            await Task.Yield();
    }

    [Theory]
    [InlineData("/v1/nothing")]
    [InlineData("/v1/chat")]
    public async Task What_is_not_there_is_told_in_the_surfaces_form(string path)
    {
        await using var host = await GatewayHost.StartAsync();

        var answer = await host.JsonAsync(path, "{}", 404);

        answer["error"]!["type"]!.ToString().ShouldBe("invalid_request_error");
    }
}
