using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Millrace.Agents.Chat;

namespace Millrace.Api.TBackend.Chat;

/// <summary>One frame of the JSON dialects. (t-backend §9.5)</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(ContentFrame), "content")]
[JsonDerivedType(typeof(ReasoningFrame), "reasoning")]
[JsonDerivedType(typeof(ToolCallFrame), "tool_call")]
[JsonDerivedType(typeof(ToolResultFrame), "tool_result")]
[JsonDerivedType(typeof(ErrorFrame), "error")]
[JsonDerivedType(typeof(SummaryFrame), "summary")]
internal abstract record ChatFrame;

internal sealed record ContentFrame(string Text) : ChatFrame;

internal sealed record ReasoningFrame(string Text) : ChatFrame;

internal sealed record ToolCallFrame(string Name, JsonElement Args) : ChatFrame;

internal sealed record ToolResultFrame(string Name, bool Ok) : ChatFrame;

internal sealed record ErrorFrame(string Code, string Message) : ChatFrame;

/// <summary>All of <see cref="ChatResponse"/> but the reply.</summary>
internal sealed record SummaryFrame : ChatFrame
{
    public required string SessionId { get; init; }

    public required IReadOnlyDictionary<string, ToolUse>? UsedTools { get; init; }

    public required JsonObject? ReplyJson { get; init; }

    public required string Provider { get; init; }

    public required string Model { get; init; }

    public required string? Reasoning { get; init; }

    public required decimal? BalanceAfter { get; init; }

    public required ChatUsage Usage { get; init; }

    public static SummaryFrame From(TurnAnswer answer) =>
        new()
        {
            SessionId = answer.SessionId,
            UsedTools = ToolUse.Of(answer),
            ReplyJson = answer.ReplyJson,
            Provider = answer.Provider,
            Model = answer.Model,
            Reasoning = answer.Reasoning,
            BalanceAfter = null,
            Usage = ChatUsage.Of(answer),
        };
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ChatResponse))]
[JsonSerializable(typeof(ChatFrame))]
internal sealed partial class ChatJson : JsonSerializerContext
{
    /// <summary>Text stays readable, as the original sends it: only what JSON itself demands is escaped.</summary>
    public static ChatJson Plain { get; } =
        new(
            new JsonSerializerOptions
            {
                PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
                Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            }
        );
}
