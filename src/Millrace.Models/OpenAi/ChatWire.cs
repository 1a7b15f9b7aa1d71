using System.Text.Json;
using System.Text.Json.Serialization;

namespace Millrace.Models.OpenAi;

/// <summary>The body of <c>POST /chat/completions</c>. Fields that are not named here are not read.</summary>
public sealed record ChatCompletionRequest
{
    public string? Model { get; init; }
    public IReadOnlyList<ChatCompletionMessage>? Messages { get; init; }
    public bool? Stream { get; init; }
    public StreamOptions? StreamOptions { get; init; }
    public double? Temperature { get; init; }
    public double? TopP { get; init; }
    public int? MaxTokens { get; init; }
    public int? MaxCompletionTokens { get; init; }
    public int? N { get; init; }
    public StopSequences? Stop { get; init; }
    public double? PresencePenalty { get; init; }
    public double? FrequencyPenalty { get; init; }
    public long? Seed { get; init; }
    public IReadOnlyList<ToolDefinition>? Tools { get; init; }

    /// <summary><c>none</c>, <c>auto</c>, <c>required</c>, or an object that names one function.</summary>
    public JsonElement? ToolChoice { get; init; }
    public bool? ParallelToolCalls { get; init; }
    public ResponseFormat? ResponseFormat { get; init; }
    public string? ReasoningEffort { get; init; }
    public string? User { get; init; }
}

public sealed record StreamOptions
{
    public bool? IncludeUsage { get; init; }
}

/// <summary>One message, in a request as in an answer.</summary>
public sealed record ChatCompletionMessage
{
    public string? Role { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public MessageContent? Content { get; init; }

    /// <summary>What a reasoning model thought, as its peers of this form report it.</summary>
    public string? ReasoningContent { get; init; }
    public string? Refusal { get; init; }
    public string? Name { get; init; }
    public IReadOnlyList<ToolCall>? ToolCalls { get; init; }
    public string? ToolCallId { get; init; }
}

/// <summary>One part of a message whose content is a list.</summary>
public sealed record ContentPart
{
    public string? Type { get; init; }
    public string? Text { get; init; }
    public string? Refusal { get; init; }
    public ImageUrl? ImageUrl { get; init; }
}

/// <summary>An image by address, or inline as a <c>data:</c> address.</summary>
public sealed record ImageUrl
{
    public string? Url { get; init; }
    public string? Detail { get; init; }
}

public sealed record ToolDefinition
{
    public string? Type { get; init; }
    public FunctionDefinition? Function { get; init; }
}

public sealed record FunctionDefinition
{
    public string? Name { get; init; }
    public string? Description { get; init; }
    public JsonElement? Parameters { get; init; }
    public bool? Strict { get; init; }
}

/// <summary>A call that the model asks for; in a stream, a piece of one, joined by <see cref="Index"/>.</summary>
public sealed record ToolCall
{
    public int? Index { get; init; }
    public string? Id { get; init; }
    public string? Type { get; init; }
    public FunctionCall? Function { get; init; }
}

public sealed record FunctionCall
{
    public string? Name { get; init; }

    /// <summary>The arguments as JSON text.</summary>
    [JsonConverter(typeof(ArgumentsConverter))]
    public string? Arguments { get; init; }
}

/// <summary><c>text</c>, <c>json_object</c>, or <c>json_schema</c> with a schema.</summary>
public sealed record ResponseFormat
{
    public string? Type { get; init; }
    public JsonSchemaFormat? JsonSchema { get; init; }
}

public sealed record JsonSchemaFormat
{
    public string? Name { get; init; }
    public string? Description { get; init; }
    public JsonElement? Schema { get; init; }
    public bool? Strict { get; init; }
}

/// <summary>The answer of <c>POST /chat/completions</c>.</summary>
public sealed record ChatCompletion
{
    public string? Id { get; init; }
    public string Object { get; init; } = "chat.completion";
    public long? Created { get; init; }
    public string? Model { get; init; }
    public IReadOnlyList<ChatChoice>? Choices { get; init; }
    public TokenUsage? Usage { get; init; }
}

public sealed record ChatChoice
{
    public int? Index { get; init; }
    public ChatCompletionMessage? Message { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? FinishReason { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public JsonElement? Logprobs { get; init; }
}

/// <summary>One event of a streamed answer. The usage event has no choices.</summary>
public sealed record ChatCompletionChunk
{
    public string? Id { get; init; }
    public string Object { get; init; } = "chat.completion.chunk";
    public long? Created { get; init; }
    public string? Model { get; init; }
    public IReadOnlyList<ChunkChoice>? Choices { get; init; }
    public TokenUsage? Usage { get; init; }

    /// <summary>What some peers send in place of a piece when they fail after the first byte.</summary>
    public ErrorBody? Error { get; init; }
}

public sealed record ChunkChoice
{
    public int? Index { get; init; }
    public ChunkDelta? Delta { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? FinishReason { get; init; }
}

public sealed record ChunkDelta
{
    public string? Role { get; init; }
    public string? Content { get; init; }
    public string? ReasoningContent { get; init; }
    public string? Refusal { get; init; }
    public IReadOnlyList<ToolCall>? ToolCalls { get; init; }
}

public sealed record TokenUsage
{
    public long PromptTokens { get; init; }
    public long? CompletionTokens { get; init; }
    public long TotalTokens { get; init; }
    public PromptTokensDetails? PromptTokensDetails { get; init; }
    public CompletionTokensDetails? CompletionTokensDetails { get; init; }
}

public sealed record PromptTokensDetails
{
    public long? CachedTokens { get; init; }
}

public sealed record CompletionTokensDetails
{
    public long? ReasoningTokens { get; init; }
}
