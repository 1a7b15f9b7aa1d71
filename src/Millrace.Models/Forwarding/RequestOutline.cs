using System.Text.Json;
using System.Text.Unicode;
using Millrace.Core.Failures;

namespace Millrace.Models.Forwarding;

/// <summary>
/// What has to be known of a request's body to pass it on, read in one pass without building it up. Holds for both
/// forms, which agree in these fields.
/// </summary>
public readonly record struct RequestOutline
{
    /// <summary>Null when the body names none.</summary>
    public string? Model { get; private init; }

    /// <summary>The caller asks for a stream of events.</summary>
    public bool Stream { get; private init; }

    /// <summary>A message holds an image.</summary>
    public bool HasImages { get; private init; }

    /// <summary>Where the model's name stands in the body, quotes included.</summary>
    internal Range ModelRange { get; private init; }

    /// <exception cref="Invalid">The body is not a JSON object, or a field that is read here has a wrong type.</exception>
    public static RequestOutline Read(ReadOnlySpan<byte> body)
    {
        try
        {
            // The reader looks at the bytes of a string only when it is asked for.
            return Utf8.IsValid(body) ? ReadObject(body) : throw NotJson();
        }
        // Half of a surrogate pair, escaped, is valid for the reader and no text: it fails when it is asked for.
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            throw NotJson();
        }
    }

    private static Invalid NotJson() =>
        new("invalid_json", "The body is not valid JSON. Send a JSON object in UTF-8.");

    private static RequestOutline ReadObject(ReadOnlySpan<byte> body)
    {
        var reader = new Utf8JsonReader(body);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("not an object");
        var outline = new RequestOutline();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("model"u8))
                outline = outline.WithModel(ref reader);
            else if (reader.ValueTextEquals("stream"u8))
                outline = outline with { Stream = ReadFlag(ref reader) };
            else if (reader.ValueTextEquals("messages"u8))
                outline = outline with { HasImages = ReadMessages(ref reader) };
            else
                reader.Skip();
        }
        // Reads on to the end, so that what follows the object is refused too.
        while (reader.Read()) { }
        return outline;
    }

    private RequestOutline WithModel(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null)
            return this;
        if (reader.TokenType != JsonTokenType.String)
            throw new Invalid("invalid_type", "model must be a string.", "model");
        var name = reader.GetString()!;
        if (name.Any(char.IsControl))
            throw new Invalid("invalid_value", "model must not hold control characters.", "model");
        return this with
        {
            Model = name,
            ModelRange = (int)reader.TokenStartIndex..(int)reader.BytesConsumed,
        };
    }

    private static bool ReadFlag(ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.TokenType switch
        {
            JsonTokenType.True => true,
            JsonTokenType.False or JsonTokenType.Null => false,
            _ => throw new Invalid("invalid_type", "stream must be true or false.", "stream"),
        };
    }

    /// <summary>Whether some part of a message is an image: its <c>type</c> says so in either form.</summary>
    private static bool ReadMessages(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return false;
        }
        var depth = reader.CurrentDepth;
        var found = false;
        while (reader.Read() && reader.CurrentDepth > depth)
        {
            if (reader.TokenType != JsonTokenType.PropertyName || !reader.ValueTextEquals("type"u8))
                continue;
            reader.Read();
            found |=
                reader.TokenType == JsonTokenType.String
                && (reader.ValueTextEquals("image_url"u8) || reader.ValueTextEquals("image"u8));
        }
        return found;
    }
}
