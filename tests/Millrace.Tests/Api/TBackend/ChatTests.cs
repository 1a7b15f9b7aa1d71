using System.Net;
using System.Text;
using Millrace.Core.Failures;
using Millrace.Core.Storage;
using Millrace.Testing;

namespace Millrace.Tests.Api.TBackend;

public sealed class ChatTests
{
    [Fact]
    public async Task A_plain_answer_has_the_members_of_the_contract()
    {
        await using var server = await TestServer.StartAsync();
        using var client = server.Client();
        var answer = await client.SayAsync(
            new { message = "What is Cardano?", session_id = "my-session-1" }
        );
        answer
            .AsObject()
            .Select(member => member.Key)
            .ShouldBe([
                "reply",
                "session_id",
                "used_tools",
                "reply_json",
                "provider",
                "model",
                "reasoning",
                "balance_after",
                "response",
                "usage",
            ]);
        answer["reply"]!.ToString().ShouldBe("You said: What is Cardano?");
        answer["response"]!.ToString().ShouldBe(answer["reply"]!.ToString());
        answer["session_id"]!.ToString().ShouldBe("my-session-1");
        answer["balance_after"].ShouldBeNull();
        answer["usage"]!["total_tokens"]!.GetValue<int>().ShouldBe(15);
    }

    [Theory]
    [OnEachDatabase]
    public async Task A_session_is_remembered_by_its_key_alone_and_through_a_restart(
        Dialect dialect
    )
    {
        await using var server = await TestServer.StartAsync(dialect);
        var other = await server.NewKeyAsync();
        using (var ada = server.Client())
            await ada.SayAsync(new { message = "My name is Ada.", session_id = "s1" });

        using (var stranger = server.Client(other))
            await stranger.SayAsync(new { message = "What is my name?", session_id = "s1" });
        Prompt(server).ShouldNotContain("Ada");

        await server.RestartAsync();
        using (var ada = server.Client())
            await ada.SayAsync(new { message = "What is my name?", session_id = "s1" });
        Prompt(server).ShouldContain("My name is Ada.");
    }

    [Fact]
    public async Task A_session_without_a_name_gets_one()
    {
        await using var server = await TestServer.StartAsync();
        using var client = server.Client();
        var first = await client.SayAsync(new { message = "one" });
        var second = await client.SayAsync(new { message = "two" });
        first["session_id"]!.ToString().ShouldNotBeEmpty();
        second["session_id"]!.ToString().ShouldNotBe(first["session_id"]!.ToString());
    }

    [Theory]
    [InlineData("""{"a":1}""", "?output=structured", """{"a":1}""")]
    [InlineData("```json\n{\"a\":1}\n```", "?output=structured", """{"a":1}""")]
    [InlineData("Just prose.", "?output=structured", null)]
    [InlineData("[1,2]", "?output=structured", null)]
    [InlineData("""{"a":1}""", "", null)]
    public async Task Structured_mode_gives_an_object_or_null(
        string said,
        string query,
        string? expected
    )
    {
        await using var server = await TestServer.StartAsync();
        server.Model.Answer = (_, _) => ScriptedModel.Say(said);
        using var client = server.Client();
        var answer = await client.SayAsync(new { message = "hi" }, query);
        answer["reply_json"]?.ToJsonString().ShouldBe(expected);
        answer["reply"]!.ToString().ShouldNotBeEmpty();
    }

    [Fact]
    public async Task A_message_is_counted_in_code_points()
    {
        await using var server = await TestServer.StartAsync();
        server.Model.Answer = (_, _) => ScriptedModel.Say("many");
        using var client = server.Client();
        var emoji = new StringBuilder().Insert(0, "🙂", 32_000).ToString();
        (await client.SayAsync(new { message = emoji }))["reply"]!.ToString().ShouldBe("many");
        using var more = await client.ChatAsync(new { message = emoji + "🙂" });
        ((int)more.StatusCode).ShouldBe(422);
        var error = (await more.JsonAsync())["detail"]![0]!;
        error["type"]!.ToString().ShouldBe("string_too_long");
        error["ctx"]!["max_length"]!.GetValue<int>().ShouldBe(32_000);
    }

