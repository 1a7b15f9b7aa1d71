using System.Text.Json;
using System.Text.Json.Serialization;

namespace Millrace.Models.OpenAi;

/// <summary>A message's content: one text, or a list of parts.</summary>
[JsonConverter(typeof(MessageContentConverter))]
public sealed record MessageContent(string? Text, IReadOnlyList<ContentPart>? Parts = null);

/// <summary>One stop sequence, or a list of them.</summary>
[JsonConverter(typeof(StopSequencesConverter))]
public sealed record StopSequences(IReadOnlyList<string> Values);

internal sealed class MessageContentConverter : JsonConverter<MessageContent>
{
    public override MessageContent? Read(
        ref Utf8JsonReader reader,
        Type typeToConvert,
        JsonSerializerOptions options
    ) =>
        reader.TokenType switch
        {
            JsonTokenType.String => new MessageContent(reader.GetString()),
            JsonTokenType.StartArray => new MessageContent(
                null,
                JsonSerializer.Deserialize(ref reader, OpenAiJson.Default.IReadOnlyListContentPart)
            ),
            _ => throw new JsonException("content must be a string or a list of parts"),
        };

    public override void Write(
        Utf8JsonWriter writer,
        MessageContent value,
        JsonSerializerOptions options
    )
    {
        if (value.Parts is null)
            writer.WriteStringValue(value.Text);
        else
            JsonSerializer.Serialize(
                writer,
                value.Parts,
                OpenAiJson.Default.IReadOnlyListContentPart
            );
    }
}

internal sealed class StopSequencesConverter : JsonConverter<StopSequences>
{
    public override StopSequences Read(
        ref Utf8JsonReader reader,
        Type typeToConvert,
        JsonSerializerOptions options
    ) => new(OneOrMany.Read(ref reader, "stop"));

    public override void Write(
        Utf8JsonWriter writer,
        StopSequences value,
        JsonSerializerOptions options
    ) => OneOrMany.Write(writer, value.Values);
}

internal static class OneOrMany
{
    public static IReadOnlyList<string> Read(ref Utf8JsonReader reader, string field) =>
        reader.TokenType switch
        {
            JsonTokenType.String => [reader.GetString()!],
            JsonTokenType.StartArray => JsonSerializer.Deserialize(
                ref reader,
                OpenAiJson.Default.IReadOnlyListString
            )!,
            _ => throw new JsonException($"{field} must be a string or a list of strings"),
        };

    public static void Write(Utf8JsonWriter writer, IReadOnlyList<string> values) =>
        JsonSerializer.Serialize(writer, values, OpenAiJson.Default.IReadOnlyListString);
}

/// <summary>Arguments are JSON text; some peers send the object itself, which is taken as its text.</summary>
internal sealed class ArgumentsConverter : JsonConverter<string?>
{
    public override string? Read(
        ref Utf8JsonReader reader,
        Type typeToConvert,
        JsonSerializerOptions options
    )
    {
        if (reader.TokenType is JsonTokenType.String or JsonTokenType.Null)
            return reader.GetString();
        using var document = JsonDocument.ParseValue(ref reader);
        return document.RootElement.GetRawText();
    }

    public override void Write(Utf8JsonWriter writer, string? value, JsonSerializerOptions options)
    {
        if (value is null)
            writer.WriteNullValue();
        else
            writer.WriteStringValue(value);
    }
}
