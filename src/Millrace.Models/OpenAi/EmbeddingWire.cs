using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Millrace.Models.OpenAi;

/// <summary>The body of <c>POST /embeddings</c>.</summary>
public sealed record EmbeddingRequest
{
    public string? Model { get; init; }
    public EmbeddingInput? Input { get; init; }

    /// <summary><c>float</c> or <c>base64</c> (little-endian 32-bit floats).</summary>
    public string? EncodingFormat { get; init; }
    public int? Dimensions { get; init; }
    public string? User { get; init; }
}

/// <summary>One text or several. Token lists are for the model's own tokenizer and are not read.</summary>
[JsonConverter(typeof(EmbeddingInputConverter))]
public sealed record EmbeddingInput(IReadOnlyList<string> Texts);

public sealed record EmbeddingList
{
    public string Object { get; init; } = "list";
    public IReadOnlyList<EmbeddingItem>? Data { get; init; }
    public string? Model { get; init; }
    public TokenUsage? Usage { get; init; }
}

public sealed record EmbeddingItem
{
    public string Object { get; init; } = "embedding";
    public int Index { get; init; }
    public EmbeddingVector? Embedding { get; init; }
}

/// <summary>A vector, written as numbers or as base64.</summary>
[JsonConverter(typeof(EmbeddingVectorConverter))]
public sealed record EmbeddingVector(ReadOnlyMemory<float> Values, bool AsBase64 = false);

internal sealed class EmbeddingInputConverter : JsonConverter<EmbeddingInput>
{
    public override EmbeddingInput Read(
        ref Utf8JsonReader reader,
        Type typeToConvert,
        JsonSerializerOptions options
    ) => new(OneOrMany.Read(ref reader, "input"));

    public override void Write(
        Utf8JsonWriter writer,
        EmbeddingInput value,
        JsonSerializerOptions options
    ) => OneOrMany.Write(writer, value.Texts);
}

internal sealed class EmbeddingVectorConverter : JsonConverter<EmbeddingVector>
{
    public override EmbeddingVector Read(
        ref Utf8JsonReader reader,
        Type typeToConvert,
        JsonSerializerOptions options
    )
    {
        if (reader.TokenType == JsonTokenType.String)
            return FromBase64(reader.GetBytesFromBase64());
        if (reader.TokenType != JsonTokenType.StartArray)
            throw new JsonException("an embedding must be a list of numbers or base64");
        var values = new List<float>(1024);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            values.Add(reader.GetSingle());
        return new EmbeddingVector(values.ToArray());
    }

    public override void Write(
        Utf8JsonWriter writer,
        EmbeddingVector value,
        JsonSerializerOptions options
    )
    {
        if (value.AsBase64)
        {
            writer.WriteBase64StringValue(MemoryMarshal.AsBytes(value.Values.Span));
            return;
        }
        writer.WriteStartArray();
        foreach (var number in value.Values.Span)
            writer.WriteNumberValue(number);
        writer.WriteEndArray();
    }

    private static EmbeddingVector FromBase64(byte[] bytes)
    {
        if (bytes.Length % sizeof(float) != 0)
            throw new JsonException("an embedding in base64 must be whole 32-bit floats");
        return new EmbeddingVector(MemoryMarshal.Cast<byte, float>(bytes).ToArray(), true);
    }
}