    [Fact]
    public async Task A_model_that_is_down_gives_a_sentence_and_no_error()
    {
        await using var server = await TestServer.StartAsync();
        server.Model.Answer = (_, _) => throw new Unavailable("model_down", "The model is down.");
        using var client = server.Client();
        using var answer = await client.ChatAsync(new { message = "hi" });
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        answer.Header("X-Degraded").ShouldBe("true");
        (await answer.JsonAsync())["reply"]!.ToString().ShouldNotBeEmpty();
    }

    [Fact]
    public async Task An_answer_that_takes_too_long_names_background_tasks()
    {
        await using var server = await TestServer.StartAsync(
            settings:
            [
                ("Assistant:AnswerLimit", "00:00:00.1"),
                ("Compat:HostMap:localhost", "v3-current"),
            ]
        );
        server.Model.Wait = cancellation => Task.Delay(Timeout.Infinite, cancellation);
        using var client = server.Client();
        using var answer = await client.ChatAsync(new { message = "hi" });
        answer.StatusCode.ShouldBe(HttpStatusCode.RequestTimeout);
        (await answer.JsonAsync())["detail"]!.ToString().ShouldContain("background");
        client.DefaultRequestHeaders.Host = "localhost";
        using var current = await client.ChatAsync(new { message = "hi" });
        current.StatusCode.ShouldBe(HttpStatusCode.OK);
        current.Header("X-Degraded").ShouldBe("true");
    }

    [Fact]
    public async Task All_that_is_wrong_with_a_body_is_told_at_once()
    {
        await using var server = await TestServer.StartAsync();
        using var client = server.Client();
        using var answer = await client.ChatAsync(
            new
            {
                session_id = "",
                stream = "perhaps",
                temperature = 3,
                max_tokens = 0,
                tools = 7,
                context = "text",
                output_mode = "poem",
                image_data = "@@",
            },
            "?stream_format=xml"
        );
        ((int)answer.StatusCode).ShouldBe(422);
        (await answer.JsonAsync())["detail"]!
            .AsArray()
            .Select(error => $"{error!["type"]} {string.Join('.', error["loc"]!.AsArray())}")
            .Order()
            .ShouldBe([
                "bool_parsing body.stream",
                "dict_type body.context",
                "greater_than_equal body.max_tokens",
                "less_than_equal body.temperature",
                "list_type body.tools",
                "literal_error body.output_mode",
                "literal_error query.stream_format",
                "missing body.message",
                "string_too_short body.session_id",
                "value_error body.image_data",
            ]);
    }

    [Theory]
    [InlineData("", "missing")]
    [InlineData("{", "json_invalid")]
    [InlineData("[]", "model_attributes_type")]
    [InlineData("\"text\"", "model_attributes_type")]
    [InlineData("""{"message":"a"} b""", "json_invalid")]
    [InlineData("""{"message":"\ud800"}""", "json_invalid")]
    [InlineData("""{"message":null}""", "string_type")]
    [InlineData("""{"message":""}""", "string_too_short")]
    [InlineData("""{"message":"\u0000"}""", "value_error")]
    public async Task A_body_that_is_none_is_told_what_is_wrong(string body, string type)
    {
        await using var server = await TestServer.StartAsync();
        using var client = server.Client();
        using var answer = await client.PostAsync("/chat", Wire.Json(body));
        ((int)answer.StatusCode).ShouldBe(422);
        (await answer.JsonAsync())["detail"]![0]!["type"]!.ToString().ShouldBe(type);
    }

