using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Millrace.Models.OpenAi;

/// <summary>A question in OpenAI's form.</summary>
internal static class ToWire
{
    private static readonly JsonElement EmptySchema = JsonElement.Parse(
        """{"type":"object","properties":{}}"""u8
    );

    public static ChatCompletionRequest Request(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options,
        bool stream
    )
    {
        var tools = options?.Tools?.OfType<AIFunctionDeclaration>().Select(Tool).ToList();
        var offersTools = tools is { Count: > 0 };
        return new ChatCompletionRequest
        {
            Model = options?.ModelId,
            Messages = [.. Instructions(options), .. messages.SelectMany(Messages)],
            Stream = stream ? true : null,
            StreamOptions = stream ? new StreamOptions { IncludeUsage = true } : null,
            Temperature = options?.Temperature,
            TopP = options?.TopP,
            MaxTokens = options?.MaxOutputTokens,
            Stop = options?.StopSequences is { Count: > 0 } stops ? new([.. stops]) : null,
            PresencePenalty = options?.PresencePenalty,
            FrequencyPenalty = options?.FrequencyPenalty,
            Seed = options?.Seed,
            Tools = offersTools ? tools : null,
            ToolChoice = offersTools ? Choice(options!.ToolMode) : null,
            ParallelToolCalls = offersTools ? options!.AllowMultipleToolCalls : null,
            ResponseFormat = Format(options?.ResponseFormat),
            ReasoningEffort = Effort(options?.Reasoning?.Effort),
        };
    }

    private static IEnumerable<ChatCompletionMessage> Instructions(ChatOptions? options) =>
        string.IsNullOrEmpty(options?.Instructions)
            ? []
            : [new ChatCompletionMessage { Role = "system", Content = new(options.Instructions) }];

    /// <summary>One message may hold several tool results, each of which is a message of its own on the wire.</summary>
    private static IEnumerable<ChatCompletionMessage> Messages(ChatMessage message)
    {
        foreach (var result in message.Contents.OfType<FunctionResultContent>())
        {
            yield return new ChatCompletionMessage
            {
                Role = "tool",
                ToolCallId = result.CallId,
                Content = new(ResultText(result)),
            };
        }
        var parts = message.Contents.Select(Part).OfType<ContentPart>().ToList();
        var calls = message.Contents.OfType<FunctionCallContent>().Select(Call).ToList();
        if (parts.Count == 0 && calls.Count == 0)
        {
            if (message.Contents.Count == 0)
                yield return new ChatCompletionMessage
                {
                    Role = message.Role.Value,
                    Content = new(""),
                };
            yield break;
        }
        yield return new ChatCompletionMessage
        {
            Role = message.Role.Value,
            Name = message.AuthorName,
            Content = Content(parts),
            ToolCalls = calls.Count > 0 ? calls : null,
        };
    }

    /// <summary>A plain text is sent as such: not every peer reads a list of parts.</summary>
    private static MessageContent? Content(List<ContentPart> parts)
    {
        if (parts.Count == 0)
            return null;
        return parts.TrueForAll(part => part.Type == "text")
            ? new MessageContent(string.Concat(parts.Select(part => part.Text)))
            : new MessageContent(null, parts);
    }

    private static ContentPart? Part(AIContent content) =>
        content switch
        {
            TextContent text => new ContentPart { Type = "text", Text = text.Text },
            DataContent data when data.HasTopLevelMediaType("image") => Image(data.Uri),
            UriContent uri when uri.HasTopLevelMediaType("image") => Image(uri.Uri.AbsoluteUri),
            _ => null,
        };

    private static ContentPart Image(string url) =>
        new()
        {
            Type = "image_url",
            ImageUrl = new ImageUrl { Url = url },
        };

    private static ToolCall Call(FunctionCallContent call) =>
        new()
        {
            Id = call.CallId,
            Type = "function",
            Function = new FunctionCall
            {
                Name = call.Name,
                Arguments = JsonValues.Write(call.Arguments),
            },
        };

    private static string ResultText(FunctionResultContent result) =>
        result.Result switch
        {
            null => "",
            string text => text,
            JsonElement { ValueKind: JsonValueKind.String } text => text.GetString()!,
            var value => JsonValues.Write(value),
        };

    private static ToolDefinition Tool(AIFunctionDeclaration tool) =>
        new()
        {
            Type = "function",
            Function = new FunctionDefinition
            {
                Name = tool.Name,
                Description = string.IsNullOrEmpty(tool.Description) ? null : tool.Description,
                Parameters =
                    tool.JsonSchema.ValueKind == JsonValueKind.Object
                        ? tool.JsonSchema
                        : EmptySchema,
            },
        };

    private static JsonElement? Choice(ChatToolMode? mode) =>
        mode switch
        {
            NoneChatToolMode => JsonElement.Parse("\"none\""u8),
            RequiredChatToolMode { RequiredFunctionName: { } name } => Named(name),
            RequiredChatToolMode => JsonElement.Parse("\"required\""u8),
            _ => null,
        };

    private static JsonElement Named(string function) =>
        JsonSerializer.SerializeToElement(
            new ToolDefinition
            {
                Type = "function",
                Function = new FunctionDefinition { Name = function },
            },
            OpenAiJson.Default.ToolDefinition
        );

    private static ResponseFormat? Format(ChatResponseFormat? format) =>
        format switch
        {
            ChatResponseFormatJson { Schema: { } schema } json => new ResponseFormat
            {
                Type = "json_schema",
                JsonSchema = new JsonSchemaFormat
                {
                    Name = json.SchemaName ?? "answer",
                    Description = json.SchemaDescription,
                    Schema = schema,
                },
            },
            ChatResponseFormatJson => new ResponseFormat { Type = "json_object" },
            _ => null,
        };

    private static string? Effort(ReasoningEffort? effort) =>
        effort switch
        {
            ReasoningEffort.None => "none",
            ReasoningEffort.Low => "low",
            ReasoningEffort.Medium => "medium",
            ReasoningEffort.High => "high",
            ReasoningEffort.ExtraHigh => "xhigh",
            _ => null,
        };
}
