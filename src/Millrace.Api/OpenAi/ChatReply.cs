using Microsoft.Extensions.AI;
using Millrace.Models;
using Millrace.Models.OpenAi;
using Millrace.Models.Routing;

namespace Millrace.Api.OpenAi;

/// <summary>An answer of a model that is reached in another form, in OpenAI's.</summary>
internal static class ChatReply
{
    public static ChatCompletion Completion(ModelAnswer answer, ChatHead head)
    {
        var contents = answer.Response.Messages.SelectMany(message => message.Contents).ToList();
        var calls = contents.OfType<FunctionCallContent>().Select(Call).ToList();
        var text = string.Concat(contents.OfType<TextContent>().Select(content => content.Text));
        var reasoning = string.Concat(
            contents.OfType<TextReasoningContent>().Select(content => content.Text)
        );
        return new ChatCompletion
        {
            Id = head.Id,
            Created = head.Created,
            Model = answer.Call.Model,
            Choices =
            [
                new ChatChoice
                {
                    Index = 0,
                    Message = new ChatCompletionMessage
                    {
                        Role = "assistant",
                        Content = text.Length > 0 || calls.Count == 0 ? new(text) : null,
                        ReasoningContent = reasoning.Length > 0 ? reasoning : null,
                        ToolCalls = calls.Count > 0 ? calls : null,
                    },
                    FinishReason = Finish(answer.Response.FinishReason, calls.Count > 0),
                },
            ],
            Usage = Usage(answer.Call),
        };
    }

    public static ToolCall Call(FunctionCallContent call) =>
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

    /// <summary>Clients of this form know four reasons; some fail on any other.</summary>
    public static string Finish(ChatFinishReason? reason, bool calls) =>
        reason?.Value switch
        {
            "length" => "length",
            "content_filter" => "content_filter",
            "tool_calls" => "tool_calls",
            _ => calls ? "tool_calls" : "stop",
        };

    public static TokenUsage Usage(ModelCall call) =>
        new()
        {
            PromptTokens = call.InputTokens,
            CompletionTokens = call.OutputTokens,
            TotalTokens = call.InputTokens + call.OutputTokens,
        };
}