    [Fact]
    public async Task Habits_of_clients_are_borne()
    {
        await using var server = await TestServer.StartAsync();
        using var client = server.Client();
        const string Body = """
            {"message":"first","message":"hi","temperature":"0.5","max_tokens":"64","stream":"false","extra":[1],
             "vector_store_ids":[],"graph_ids":[],"tools":{"calculator":true},"request_id":"no uuid","session_id":null}
            """;
        using var answer = await client.PostAsync(
            "/chat/?unknown=1",
            new StringContent("\uFEFF" + Body, Encoding.UTF8, "application/x-www-form-urlencoded")
        );
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await answer.JsonAsync())["reply"]!.ToString().ShouldBe("You said: hi");
    }

    [Theory]
    [InlineData("vector_store_ids", 404)]
    [InlineData("vector_stores", 404)]
    [InlineData("store_ids", 404)]
    [InlineData("graph_ids", 403)]
    public async Task A_store_or_graph_that_is_not_the_callers_is_refused(string field, int status)
    {
        await using var server = await TestServer.StartAsync();
        using var client = server.Client();
        using var answer = await client.PostAsync(
            "/chat",
            Wire.Json($$"""{"message":"hi","{{field}}":["vs_1"]}""")
        );
        ((int)answer.StatusCode).ShouldBe(status);
    }

    [Theory]
    [InlineData(26_214_400, 422)]
    [InlineData(26_214_401, 413)]
    public async Task An_image_may_have_25_megabytes_decoded(int size, int status)
    {
        await using var server = await TestServer.StartAsync();
        using var client = server.Client();
        var image = Convert.ToBase64String(new byte[size]);
        using var answer = await client.PostAsync(
            "/chat",
            Wire.Json($$"""{"message":"hi","image_data":"{{image}}"}""")
        );
        // Of the right size it is still no picture.
        ((int)answer.StatusCode).ShouldBe(status);
    }

    [Theory]
    [OnEachDatabase]
    public async Task The_same_turn_sent_again_is_answered_from_what_is_stored(Dialect dialect)
    {
        await using var server = await TestServer.StartAsync(dialect);
        using var client = server.Client();
        var id = Guid.NewGuid();
        var first = await client.SayAsync(new { message = "hi", request_id = id });
        var again = await client.SayAsync(new { message = "hi", request_id = id });
        again.ToJsonString().ShouldBe(first.ToJsonString());
        server.Model.Asked.Count.ShouldBe(1);
        using var other = await client.ChatAsync(new { message = "bye", request_id = id });
        other.StatusCode.ShouldBe(HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task Requests_in_flight_under_one_idempotency_key_are_one()
    {
        await using var server = await TestServer.StartAsync();
        using var go = new SemaphoreSlim(0);
        server.Model.Wait = go.WaitAsync;
        using var client = server.Client();
        client.DefaultRequestHeaders.Add("X-Idempotency-Key", "idem_1");
        var calls = Enumerable
            .Range(0, 3)
            .Select(_ => client.SayAsync(new { message = "hi" }))
            .ToList();
        go.Release(3);
        (await Task.WhenAll(calls))
            .Select(answer => answer.ToJsonString())
            .Distinct()
            .Count()
            .ShouldBe(1);
        server.Model.Asked.Count.ShouldBe(1);
    }

    [Fact]
    public async Task The_latest_generation_neither_remembers_nor_fills_objects()
    {
        await using var server = await TestServer.StartAsync(
            settings: ("Compat:Profile", "v3-current")
        );
        server.Model.Answer = (_, _) => ScriptedModel.Say("""{"a":1}""");
        using var client = server.Client();
        var answer = await client.SayAsync(
            new { message = "My name is Ada.", session_id = "s1" },
            "?output=structured"
        );
        answer["reply_json"].ShouldBeNull();
        answer["session_id"]!.ToString().ShouldBe("s1");
        await client.SayAsync(new { message = "And now?", session_id = "s1" });
        Prompt(server).ShouldNotContain("Ada");
    }

    [Theory]
    [OnEachDatabase]
    public async Task Usage_shows_two_chats_after_a_restart(Dialect dialect)
    {
        await using var server = await TestServer.StartAsync(dialect);
        using (var client = server.Client())
        {
            await client.SayAsync(new { message = "one" });
            await client.SayAsync(new { message = "two" });
            using var refused = await client.ChatAsync(new { });
        }
        await server.RestartAsync();
        using var again = server.Client();
        var usage = await (await again.GetAsync("/usage")).JsonAsync();
        usage
            .AsObject()
            .Select(member => member.Key)
            .ShouldBe([
                "key_id",
                "owner",
                "name",
                "is_active",
                "created_at",
                "expires_at",
                "lifetime_calls",
                "usage",
                "as_of",
                "note",
            ]);
        usage["lifetime_calls"]!.GetValue<long>().ShouldBe(2);
        usage["usage"]!["by_endpoint"]!
            .ToJsonString()
            .ShouldBe(
                """{"/chat":{"calls":2,"total_tokens":30},"/token-analysis":{"calls":0,"total_tokens":0}}"""
            );
        usage["usage"]!["today"]!["calls"]!.GetValue<long>().ShouldBe(2);
        usage["as_of"]!.ToString().ShouldEndWith("Z");
    }

    /// <summary>All that the model was last shown.</summary>
    private static string Prompt(TestServer server) =>
        string.Join('\n', server.Model.Asked[^1].Select(message => message.Text));
}
