using System.Text.Json;
using System.Text.Json.Serialization;

namespace Millrace.Models.Anthropic;

/// <summary>The body of <c>POST /v1/messages</c>. Fields that are not named here are not read.</summary>
public sealed record MessagesRequest
{
    public string? Model { get; init; }
    public int? MaxTokens { get; init; }
    public IReadOnlyList<InputMessage>? Messages { get; init; }
    public BlockContent? System { get; init; }
    public bool? Stream { get; init; }
    public double? Temperature { get; init; }
    public double? TopP { get; init; }
    public int? TopK { get; init; }
    public IReadOnlyList<string>? StopSequences { get; init; }
    public IReadOnlyList<ToolSpecification>? Tools { get; init; }
    public ToolChoice? ToolChoice { get; init; }
}

public sealed record InputMessage
{
    public string? Role { get; init; }
    public BlockContent? Content { get; init; }
}

/// <summary>Content that is one text or a list of blocks.</summary>
[JsonConverter(typeof(BlockContentConverter))]
public sealed record BlockContent(string? Text, IReadOnlyList<ContentBlock>? Blocks = null);

/// <summary>
/// One block of a message: <c>text</c>, <c>image</c>, <c>tool_use</c>, <c>tool_result</c>, <c>thinking</c> or
/// <c>redacted_thinking</c>; the fields that the type does not have are null.
/// </summary>
public sealed record ContentBlock
{
    public string? Type { get; init; }
    public string? Text { get; init; }
    public ImageSource? Source { get; init; }
    public string? Id { get; init; }
    public string? Name { get; init; }
    public JsonElement? Input { get; init; }
    public string? ToolUseId { get; init; }
    public BlockContent? Content { get; init; }
    public bool? IsError { get; init; }
    public string? Thinking { get; init; }
    public string? Signature { get; init; }
    public string? Data { get; init; }
}

/// <summary><c>base64</c> with media type and data, or <c>url</c>.</summary>
public sealed record ImageSource
{
    public string? Type { get; init; }
    public string? MediaType { get; init; }
    public string? Data { get; init; }
    public string? Url { get; init; }
}

public sealed record ToolSpecification
{
    public string? Type { get; init; }
    public string? Name { get; init; }
    public string? Description { get; init; }
    public JsonElement? InputSchema { get; init; }
}

/// <summary><c>auto</c>, <c>any</c>, <c>tool</c> with a name, or <c>none</c>.</summary>
public sealed record ToolChoice
{
    public string? Type { get; init; }
    public string? Name { get; init; }
    public bool? DisableParallelToolUse { get; init; }
}

/// <summary>The answer of <c>POST /v1/messages</c>.</summary>
public sealed record Message
{
    public string? Id { get; init; }
    public string Type { get; init; } = "message";
    public string Role { get; init; } = "assistant";
    public string? Model { get; init; }
    public IReadOnlyList<ContentBlock> Content { get; init; } = [];

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? StopReason { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? StopSequence { get; init; }
    public MessageUsage? Usage { get; init; }
}

public sealed record MessageUsage
{
    public long? InputTokens { get; init; }
    public long? OutputTokens { get; init; }
    public long? CacheCreationInputTokens { get; init; }
    public long? CacheReadInputTokens { get; init; }
}

/// <summary>One event of a streamed answer; the fields that its type does not have are null.</summary>
public sealed record MessageEvent
{
    public required string Type { get; init; }
    public Message? Message { get; init; }
    public int? Index { get; init; }
    public ContentBlock? ContentBlock { get; init; }
    public EventDelta? Delta { get; init; }
    public MessageUsage? Usage { get; init; }
    public MessageError? Error { get; init; }
}

/// <summary>
/// A piece of a block (<c>text_delta</c>, <c>input_json_delta</c>, <c>thinking_delta</c>), or of the message: then it
/// has no type and says why the model stopped.
/// </summary>
public sealed record EventDelta
{
    public string? Type { get; init; }
    public string? Text { get; init; }
    public string? PartialJson { get; init; }
    public string? Thinking { get; init; }
    public string? Signature { get; init; }
    public string? StopReason { get; init; }

    /// <summary>Beside <see cref="StopReason"/> it is always there, if only as JSON's null.</summary>
    public JsonElement? StopSequence { get; init; }
}

/// <summary>The answer of <c>POST /v1/messages/count_tokens</c>.</summary>
public sealed record TokenCount(long InputTokens);

/// <summary>Every error of this form.</summary>
public sealed record MessageErrorEnvelope(MessageError Error, string? RequestId = null)
{
    public string Type { get; init; } = "error";
}

public sealed record MessageError(string Type, string Message);

internal sealed class BlockContentConverter : JsonConverter<BlockContent>
{
    public override BlockContent? Read(
        ref Utf8JsonReader reader,
        Type typeToConvert,
        JsonSerializerOptions options
    ) =>
        reader.TokenType switch
        {
            JsonTokenType.String => new BlockContent(reader.GetString()),
            JsonTokenType.StartArray => new BlockContent(
                null,
                JsonSerializer.Deserialize(
                    ref reader,
                    AnthropicJson.Default.IReadOnlyListContentBlock
                )
            ),
            _ => throw new JsonException("content must be a string or a list of blocks"),
        };

    public override void Write(
        Utf8JsonWriter writer,
        BlockContent value,
        JsonSerializerOptions options
    )
    {
        if (value.Blocks is null)
            writer.WriteStringValue(value.Text);
        else
            JsonSerializer.Serialize(
                writer,
                value.Blocks,
                AnthropicJson.Default.IReadOnlyListContentBlock
            );
    }
}
