using System.Text;
using System.Text.Json.Nodes;
using Millrace.Testing.Doubles;
using Millrace.Tests.Api.Gateway;

namespace Millrace.Tests.Api.Anthropic;

/// <summary>Anthropic's form, over providers of either form and over none.</summary>
public sealed class AnthropicGatewayTests
{
    private const string Messages = "/v1/messages";

    public static TheoryData<string> Forms => ["openai", "anthropic"];

    private static async Task<ModelDouble> UpstreamAsync(string form) =>
        form == "openai" ? await OpenAiDouble.StartAsync() : await AnthropicDouble.StartAsync();

    private static string Ask(string more = "") =>
        """{"model":"up-model","max_tokens":99,"system":"Be kind.","messages":[{"role":"user","content":"Hi"}]"""
        + more
        + "}";

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task A_question_is_answered_whichever_form_the_provider_has(string form)
    {
        await using var upstream = await UpstreamAsync(form);
        await using var host = await GatewayHost.StartAsync(host => host.Provider("up", upstream));

        var answer = await host.JsonAsync(Messages, Ask());

        answer["type"]!.ToString().ShouldBe("message");
        answer["role"]!.ToString().ShouldBe("assistant");
        answer["id"]!.ToString().ShouldStartWith("msg_");
        answer["content"]![0]!["type"]!.ToString().ShouldBe("text");
        answer["content"]![0]!["text"]!.ToString().ShouldBe("Hello from the double.");
        answer["stop_reason"]!.ToString().ShouldBe("end_turn");
        answer["usage"]!["input_tokens"]!.GetValue<int>().ShouldBe(11);
        answer["usage"]!["output_tokens"]!.GetValue<int>().ShouldBe(7);
        upstream.Last.Text.ShouldContain("Be kind.");
        (await host.UsageAsync()).ByEndpoint[Messages].TotalTokens.ShouldBe(18);
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task A_stream_has_its_events_in_their_order(string form)
    {
        await using var upstream = await UpstreamAsync(form);
        await using var host = await GatewayHost.StartAsync(host => host.Provider("up", upstream));

        var events = await host.EventsAsync(Messages, Ask(""","stream":true"""));

        events
            .Select(item => item.Name)
            .ShouldBe([
                "message_start",
                "content_block_start",
                .. Enumerable.Repeat("content_block_delta", 4),
                "content_block_stop",
                "message_delta",
                "message_stop",
            ]);
        events.ShouldAllBe(item => JsonNode.Parse(item.Data)!["type"]!.ToString() == item.Name);
        string.Concat(
                events.Select(item => JsonNode.Parse(item.Data)!["delta"]?["text"]?.ToString())
            )
            .ShouldBe("Hello from the double.");
        var end = JsonNode.Parse(events[^2].Data)!;
        end["delta"]!["stop_reason"]!.ToString().ShouldBe("end_turn");
        end["usage"]!["output_tokens"]!.GetValue<int>().ShouldBe(7);
        (await host.UsageAsync()).ByEndpoint[Messages].TotalTokens.ShouldBe(18);
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task Tools_are_offered_called_and_answered(string form)
    {
        await using var upstream = await UpstreamAsync(form);
        upstream.Next(Behaviour.CallsTool("weather", """{"city":"Graz"}"""));
        await using var host = await GatewayHost.StartAsync(host => host.Provider("up", upstream));
        const string tools =
            ""","tools":[{"name":"weather","description":"Tells the weather.","input_schema":{"type":"object","properties":{"city":{"type":"string"}}}}],"tool_choice":{"type":"any"}}""";

        var answer = await host.JsonAsync(Messages, Ask()[..^1] + tools);

        answer["stop_reason"]!.ToString().ShouldBe("tool_use");
        var call = answer["content"]![0]!;
        call["type"]!.ToString().ShouldBe("tool_use");
        call["input"]!["city"]!.ToString().ShouldBe("Graz");
        upstream.Last.Text.ShouldContain("Tells the weather.");

        await host.JsonAsync(
            Messages,
            $$"""
            {"model":"up-model","max_tokens":99,"messages":[{"role":"user","content":"Hi"},
             {"role":"assistant","content":[{{call.ToJsonString()}}]},
             {"role":"user","content":[{"type":"tool_result","tool_use_id":"{{call[
                "id"
            ]}}","content":[{"type":"text","text":"sunny"}]},{"type":"text","text":"So?"}]}]{{tools}}
            """
        );
        upstream.Last.Text.ShouldContain("sunny");
        upstream.Last.Text.ShouldContain("So?");
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task A_streamed_tool_call_can_be_put_together(string form)
    {
        await using var upstream = await UpstreamAsync(form);
        upstream.Next(Behaviour.CallsTool("weather", """{"city":"Graz"}"""));
        await using var host = await GatewayHost.StartAsync(host => host.Provider("up", upstream));

        var events = await host.EventsAsync(Messages, Ask(""","stream":true"""));

        var start = JsonNode.Parse(events.Single(item => item.Name == "content_block_start").Data)!;
        start["content_block"]!["type"]!.ToString().ShouldBe("tool_use");
        start["content_block"]!["input"]!.AsObject().ShouldBeEmpty();
        var json = string.Concat(
            events.Select(item => JsonNode.Parse(item.Data)!["delta"]?["partial_json"]?.ToString())
        );
        JsonNode.Parse(json)!["city"]!.ToString().ShouldBe("Graz");
        JsonNode.Parse(events[^2].Data)!["delta"]!["stop_reason"]!.ToString().ShouldBe("tool_use");
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task An_image_reaches_a_model_that_sees(string form)
    {
        await using var upstream = await UpstreamAsync(form);
        await using var host = await GatewayHost.StartAsync(host => host.Provider("up", upstream));

        await host.JsonAsync(
            Messages,
            """{"model":"up-model","max_tokens":9,"messages":[{"role":"user","content":[{"type":"image","source":{"type":"base64","media_type":"image/png","data":"AQID"}},{"type":"text","text":"What?"}]}]}"""
        );

        upstream.Last.Text.ShouldContain("AQID");
    }

    [Fact]
    public async Task Tokens_are_counted_by_the_provider_or_estimated_and_cost_nothing()
    {
        await using var upstream = await AnthropicDouble.StartAsync();
        await using var host = await GatewayHost.StartAsync(host => host.Provider("up", upstream));

        var counted = await host.JsonAsync(Messages + "/count_tokens", Ask());
        var estimated = await host.JsonAsync(
            Messages + "/count_tokens",
            """{"model":"local","messages":[{"role":"user","content":"Hi"}]}"""
        );

        counted["input_tokens"]!.GetValue<int>().ShouldBe(11);
        estimated["input_tokens"]!.GetValue<int>().ShouldBe(5);
        (await host.UsageAsync()).Lifetime.Calls.ShouldBe(0);
    }

    [Fact]
    public async Task With_nothing_connected_the_embedded_model_answers()
    {
        await using var host = await GatewayHost.StartAsync();

        var answer = await host.JsonAsync(
            Messages,
            """{"model":"claude-opus-4-1","max_tokens":99,"messages":[{"role":"user","content":"What is 17*23?"}]}"""
        );

        answer["model"]!.ToString().ShouldBe("local");
        answer["content"]![0]!["text"]!.ToString().ShouldContain("391");
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task A_stream_that_breaks_ends_with_an_error_event(string form)
    {
        await using var upstream = await UpstreamAsync(form);
        upstream.Always = Behaviour.CutsAfter(4);
        await using var host = await GatewayHost.StartAsync(host => host.Provider("up", upstream));

        var events = await host.EventsAsync(Messages, Ask(""","stream":true"""));

        events[^1].Name.ShouldBe("error");
        JsonNode.Parse(events[^1].Data)!["error"]!["type"]!.ToString().ShouldBe("overloaded_error");
    }

    [Fact]
    public async Task A_provider_that_fails_is_told_of_in_the_surfaces_form()
    {
        await using var upstream = await OpenAiDouble.StartAsync();
        upstream.Always = Behaviour.Fails(500);
        await using var host = await GatewayHost.StartAsync(host =>
            host.Provider("up", upstream).With("Models:Retries", "0")
        );

        var answer = await host.JsonAsync(Messages, Ask(), 503);

        answer["type"]!.ToString().ShouldBe("error");
        answer["error"]!["type"]!.ToString().ShouldBe("overloaded_error");
        answer["request_id"]!.ToString().ShouldNotBeEmpty();
    }

    [Theory]
    [InlineData("{", "not valid JSON")]
    [InlineData("""{"max_tokens":9,"messages":[]}""", "messages")]
    [InlineData("""{"messages":[{"role":"user","content":"Hi"}]}""", "max_tokens")]
    [InlineData("""{"max_tokens":"9","messages":[{"role":"user","content":"Hi"}]}""", "max_tokens")]
    [InlineData(
        """{"max_tokens":9,"messages":[{"role":"king","content":"Hi"}]}""",
        "messages.0.role"
    )]
    [InlineData("""{"max_tokens":9,"messages":[{"role":"user"}]}""", "messages.0.content")]
    [InlineData(
        """{"max_tokens":9,"messages":[{"role":"user","content":[{"type":"song"}]}]}""",
        "messages.0.content.0.type"
    )]
    [InlineData(
        """{"max_tokens":9,"messages":[{"role":"user","content":[null]}]}""",
        "messages.0.content.0.type"
    )]
    [InlineData(
        """{"max_tokens":9,"messages":[{"role":"user","content":[{"type":"image","source":{"type":"base64","media_type":"image/png","data":"!"}}]}]}""",
        "messages.0.content.0.source"
    )]
    [InlineData(
        """{"max_tokens":9,"messages":[{"role":"user","content":"Hi"}],"tools":[{"type":"bash_20250124","name":"bash"}]}""",
        "tools.0"
    )]
    [InlineData(
        """{"max_tokens":9,"messages":[{"role":"user","content":"Hi"}],"tool_choice":{"type":"often"}}""",
        "tool_choice"
    )]
    public async Task What_is_wrong_with_a_request_is_named(string body, string says)
    {
        await using var host = await GatewayHost.StartAsync();

        var error = (await host.JsonAsync(Messages, body, 400))["error"]!;

        error["type"]!.ToString().ShouldBe("invalid_request_error");
        error["message"]!.ToString().ShouldContain(says);
    }

    [Fact]
    public async Task Without_a_key_nothing_is_answered()
    {
        await using var host = await GatewayHost.StartAsync();

        using var answer = await host.Client.PostAsync(
            Messages,
            new StringContent(Ask(), Encoding.UTF8, "application/json")
        );

        ((int)answer.StatusCode).ShouldBe(401);
        JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["error"]!["type"]!
            .ToString()
            .ShouldBe("authentication_error");
    }
}
