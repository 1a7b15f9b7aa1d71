using System.Net;
using System.Text.Json.Nodes;
using Millrace.Core.Storage;
using Millrace.Testing;

namespace Millrace.Tests.Api.TBackend;

public sealed class ChatStreamOnceTests
{
    [Theory, OnEachDatabase]
    public async Task The_same_turn_streamed_again_gives_the_stored_reply(Dialect dialect)
    {
        await using var server = await TestServer.StartAsync(dialect);
        using var client = server.Client();
        var question = Question("two words");

        var first = await StreamAsync(client, question);
        await server.RestartAsync();
        using var later = server.Client();
        var again = await StreamAsync(later, question);

        Reply(again).ShouldBe(Reply(first));
        Reply(again).ShouldBe("You said: two words");
        again[^2].ShouldBe(first[^2]);
        again[^1].ShouldBe("[DONE]");
        server.Model.Asked.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_turn_streamed_twice_at_once_is_one()
    {
        await using var server = await TestServer.StartAsync();
        using var go = new SemaphoreSlim(0);
        server.Model.Wait = go.WaitAsync;
        using var client = server.Client();
        var question = Question("two words");

        var streams = Enumerable.Range(0, 3).Select(_ => StreamAsync(client, question)).ToList();
        go.Release(100);

        (await Task.WhenAll(streams)).ShouldAllBe(events => Reply(events) == "You said: two words");
        server.Model.Asked.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Another_message_under_the_same_id_is_a_conflict_told_in_plain_json()
    {
        await using var server = await TestServer.StartAsync();
        using var client = server.Client();
        var id = Guid.NewGuid();
        await StreamAsync(client, Question("hello", id));

        using var answer = await client.ChatAsync(Question("bye", id));

        answer.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/json");
    }

    [Fact]
    public async Task A_turn_whose_first_caller_left_is_answered_to_the_next()
    {
        await using var server = await TestServer.StartAsync();
        var asked = new TaskCompletionSource();
        server.Model.Wait = token =>
        {
            asked.TrySetResult();
            return Task.Delay(Timeout.Infinite, token);
        };
        var question = Question("two words");
        using (var leaver = server.Client())
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/chat")
            {
                Content = Wire.Json(question),
            };
            using var cut = await leaver.SendAsync(
                request,
                HttpCompletionOption.ResponseHeadersRead
            );
            var stream = await cut.Content.ReadAsStreamAsync();
            (await stream.ReadAsync(new byte[100])).ShouldBeGreaterThan(0);
            await asked.Task;
        }
        server.Model.Wait = _ => Task.CompletedTask;
        using var client = server.Client();

        var events = await StreamAsync(client, question);

        Reply(events).ShouldBe("You said: two words");
        server.Model.Asked.Count.ShouldBe(2);
    }

    [Fact]
    public async Task An_apology_is_not_stored()
    {
        await using var server = await TestServer.StartAsync(settings: ("Models:Retries", "0"));
        var answers = server.Model.Answer;
        server.Model.Answer = (_, _) => throw new IOException("gone");
        using var client = server.Client();
        var question = Question("two words");

        await StreamAsync(client, question);
        server.Model.Answer = answers;
        var events = await StreamAsync(client, question);

        Reply(events).ShouldBe("You said: two words");
    }

    private static object Question(string message, Guid? id = null) =>
        new
        {
            message,
            stream = true,
            request_id = id ?? Guid.NewGuid(),
            stream_options = new { include_summary = true },
        };

    private static string Reply(List<string> events) =>
        string.Concat(
            events
                .SkipLast(1)
                .Select(text => JsonNode.Parse(text)!)
                .Where(frame => frame["type"]!.ToString() == "content")
                .Select(frame => frame["text"]!.ToString())
        );

    private static async Task<List<string>> StreamAsync(HttpClient client, object question)
    {
        using var answer = await client.ChatAsync(question);
        var text = await answer.Content.ReadAsStringAsync();
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, text);
        return Wire.Events(text);
    }
}
