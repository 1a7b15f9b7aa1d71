using System.Runtime.InteropServices;
using System.Text.Json;

namespace Millrace.Models.Forwarding;

/// <summary>Tokens as the provider reported them.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ReportedUsage(long? Input, long? Output)
{
    public ReportedUsage Or(ReportedUsage earlier) =>
        new(Input ?? earlier.Input, Output ?? earlier.Output);
}

/// <summary>Finds the usage of either form in an answer or in one event of a stream.</summary>
internal static class UsageReader
{
    /// <exception cref="JsonException">Not one JSON object.</exception>
    public static ReportedUsage Read(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("not an object");
        var usage = new ReportedUsage();
        ReadObject(ref reader, ref usage, insideMessage: false);
        while (reader.Read()) { }
        return usage;
    }

    /// <summary><c>usage</c> stands at the top, or in the <c>message</c> of Anthropic's first event.</summary>
    private static void ReadObject(
        ref Utf8JsonReader reader,
        ref ReportedUsage usage,
        bool insideMessage
    )
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isUsage = reader.ValueTextEquals("usage"u8);
            var isMessage = !insideMessage && reader.ValueTextEquals("message"u8);
            reader.Read();
            if (reader.TokenType == JsonTokenType.StartObject && isUsage)
                usage = ReadUsage(ref reader).Or(usage);
            else if (reader.TokenType == JsonTokenType.StartObject && isMessage)
                ReadObject(ref reader, ref usage, insideMessage: true);
            else
                reader.Skip();
        }
    }

    private static ReportedUsage ReadUsage(ref Utf8JsonReader reader)
    {
        long? input = null;
        long? output = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            // Anthropic counts what its cache held or took apart from the other input.
            var isInput =
                reader.ValueTextEquals("prompt_tokens"u8)
                || reader.ValueTextEquals("input_tokens"u8)
                || reader.ValueTextEquals("cache_creation_input_tokens"u8)
                || reader.ValueTextEquals("cache_read_input_tokens"u8);
            var isOutput =
                reader.ValueTextEquals("completion_tokens"u8)
                || reader.ValueTextEquals("output_tokens"u8);
            reader.Read();
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out var tokens))
                reader.Skip();
            else if (isInput)
                input = (input ?? 0) + tokens;
            else if (isOutput)
                output = tokens;
        }
        return new ReportedUsage(input, output);
    }
}
