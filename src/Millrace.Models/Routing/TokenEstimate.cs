using Microsoft.Extensions.AI;

namespace Millrace.Models.Routing;

/// <summary>
/// Tokens where no tokenizer is at hand: four UTF-8 bytes are one token, as English text comes to with the common
/// tokenizers, and an image is 1,000.
/// </summary>
public static class TokenEstimate
{
    private const int PerImage = 1000;
    private const int PerMessage = 4;

    public static long Of(string? text) =>
        text is null ? 0 : OfBytes(System.Text.Encoding.UTF8.GetByteCount(text));

    public static long OfBytes(long bytes) => (bytes + 3) / 4;

    public static long Of(IEnumerable<ChatMessage> messages, ChatOptions? options = null)
    {
        var tokens = Of(options?.Instructions);
        foreach (var message in messages)
            tokens += PerMessage + message.Contents.Sum(Of);
        foreach (var tool in options?.Tools?.OfType<AIFunctionDeclaration>() ?? [])
            tokens += Of(tool.Name) + Of(tool.Description) + Of(tool.JsonSchema.GetRawText());
        return tokens;
    }

    public static long Of(AIContent content) =>
        content switch
        {
            TextContent text => Of(text.Text),
            TextReasoningContent reasoning => Of(reasoning.Text),
            FunctionCallContent call => Of(call.Name)
                + (call.Arguments?.Sum(pair => Of(pair.Key) + Of(pair.Value?.ToString())) ?? 0),
            FunctionResultContent result => Of(result.Result?.ToString()),
            DataContent or UriContent => PerImage,
            _ => 0,
        };
}
