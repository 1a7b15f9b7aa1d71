using System.Text.Json;
using Microsoft.Extensions.AI;
using Millrace.Models;
using Millrace.Models.Anthropic;
using Millrace.Models.Routing;

namespace Millrace.Api.Anthropic;

/// <summary>An answer of a model that is reached in another form, in Anthropic's.</summary>
internal static class MessageReply
{
    public static Message Of(ModelAnswer answer, string id)
    {
        var contents = answer.Response.Messages.SelectMany(message => message.Contents).ToList();
        var calls = contents.Exists(content => content is FunctionCallContent);
        return new Message
        {
            Id = id,
            Model = answer.Call.Model,
            Content = [.. contents.Select(Block).OfType<ContentBlock>()],
            StopReason = Stop(answer.Response.FinishReason, calls),
            Usage = Usage(answer.Call),
        };
    }

    public static string Stop(ChatFinishReason? reason, bool calls) =>
        reason?.Value switch
        {
            "length" => "max_tokens",
            "content_filter" => "refusal",
            "tool_calls" => "tool_use",
            _ => calls ? "tool_use" : "end_turn",
        };

    public static MessageUsage Usage(ModelCall call) =>
        new() { InputTokens = call.InputTokens, OutputTokens = call.OutputTokens };

    public static ContentBlock? Block(AIContent content) =>
        content switch
        {
            TextContent { Text.Length: > 0 } text => new ContentBlock
            {
                Type = "text",
                Text = text.Text,
            },
            TextReasoningContent { Text.Length: > 0 } reasoning => new ContentBlock
            {
                Type = "thinking",
                Thinking = reasoning.Text,
                Signature = "",
            },
            FunctionCallContent call => new ContentBlock
            {
                Type = "tool_use",
                Id = call.CallId,
                Name = call.Name,
                Input = JsonElement.Parse(JsonValues.Write(call.Arguments)),
            },
            _ => null,
        };
}
