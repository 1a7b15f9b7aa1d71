using Millrace.Testing.Doubles;

namespace Millrace.BlackBox.Sdks;

/// <summary>The <c>@anthropic-ai/sdk</c> package with Millrace as its base address, whichever model answers.</summary>
public sealed class AnthropicPackageTests(GatewayServer gateway) : IClassFixture<GatewayServer>
{
    private const string Script = "anthropic.mjs";

    [Theory]
    [InlineData("plain", GatewayServer.Local, "391")]
    [InlineData("plain", GatewayServer.OpenAi, "Hello from the double")]
    [InlineData("plain", GatewayServer.Anthropic, "Hello from the double")]
    [InlineData("stream", GatewayServer.Local, "391")]
    [InlineData("stream", GatewayServer.OpenAi, "Hello from the double")]
    [InlineData("stream", GatewayServer.Anthropic, "Hello from the double")]
    [InlineData("count", GatewayServer.Local)]
    [InlineData("count", GatewayServer.OpenAi)]
    [InlineData("count", GatewayServer.Anthropic)]
    [InlineData("bad-key", GatewayServer.Anthropic)]
    [InlineData("unknown-model", GatewayServer.Anthropic)]
    [InlineData("bad-request", GatewayServer.Local)]
    [InlineData("bad-request", GatewayServer.OpenAi)]
    public Task Scenario_holds(string scenario, string model, string expected = "") =>
        gateway.PlayAsync(Script, scenario, model, expected);

    [Theory]
    [InlineData(GatewayServer.Local)]
    [InlineData(GatewayServer.OpenAi)]
    [InlineData(GatewayServer.Anthropic)]
    public async Task The_model_calls_a_tool_and_answers_from_its_result(string model)
    {
        gateway
            .Behind(model)
            ?.Next(
                Behaviour.CallsTool("get_weather", """{"city":"Zagreb"}"""),
                Behaviour.Says("It is 21 degrees in Zagreb.")
            );
        await gateway.PlayAsync(Script, "tools", model);
        gateway.Behind(model)?.Last.Text.ShouldContain("It is 21 degrees and sunny in Zagreb.");
    }

    [Theory]
    [InlineData(GatewayServer.Local)]
    [InlineData(GatewayServer.OpenAi)]
    [InlineData(GatewayServer.Anthropic)]
    public async Task A_streamed_tool_call_arrives_whole(string model)
    {
        gateway.Behind(model)?.Next(Behaviour.CallsTool("get_weather", """{"city":"Zagreb"}"""));
        await gateway.PlayAsync(Script, "tools-streamed", model);
    }

    [Theory]
    [InlineData(GatewayServer.Local, "HERON")]
    [InlineData(GatewayServer.OpenAi, "a heron")]
    [InlineData(GatewayServer.Anthropic, "a heron")]
    public async Task A_picture_reaches_the_model_or_is_read(string model, string seen)
    {
        gateway.Behind(model)?.Next(Behaviour.Says("It says: a heron."));
        await gateway.PlayAsync(Script, "image", model, seen);
        gateway.Behind(model)?.Last.Text.ShouldContain("iVBORw0KGgo");
    }

    [Fact]
    public async Task Too_many_requests_are_a_rate_limit_error() =>
        await gateway.PlayAsync(
            Script,
            "rate-limit",
            GatewayServer.Local,
            key: await gateway.NarrowKeyAsync()
        );

    [Theory]
    [InlineData(GatewayServer.OpenAi)]
    [InlineData(GatewayServer.Anthropic)]
    public async Task Leaving_a_stream_cancels_the_model_within_two_seconds(string model)
    {
        var upstream = gateway.Behind(model)!;
        var forever = new TaskCompletionSource();
        upstream.Next(
            Behaviour.Says("one two three four") with
            {
                BeforePiece = number => number < 4 ? Task.CompletedTask : forever.Task,
            }
        );
        await gateway.PlayAsync(Script, "abort", model);
        await upstream.Last.Abandoned.WaitAsync(TimeSpan.FromSeconds(15));
    }
}
