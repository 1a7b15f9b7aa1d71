using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Millrace.Api.Fluxra.Wire;

/// <summary>JSON that is kept as it was sent and shown as it is kept.</summary>
[StructLayout(LayoutKind.Auto)]
[JsonConverter(typeof(RawJsonConverter))]
internal readonly record struct RawJson(string Text)
{
    public static RawJson? Of(string? text) => text is null ? null : new RawJson(text);
}

internal sealed class RawJsonConverter : JsonConverter<RawJson>
{
    public override RawJson Read(
        ref Utf8JsonReader reader,
        Type typeToConvert,
        JsonSerializerOptions options
    ) => throw new NotSupportedException("Requests are read by hand.");

    public override void Write(
        Utf8JsonWriter writer,
        RawJson value,
        JsonSerializerOptions options
    ) => writer.WriteRawValue(value.Text, skipInputValidation: true);
}
