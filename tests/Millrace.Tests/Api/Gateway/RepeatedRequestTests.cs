using System.Text.Json.Nodes;
using Millrace.Testing.Doubles;

namespace Millrace.Tests.Api.Gateway;

/// <summary>Requests sent again under one <c>Idempotency-Key</c>.</summary>
public sealed class RepeatedRequestTests
{
    private static readonly (string, string) Key = ("Idempotency-Key", "k-1");

    private const string Chat =
        """{"model":"up-model","max_tokens":9,"messages":[{"role":"user","content":"Hi"}]}""";

    [Theory]
    [InlineData("/v1/chat/completions", Chat)]
    [InlineData("/v1/messages", Chat)]
    [InlineData("/v1/embeddings", """{"model":"up-model","input":"Hi"}""")]
    public async Task A_repeat_gets_the_same_answer_and_nobody_is_asked_or_charged_again(
        string path,
        string body
    )
    {
        await using var upstream = await OpenAiDouble.StartAsync();
        await using var host = await StartAsync(upstream, path.EndsWith("embeddings"));

        using var first = await host.PostAsync(path, body, Key);
        using var second = await host.PostAsync(path, body, Key);

        ((int)first.StatusCode).ShouldBe(200);
        ((int)second.StatusCode).ShouldBe(200);
        (await TextAsync(second)).ShouldBe(await TextAsync(first));
        second.Content.Headers.ContentType.ShouldBe(first.Content.Headers.ContentType);
        first.Headers.Contains("Idempotency-Replayed").ShouldBeFalse();
        second.Headers.GetValues("Idempotency-Replayed").ShouldBe(["true"]);
        upstream.Requests.Count.ShouldBe(1);
        (await host.UsageAsync()).ByEndpoint[path].Calls.ShouldBe(1);
    }

    [Fact]
    public async Task Two_at_once_are_answered_once()
    {
        await using var upstream = await OpenAiDouble.StartAsync();
        await using var host = await StartAsync(upstream);
        var gate = new TaskCompletionSource();
        upstream.Next(Behaviour.Slow(gate.Task));

        var first = host.PostAsync("/v1/chat/completions", Chat, Key);
        await upstream.ArrivalAsync();
        var second = host.PostAsync("/v1/chat/completions", Chat, Key);
        gate.SetResult();

        using var answered = await first;
        using var repeated = await second;
        (await TextAsync(repeated)).ShouldBe(await TextAsync(answered));
        upstream.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Another_body_under_the_same_key_is_a_conflict()
    {
        await using var upstream = await OpenAiDouble.StartAsync();
        await using var host = await StartAsync(upstream);

        using var first = await host.PostAsync("/v1/chat/completions", Chat, Key);
        using var other = await host.PostAsync(
            "/v1/chat/completions",
            Chat.Replace("Hi", "Ho"),
            Key
        );

        ((int)other.StatusCode).ShouldBe(409);
        JsonNode.Parse(await TextAsync(other))!["error"]!["code"]!
            .ToString()
            .ShouldBe("idempotency_key_reused");
    }

    [Fact]
    public async Task A_refusal_is_not_kept()
    {
        await using var upstream = await OpenAiDouble.StartAsync();
        upstream.Next(Behaviour.Fails(400));
        await using var host = await StartAsync(upstream);

        using var refused = await host.PostAsync("/v1/chat/completions", Chat, Key);
        using var again = await host.PostAsync("/v1/chat/completions", Chat, Key);

        ((int)refused.StatusCode).ShouldBe(400);
        (await TextAsync(refused)).ShouldContain("the double was told to fail");
        ((int)again.StatusCode).ShouldBe(200);
        again.Headers.Contains("Idempotency-Replayed").ShouldBeFalse();
    }

    [Fact]
    public async Task A_stream_is_made_anew()
    {
        await using var upstream = await OpenAiDouble.StartAsync();
        await using var host = await StartAsync(upstream);
        var body = Chat.Replace("{\"model\"", "{\"stream\":true,\"model\"");

        foreach (var run in new[] { 1, 2 })
        {
            using var answer = await host.PostAsync("/v1/chat/completions", body, Key);
            (await TextAsync(answer)).ShouldContain("[DONE]");
            upstream.Requests.Count.ShouldBe(run);
        }
    }

    private static Task<GatewayHost> StartAsync(OpenAiDouble upstream, bool embeds = false) =>
        GatewayHost.StartAsync(host =>
            host.Provider("up", upstream, ("Embeddings", embeds ? "true" : "false"))
        );

    private static Task<string> TextAsync(HttpResponseMessage answer) =>
        answer.Content.ReadAsStringAsync();
}
