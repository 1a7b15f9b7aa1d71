using System.Text.Json.Serialization;

namespace Millrace.Models.Anthropic;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(MessagesRequest))]
[JsonSerializable(typeof(Message))]
[JsonSerializable(typeof(MessageEvent))]
[JsonSerializable(typeof(TokenCount))]
[JsonSerializable(typeof(MessageErrorEnvelope))]
[JsonSerializable(typeof(IReadOnlyList<ContentBlock>))]
public sealed partial class AnthropicJson : JsonSerializerContext;
