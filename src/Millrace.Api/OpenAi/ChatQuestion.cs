using System.Buffers.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Millrace.Core.Failures;
using Millrace.Models;
using Millrace.Models.OpenAi;

namespace Millrace.Api.OpenAi;

/// <summary>A request of OpenAI's form, read for a model that is reached in another.</summary>
internal static class ChatQuestion
{
    /// <exception cref="Invalid">A message is missing something; the failure names the field.</exception>
    public static IReadOnlyList<ChatMessage> Messages(ChatCompletionRequest request)
    {
        if (request.Messages is not { Count: > 0 } messages)
            throw new Invalid(
                "messages_missing",
                "messages is empty. Give at least one message.",
                "messages"
            );
        return [.. messages.Select((message, index) => Message(message, $"messages[{index}]"))];
    }

    /// <exception cref="Invalid">An option has a value that cannot be.</exception>
    public static ChatOptions Options(ChatCompletionRequest request)
    {
        if (request.N is not (null or 1))
            throw new Invalid(
                "unsupported_value",
                "This model makes one choice: leave n out.",
                "n"
            );
        if (request.MaxCompletionTokens <= 0 || request.MaxTokens <= 0)
            throw new Invalid("invalid_value", "Give more than 0 tokens.", "max_tokens");
        return new ChatOptions
        {
            Temperature = (float?)request.Temperature,
            TopP = (float?)request.TopP,
            MaxOutputTokens = request.MaxCompletionTokens ?? request.MaxTokens,
            StopSequences = request.Stop is { } stop ? [.. stop.Values] : null,
            PresencePenalty = (float?)request.PresencePenalty,
            FrequencyPenalty = (float?)request.FrequencyPenalty,
            Seed = request.Seed,
            Tools = request.Tools is { } tools ? [.. tools.Select(Tool)] : null,
            ToolMode = Mode(request.ToolChoice),
            AllowMultipleToolCalls = request.ParallelToolCalls,
            ResponseFormat = Format(request.ResponseFormat),
            Reasoning = Effort(request.ReasoningEffort),
        };
    }

    private static ChatMessage Message(ChatCompletionMessage message, string at) =>
        message?.Role switch
        {
            "system" or "developer" => new(ChatRole.System, Contents(message, at)),
            "user" => new(ChatRole.User, Contents(message, at)) { AuthorName = message.Name },
            "assistant" => new(ChatRole.Assistant, [.. Contents(message, at), .. Calls(message)]),
            "tool" => new(ChatRole.Tool, [Result(message, at)]),
            _ => throw new Invalid(
                "invalid_value",
                $"{at}.role must be system, developer, user, assistant or tool.",
                $"{at}.role"
            ),
        };

    private static List<AIContent> Contents(ChatCompletionMessage message, string at) =>
        message.Content switch
        {
            { Text: { } text } => [new TextContent(text)],
            { Parts: { } parts } =>
            [
                .. parts.Select((part, index) => Part(part, $"{at}.content[{index}]")),
            ],
            _ => [],
        };

    private static AIContent Part(ContentPart part, string at) =>
        part switch
        {
            { Type: "text", Text: { } text } => new TextContent(text),
            { Type: "refusal", Refusal: { } refusal } => new TextContent(refusal),
            { Type: "image_url", ImageUrl.Url: { } url } => Image(url, $"{at}.image_url.url"),
            _ => throw new Invalid("invalid_value", $"{at} must be text or image_url.", at),
        };

    private static AIContent Image(string url, string at)
    {
        try
        {
            if (!url.StartsWith("data:", StringComparison.OrdinalIgnoreCase))
                return new UriContent(url, "image/*");
            var image = new DataContent(url);
            if (image.HasTopLevelMediaType("image") && Base64.IsValid(image.Base64Data.Span))
                return image;
        }
        catch (Exception failure) when (failure is FormatException or ArgumentException)
        {
            // Told below.
        }
        throw new Invalid(
            "invalid_image",
            $"{at} must be an address of an image, or data:image/png;base64, with the image.",
            at
        );
    }

    private static IEnumerable<AIContent> Calls(ChatCompletionMessage message) =>
        message.ToolCalls?.Select(call =>
            JsonValues.Call(call.Id ?? "", call.Function?.Name ?? "", call.Function?.Arguments)
        )
        ?? [];

    private static FunctionResultContent Result(ChatCompletionMessage message, string at)
    {
        var callId =
            message.ToolCallId
            ?? throw new Invalid(
                "tool_call_id_missing",
                $"{at}.tool_call_id is missing.",
                $"{at}.tool_call_id"
            );
        var text = string.Concat(
            Contents(message, at).OfType<TextContent>().Select(part => part.Text)
        );
        return new FunctionResultContent(callId, text);
    }

    private static AITool Tool(ToolDefinition tool, int index)
    {
        if (tool is not { Type: "function", Function.Name: { Length: > 0 } name })
            throw new Invalid(
                "invalid_value",
                $"tools[{index}] must be a function with a name.",
                $"tools[{index}]"
            );
        return AIFunctionFactory.CreateDeclaration(
            name,
            tool.Function.Description,
            tool.Function.Parameters ?? JsonElement.Parse("""{"type":"object","properties":{}}"""u8)
        );
    }

    private static ChatToolMode? Mode(JsonElement? choice)
    {
        try
        {
            return ReadMode(choice);
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair is no text.
            throw WrongChoice();
        }
    }

    private static ChatToolMode? ReadMode(JsonElement? choice)
    {
        switch (choice)
        {
            case null or { ValueKind: JsonValueKind.Null }:
                return null;
            case { ValueKind: JsonValueKind.String } word:
                return word.GetString() switch
                {
                    "auto" => ChatToolMode.Auto,
                    "none" => ChatToolMode.None,
                    "required" => ChatToolMode.RequireAny,
                    _ => throw WrongChoice(),
                };
            case { ValueKind: JsonValueKind.Object } named
                when named.TryGetProperty("function", out var function)
                    && function.ValueKind == JsonValueKind.Object
                    && function.TryGetProperty("name", out var name)
                    && name.ValueKind == JsonValueKind.String:
                return ChatToolMode.RequireSpecific(name.GetString()!);
            default:
                throw WrongChoice();
        }
    }

    private static Invalid WrongChoice() =>
        new(
            "invalid_value",
            "tool_choice must be none, auto, required, or name a function.",
            "tool_choice"
        );

    private static ChatResponseFormatJson? Format(ResponseFormat? format) =>
        format?.Type switch
        {
            null or "text" => null,
            "json_object" => ChatResponseFormat.Json,
            "json_schema"
                when format.JsonSchema?.Schema is { ValueKind: JsonValueKind.Object } schema =>
                new ChatResponseFormatJson(
                    schema,
                    format.JsonSchema.Name,
                    format.JsonSchema.Description
                ),
            "json_schema" => throw new Invalid(
                "invalid_value",
                "response_format.json_schema.schema is missing.",
                "response_format.json_schema.schema"
            ),
            _ => throw new Invalid(
                "invalid_value",
                "response_format.type must be text, json_object or json_schema.",
                "response_format.type"
            ),
        };

    private static ReasoningOptions? Effort(string? effort) =>
        effort switch
        {
            "none" => new() { Effort = ReasoningEffort.None },
            "minimal" or "low" => new() { Effort = ReasoningEffort.Low },
            "medium" => new() { Effort = ReasoningEffort.Medium },
            "high" => new() { Effort = ReasoningEffort.High },
            "xhigh" => new() { Effort = ReasoningEffort.ExtraHigh },
            _ => null,
        };
}
