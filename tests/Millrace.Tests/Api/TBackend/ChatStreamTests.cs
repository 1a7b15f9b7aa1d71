using System.Net;
using System.Text.Json.Nodes;
using Millrace.Core.Failures;
using Millrace.Testing;

namespace Millrace.Tests.Api.TBackend;

public sealed class ChatStreamTests
{
    private static readonly object Question = new { message = "two words", stream = true };

    [Fact]
    public async Task The_first_words_arrive_before_the_model_has_finished()
    {
        await using var server = await TestServer.StartAsync();
        using var go = new SemaphoreSlim(0);
        server.Model.Wait = go.WaitAsync;
        using var client = server.Client();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/chat")
        {
            Content = Wire.Json(Question),
        };
        request.Headers.Add("X-Request-Id", "r-9");
        using var answer = await client.SendAsync(
            request,
            HttpCompletionOption.ResponseHeadersRead
        );
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        answer.Content.Headers.ContentType!.ToString().ShouldBe("text/event-stream; charset=utf-8");
        answer.Headers.CacheControl!.NoCache.ShouldBeTrue();
        answer.Header("X-Accel-Buffering").ShouldBe("no");
        answer.Header("X-Request-ID").ShouldBe("r-9");
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());
        string? line;
        do line = await reader.ReadLineAsync();
        while (!line!.StartsWith("data:", StringComparison.Ordinal));
        line.ShouldBe("""data: {"type":"content","text":"You"}""");
        go.Release(10);
        (await reader.ReadToEndAsync()).ShouldEndWith("data: [DONE]\n\n");
    }

    [Fact]
    public async Task The_pieces_together_are_the_plain_reply()
    {
        await using var server = await TestServer.StartAsync();
        using var client = server.Client();
        var plain = await client.SayAsync(new { message = "two words" });
        var events = await EventsAsync(client, Question);
        events[^1].ShouldBe("[DONE]");
        var pieces = events.SkipLast(1).Select(text => JsonNode.Parse(text)!).ToList();
        pieces.ShouldAllBe(piece => piece["type"]!.ToString() == "content");
        string.Concat(pieces.Select(piece => piece["text"])).ShouldBe(plain["reply"]!.ToString());
    }

    [Theory]
    [InlineData("text", "data: [error] The double is out.\n\ndata: [DONE]\n\n")]
    [InlineData(
        "json",
        "data: {\"type\":\"content\",\"text\":\"The double is out.\"}\n\ndata: [DONE]\n\n"
    )]
    public async Task A_failure_before_any_word_is_told_in_the_dialects_way(
        string dialect,
        string end
    )
    {
        await using var server = await TestServer.StartAsync();
        server.Model.Answer = (_, _) => throw new NotConfigured("out", "The double is out.");
        using var client = server.Client();
        using var answer = await client.PostAsync(
            $"/chat?stream_format={dialect}",
            Wire.Json(Question)
        );
        (await answer.Content.ReadAsStringAsync()).ShouldEndWith(end);
    }

    [Fact]
    public async Task A_summary_comes_last_when_it_is_asked_for()
    {
        await using var server = await TestServer.StartAsync();
        using var client = server.Client();
        var events = await EventsAsync(
            client,
            new
            {
                message = "hi",
                session_id = "s1",
                stream = true,
                stream_options = new { include_summary = true },
            }
        );
        var summary = JsonNode.Parse(events[^2])!;
        summary["type"]!.ToString().ShouldBe("summary");
        summary["session_id"]!.ToString().ShouldBe("s1");
        summary["usage"]!["total_tokens"]!.GetValue<int>().ShouldBe(15);
        summary.AsObject().ContainsKey("reply").ShouldBeFalse();
    }

    [Fact]
    public async Task Tools_are_seen_at_work()
    {
        await using var server = await TestServer.StartAsync();
        server.Model.Answer = (messages, _) =>
            messages.Any(message => message.Role == Microsoft.Extensions.AI.ChatRole.Tool)
                ? ScriptedModel.Say("It is 391.")
                : ScriptedModel.Call(("calculator", new { expression = "17*23" }));
        using var client = server.Client();
        var frames = (await EventsAsync(client, Question))
            .SkipLast(1)
            .Select(text => JsonNode.Parse(text)!)
            .ToList();
        frames
            .Select(frame => frame["type"]!.ToString())
            .Take(2)
            .ShouldBe(["tool_call", "tool_result"]);
        frames[0]["name"]!.ToString().ShouldBe("calculator");
        frames[0]["args"]!["expression"]!.ToString().ShouldBe("17*23");
        frames[1]["ok"]!.GetValue<bool>().ShouldBeTrue();
    }

    [Theory]
    [InlineData("?stream_format=text", "", "superset")]
    [InlineData("", "text", "superset")]
    [InlineData("", "", "v2")]
    public async Task A_client_of_raw_text_sees_no_json(string query, string ofKey, string profile)
    {
        await using var server = await TestServer.StartAsync(settings: ("Compat:Profile", profile));
        server.Model.Answer = (_, _) => ScriptedModel.Say("Hello\nwide world");
        using var client = server.Client(await server.NewKeyAsync(new() { StreamDialect = ofKey }));
        var events = await EventsAsync(client, Question, query);
        events[^1].ShouldBe("[DONE]");
        string.Concat(events.SkipLast(1)).ShouldBe("Hello\nwide world");
        events.ShouldAllBe(text => !text.Contains('{'));
    }

    [Fact]
    public async Task Lines_of_json_have_no_frame_and_no_end_mark()
    {
        await using var server = await TestServer.StartAsync();
        using var client = server.Client();
        client.DefaultRequestHeaders.Add("Accept", "application/x-ndjson");
        using var answer = await client.ChatAsync(Question);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/x-ndjson");
        var lines = (await answer.Content.ReadAsStringAsync()).Split(
            '\n',
            StringSplitOptions.RemoveEmptyEntries
        );
        string.Concat(lines.Select(line => JsonNode.Parse(line)!["text"]))
            .ShouldBe("You said: two words");
    }

    [Fact]
    public async Task A_model_that_fails_midway_is_told_of_before_the_end()
    {
        await using var server = await TestServer.StartAsync();
        server.Model.Wait = _ => throw new Unavailable("model_down", "The model is down.");
        using var client = server.Client();
        var events = await EventsAsync(client, Question);
        events[^1].ShouldBe("[DONE]");
        events.ShouldContain(text => text.Contains("\"type\":\"error\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_is_wrong_with_a_request_is_told_in_plain_json()
    {
        await using var server = await TestServer.StartAsync();
        using var client = server.Client();
        using var answer = await client.ChatAsync(new { message = 5, stream = true });
        ((int)answer.StatusCode).ShouldBe(422);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/json");
    }

    [Fact]
    public async Task A_client_that_leaves_ends_the_models_work()
    {
        await using var server = await TestServer.StartAsync();
        var cancelled = new TaskCompletionSource();
        server.Model.Wait = async cancellation =>
        {
            try
            {
                await Task.Delay(Timeout.Infinite, cancellation);
            }
            finally
            {
                cancelled.SetResult();
            }
        };
        using (var client = server.Client())
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/chat")
            {
                Content = Wire.Json(Question),
            };
            using var answer = await client.SendAsync(
                request,
                HttpCompletionOption.ResponseHeadersRead
            );
            var stream = await answer.Content.ReadAsStreamAsync();
            (await stream.ReadAsync(new byte[100])).ShouldBeGreaterThan(0);
        }
        await cancelled.Task.WaitAsync(TimeSpan.FromSeconds(10));
    }

    private static async Task<List<string>> EventsAsync(
        HttpClient client,
        object body,
        string query = ""
    )
    {
        using var answer = await client.ChatAsync(body, query);
        var text = await answer.Content.ReadAsStringAsync();
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, text);
        return Wire.Events(text);
    }
}
