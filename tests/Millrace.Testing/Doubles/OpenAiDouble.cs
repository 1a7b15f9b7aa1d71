using System.Buffers.Binary;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Millrace.Testing.Doubles;

/// <summary>Speaks OpenAI's form: chat completions, embeddings, models.</summary>
public class OpenAiDouble : ModelDouble
{
    protected OpenAiDouble(int port = 0)
        : base(port) { }

    public string BaseUrl => Root + "/v1";

    public static Task<OpenAiDouble> StartAsync() => StartAsync(new OpenAiDouble());

    protected override void Map(WebApplication app)
    {
        app.MapPost("/v1/chat/completions", ChatAsync);
        app.MapPost("/v1/embeddings", EmbedAsync);
        app.MapGet("/v1/models", ListAsync);
    }

    protected override JsonNode Error(int status, string message) =>
        new JsonObject
        {
            ["error"] = new JsonObject
            {
                ["message"] = message,
                ["type"] = status == 429 ? "rate_limit_error" : "server_error",
                ["param"] = null,
                ["code"] = null,
            },
        };

    private async Task ListAsync(HttpContext context)
    {
        if (await ReceiveAsync(context) is null)
            return;
        await WriteAsync(
            context,
            JsonNode.Parse(
                """{"object":"list","data":[{"id":"double-large","object":"model","created":1,"owned_by":"double"},{"id":"double-small","object":"model","created":1,"owned_by":"double"}]}"""
            )!
        );
    }

    private async Task ChatAsync(HttpContext context)
    {
        if (await ReceiveAsync(context) is not var (body, behaviour))
            return;
        if (body["stream"]?.GetValue<bool>() == true)
            await WriteEventsAsync(context, behaviour, Chunks(body, behaviour));
        else
            await WriteAnswerAsync(context, behaviour, Completion(body, behaviour));
    }

    private static JsonObject Completion(JsonObject request, Behaviour behaviour)
    {
        var message = new JsonObject
        {
            ["role"] = "assistant",
            ["content"] = behaviour.Calls.Count > 0 && behaviour.Text == "" ? null : behaviour.Text,
        };
        if (behaviour.Reasoning is { } reasoning)
            message["reasoning_content"] = reasoning;
        if (behaviour.Calls.Count > 0)
            message["tool_calls"] = new JsonArray([.. behaviour.Calls.Select(Call)]);
        var completion = Head(request, "chat.completion");
        completion["choices"] = new JsonArray(
            new JsonObject
            {
                ["index"] = 0,
                ["message"] = message,
                ["logprobs"] = null,
                ["finish_reason"] = Finish(behaviour),
            }
        );
        if (behaviour.ReportsUsage)
            completion["usage"] = Usage();
        return completion;
    }

    private static IEnumerable<string> Chunks(JsonObject request, Behaviour behaviour)
    {
        yield return Chunk(request, new JsonObject { ["role"] = "assistant", ["content"] = "" });
        if (behaviour.Reasoning is { } reasoning)
            yield return Chunk(request, new JsonObject { ["reasoning_content"] = reasoning });
        foreach (var piece in behaviour.Pieces())
            yield return Chunk(request, new JsonObject { ["content"] = piece });
        foreach (var (index, call) in behaviour.Calls.Index())
        {
            var half = call.Arguments.Length / 2;
            foreach (
                var (part, text) in new[] { call.Arguments[..half], call.Arguments[half..] }.Index()
            )
            {
                var piece =
                    part == 0 ? Call(call) : new JsonObject { ["function"] = new JsonObject() };
                piece["index"] = index;
                piece["function"]!["arguments"] = text;
                yield return Chunk(
                    request,
                    new JsonObject { ["tool_calls"] = new JsonArray(piece) }
                );
            }
        }
        yield return Chunk(request, [], Finish(behaviour));
        if (
            behaviour.ReportsUsage
            && request["stream_options"]?["include_usage"]?.GetValue<bool>() == true
        )
        {
            var last = Head(request, "chat.completion.chunk");
            last["choices"] = new JsonArray();
            last["usage"] = Usage();
            yield return "data: " + last.ToJsonString();
        }
        yield return "data: [DONE]";
    }

    private static string Chunk(JsonObject request, JsonObject delta, string? finish = null)
    {
        var chunk = Head(request, "chat.completion.chunk");
        chunk["choices"] = new JsonArray(
            new JsonObject
            {
                ["index"] = 0,
                ["delta"] = delta,
                ["finish_reason"] = finish,
            }
        );
        return "data: " + chunk.ToJsonString();
    }

    private static JsonObject Head(JsonObject request, string kind) =>
        new()
        {
            ["id"] = "chatcmpl-double",
            ["object"] = kind,
            ["created"] = 1_760_000_000,
            ["model"] = request["model"]?.DeepClone(),
        };

    private static JsonObject Call(ScriptedCall call) =>
        new()
        {
            ["id"] = call.Id,
            ["type"] = "function",
            ["function"] = new JsonObject { ["name"] = call.Name, ["arguments"] = call.Arguments },
        };

    private static JsonObject Usage() =>
        new()
        {
            ["prompt_tokens"] = 11,
            ["completion_tokens"] = 7,
            ["total_tokens"] = 18,
        };

    private static string Finish(Behaviour behaviour) =>
        behaviour.FinishReason ?? (behaviour.Calls.Count > 0 ? "tool_calls" : "stop");

    private async Task EmbedAsync(HttpContext context)
    {
        if (await ReceiveAsync(context) is not var (body, behaviour))
            return;
        var texts = body["input"] is JsonArray many
            ? many.Select(text => text!.GetValue<string>()).ToList()
            : [body["input"]!.GetValue<string>()];
        var dimensions = body["dimensions"]?.GetValue<int>() ?? 4;
        var isBase64 = body["encoding_format"]?.GetValue<string>() == "base64";
        var answer = new JsonObject
        {
            ["object"] = "list",
            ["model"] = body["model"]?.DeepClone(),
            ["data"] = new JsonArray([
                .. texts.Select(
                    (text, index) =>
                        new JsonObject
                        {
                            ["object"] = "embedding",
                            ["index"] = index,
                            ["embedding"] = Vector(text, dimensions, isBase64),
                        }
                ),
            ]),
        };
        if (behaviour.ReportsUsage)
            answer["usage"] = new JsonObject { ["prompt_tokens"] = 5, ["total_tokens"] = 5 };
        await WriteAnswerAsync(context, behaviour, answer);
    }

    /// <summary>The text's length, then zeros.</summary>
    private static JsonNode Vector(string text, int dimensions, bool isBase64)
    {
        var values = new float[dimensions];
        values[0] = text.Length;
        if (!isBase64)
            return new JsonArray([.. values.Select(value => JsonValue.Create(value))]);
        var bytes = new byte[dimensions * sizeof(float)];
        BinaryPrimitives.WriteSingleLittleEndian(bytes, values[0]);
        return Convert.ToBase64String(bytes);
    }
}
