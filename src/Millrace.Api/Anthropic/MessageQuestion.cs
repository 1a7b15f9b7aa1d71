using System.Buffers.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Millrace.Core.Failures;
using Millrace.Models;
using Millrace.Models.Anthropic;

namespace Millrace.Api.Anthropic;

/// <summary>A request of Anthropic's form, read for a model that is reached in another.</summary>
internal static class MessageQuestion
{
    /// <exception cref="Invalid">A message is missing something; the failure names the field.</exception>
    public static IReadOnlyList<ChatMessage> Messages(MessagesRequest request)
    {
        if (request.Messages is not { Count: > 0 } messages)
            throw new Invalid("messages_missing", "messages: give at least one.", "messages");
        var read = new List<ChatMessage>(messages.Count + 1);
        if (request.System is { } system)
            read.Add(new ChatMessage(ChatRole.System, TextOf(system)));
        foreach (var (index, message) in messages.Index())
            read.AddRange(Message(message, $"messages.{index}"));
        return read;
    }

    /// <param name="needsLimit">Whether <c>max_tokens</c> has to be there.</param>
    /// <exception cref="Invalid">An option is missing or has a value that cannot be.</exception>
    public static ChatOptions Options(MessagesRequest request, bool needsLimit)
    {
        if (needsLimit && request.MaxTokens is not > 0)
            throw new Invalid(
                "max_tokens_missing",
                "max_tokens: give a number above 0.",
                "max_tokens"
            );
        return new ChatOptions
        {
            MaxOutputTokens = request.MaxTokens,
            Temperature = (float?)request.Temperature,
            TopP = (float?)request.TopP,
            TopK = request.TopK,
            StopSequences = request.StopSequences is { } stops ? [.. stops] : null,
            Tools = request.Tools is { } tools ? [.. tools.Select(Tool)] : null,
            ToolMode = Mode(request.ToolChoice),
            AllowMultipleToolCalls = request.ToolChoice?.DisableParallelToolUse is true
                ? false
                : null,
        };
    }

    /// <summary>Tool results stand in a user's message, and are messages of their own elsewhere.</summary>
    private static List<ChatMessage> Message(InputMessage message, string at)
    {
        var role = message?.Role switch
        {
            "user" => ChatRole.User,
            "assistant" => ChatRole.Assistant,
            "system" => ChatRole.System,
            _ => throw new Invalid(
                "invalid_value",
                $"{at}.role: must be user or assistant.",
                $"{at}.role"
            ),
        };
        if (message.Content is null)
            throw new Invalid("content_missing", $"{at}.content: is missing.", $"{at}.content");
        if (message.Content.Text is { } text)
            return [new ChatMessage(role, text)];
        var blocks = message.Content.Blocks ?? [];
        var results = blocks.Where(block => block?.Type == "tool_result").Select(Result).ToList();
        var others = blocks
            .Index()
            .SelectMany(block => Contents(block.Item, $"{at}.content.{block.Index}"))
            .ToList();
        List<ChatMessage> read = [];
        if (results.Count > 0)
            read.Add(new ChatMessage(ChatRole.Tool, [.. results]));
        if (others.Count > 0 || results.Count == 0)
            read.Add(new ChatMessage(role, others));
        return read;
    }

    private static IEnumerable<AIContent> Contents(ContentBlock block, string at) =>
        block?.Type switch
        {
            "text" => [new TextContent(block.Text)],
            "image" => [Image(block.Source, at)],
            "tool_use" =>
            [
                JsonValues.Call(block.Id ?? "", block.Name ?? "", block.Input?.GetRawText()),
            ],
            // What a result shows is seen in the message after it.
            "tool_result" => (block.Content?.Blocks ?? [])
                .Where(part => part?.Type == "image")
                .Select(part => Image(part.Source, at)),
            // Signed by the model that thought it, and no other's to read.
            "thinking" or "redacted_thinking" => [],
            _ => throw new Invalid("invalid_value", $"{at}.type: is not known.", $"{at}.type"),
        };

    private static AIContent Result(ContentBlock block) =>
        new FunctionResultContent(
            block.ToolUseId ?? "",
            block.IsError is true ? $"Error: {TextOf(block.Content)}" : TextOf(block.Content)
        );

    private static string TextOf(BlockContent? content) =>
        content?.Text
        ?? string.Join('\n', (content?.Blocks ?? []).Select(block => block?.Text).OfType<string>());

    private static AIContent Image(ImageSource? source, string at)
    {
        try
        {
            if (source is { Type: "url", Url: { } url })
                return new UriContent(url, "image/*");
            if (
                source is { Type: "base64", MediaType: { } type, Data: { } data }
                && type.StartsWith("image/", StringComparison.Ordinal)
                && Base64.IsValid(data)
            )
                return new DataContent($"data:{type};base64,{data}");
        }
        catch (Exception failure) when (failure is FormatException or ArgumentException)
        {
            // Told below.
        }
        throw new Invalid(
            "invalid_image",
            $"{at}.source: must be base64 with media_type and data, or url.",
            $"{at}.source"
        );
    }

    private static AITool Tool(ToolSpecification tool, int index)
    {
        if (tool is not { Type: null or "custom", Name: { Length: > 0 } name })
            throw new Invalid(
                "invalid_value",
                $"tools.{index}: must be a tool with a name and an input_schema; the provider's own tools are not to be had with this model.",
                $"tools.{index}"
            );
        return AIFunctionFactory.CreateDeclaration(
            name,
            tool.Description,
            tool.InputSchema ?? JsonElement.Parse("""{"type":"object","properties":{}}"""u8)
        );
    }

    private static ChatToolMode? Mode(ToolChoice? choice) =>
        choice?.Type switch
        {
            null => null,
            "auto" => ChatToolMode.Auto,
            "any" => ChatToolMode.RequireAny,
            "none" => ChatToolMode.None,
            "tool" when choice.Name is { Length: > 0 } name => ChatToolMode.RequireSpecific(name),
            _ => throw new Invalid(
                "invalid_value",
                "tool_choice: must be auto, any, none, or tool with a name.",
                "tool_choice"
            ),
        };
}
