using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Millrace.Testing.Doubles;

/// <summary>Speaks Anthropic's form: messages and the counting of tokens.</summary>
public sealed class AnthropicDouble : ModelDouble
{
    private AnthropicDouble() { }

    public static Task<AnthropicDouble> StartAsync() => StartAsync(new AnthropicDouble());

    protected override void Map(WebApplication app)
    {
        app.MapPost("/v1/messages", MessagesAsync);
        app.MapPost("/v1/messages/count_tokens", CountAsync);
    }

    protected override JsonNode Error(int status, string message) =>
        new JsonObject
        {
            ["type"] = "error",
            ["error"] = new JsonObject
            {
                ["type"] = status switch
                {
                    429 => "rate_limit_error",
                    >= 500 => "api_error",
                    _ => "invalid_request_error",
                },
                ["message"] = message,
            },
        };

    private async Task CountAsync(HttpContext context)
    {
        if (await ReceiveAsync(context) is null)
            return;
        await WriteAsync(context, new JsonObject { ["input_tokens"] = 11 });
    }

    private async Task MessagesAsync(HttpContext context)
    {
        if (await ReceiveAsync(context) is not var (body, behaviour))
            return;
        if (body["stream"]?.GetValue<bool>() == true)
            await WriteEventsAsync(context, behaviour, Events(body, behaviour));
        else
            await WriteAnswerAsync(context, behaviour, Message(body, behaviour));
    }

    private static JsonObject Message(JsonObject request, Behaviour behaviour)
    {
        var message = Head(request);
        message["content"] = new JsonArray([.. Blocks(behaviour)]);
        message["stop_reason"] = Stop(behaviour);
        message["usage"] = Usage(7);
        return message;
    }

    private static IEnumerable<JsonObject> Blocks(Behaviour behaviour)
    {
        if (behaviour.Reasoning is { } reasoning)
            yield return new JsonObject
            {
                ["type"] = "thinking",
                ["thinking"] = reasoning,
                ["signature"] = "c2ln",
            };
        if (behaviour.Text != "")
            yield return new JsonObject { ["type"] = "text", ["text"] = behaviour.Text };
        foreach (var call in behaviour.Calls)
            yield return Call(call, JsonNode.Parse(call.Arguments)!);
    }

    private static IEnumerable<string> Events(JsonObject request, Behaviour behaviour)
    {
        var start = Head(request);
        start["content"] = new JsonArray();
        start["stop_reason"] = null;
        start["usage"] = Usage(1);
        yield return Event("message_start", new JsonObject { ["message"] = start });
        var index = 0;
        if (behaviour.Text != "")
        {
            yield return Event(
                "content_block_start",
                new JsonObject
                {
                    ["index"] = index,
                    ["content_block"] = new JsonObject { ["type"] = "text", ["text"] = "" },
                }
            );
            foreach (var piece in behaviour.Pieces())
                yield return Delta(index, "text_delta", "text", piece);
            yield return Event("content_block_stop", new JsonObject { ["index"] = index++ });
        }
        foreach (var call in behaviour.Calls)
        {
            yield return Event(
                "content_block_start",
                new JsonObject
                {
                    ["index"] = index,
                    ["content_block"] = Call(call, new JsonObject()),
                }
            );
            var half = call.Arguments.Length / 2;
            yield return Delta(index, "input_json_delta", "partial_json", call.Arguments[..half]);
            yield return Delta(index, "input_json_delta", "partial_json", call.Arguments[half..]);
            yield return Event("content_block_stop", new JsonObject { ["index"] = index++ });
        }
        yield return Event(
            "message_delta",
            new JsonObject
            {
                ["delta"] = new JsonObject
                {
                    ["stop_reason"] = Stop(behaviour),
                    ["stop_sequence"] = null,
                },
                ["usage"] = new JsonObject { ["output_tokens"] = 7 },
            }
        );
        yield return Event("message_stop", []);
    }

    private static JsonObject Head(JsonObject request) =>
        new()
        {
            ["id"] = "msg_double",
            ["type"] = "message",
            ["role"] = "assistant",
            ["model"] = request["model"]?.DeepClone(),
            ["stop_sequence"] = null,
        };

    private static JsonObject Call(ScriptedCall call, JsonNode input) =>
        new()
        {
            ["type"] = "tool_use",
            ["id"] = call.Id,
            ["name"] = call.Name,
            ["input"] = input,
        };

    private static JsonObject Usage(int output) =>
        new() { ["input_tokens"] = 11, ["output_tokens"] = output };

    private static string Stop(Behaviour behaviour) =>
        behaviour.FinishReason ?? (behaviour.Calls.Count > 0 ? "tool_use" : "end_turn");

    private static string Delta(int index, string type, string field, string text) =>
        Event(
            "content_block_delta",
            new JsonObject
            {
                ["index"] = index,
                ["delta"] = new JsonObject { ["type"] = type, [field] = text },
            }
        );

    private static string Event(string type, JsonObject data)
    {
        data["type"] = type;
        return $"event: {type}\ndata: {data.ToJsonString()}";
    }
}
