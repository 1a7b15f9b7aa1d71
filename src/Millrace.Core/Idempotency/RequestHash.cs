using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Millrace.Core.Idempotency;

/// <summary>
/// SHA-256 over the canonical JSON (sorted names, no spaces) of a request's method, path with sorted query, and body.
/// A body that is no JSON stands for itself by the SHA-256 of its bytes. (t-backend §4)
/// </summary>
public static class RequestHash
{
    private const int LargestCanonical = 1024 * 1024;

    private static readonly JsonWriterOptions Plain = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>A body of more than 1 MiB is the same when its bytes are, whatever the order of its names.</summary>
    /// <param name="query">With or without its question mark.</param>
    public static byte[] OfJson(string method, string path, string query, ReadOnlyMemory<byte> body)
    {
        if (body.Length > LargestCanonical)
            return OfBytes(method, path, query, SHA256.HashData(body.Span));
        try
        {
            using var json = body.IsEmpty ? null : JsonDocument.Parse(body);
            return Of(method, path, query, json?.RootElement, null);
        }
        // Half of a surrogate pair is no text, yet passes for JSON until it is written.
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            return OfBytes(method, path, query, SHA256.HashData(body.Span));
        }
    }

    /// <param name="bodyHash">SHA-256 of the body, or of its parts' hashes in their order.</param>
    public static byte[] OfBytes(string method, string path, string query, byte[] bodyHash) =>
        Of(method, path, query, null, Convert.ToHexStringLower(bodyHash));

    private static byte[] Of(
        string method,
        string path,
        string query,
        JsonElement? json,
        string? bodyHash
    )
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Plain))
        {
            writer.WriteStartObject();
            writer.WritePropertyName("body");
            if (json is { } element)
                Write(writer, element);
            else
                writer.WriteStringValue(bodyHash);
            writer.WriteString("method", method.ToUpperInvariant());
            writer.WriteString("path", Path(path, query));
            writer.WriteEndObject();
        }
        return SHA256.HashData(buffer.WrittenSpan);
    }

    private static string Path(string path, string query)
    {
        var parts = query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries);
        var text = new StringBuilder(path.TrimEnd('/').ToLowerInvariant());
        foreach (var (index, part) in parts.Order(StringComparer.Ordinal).Index())
            text.Append(index == 0 ? '?' : '&').Append(part);
        return text.ToString();
    }

    private static void Write(Utf8JsonWriter writer, JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (
                    var property in element
                        .EnumerateObject()
                        .OrderBy(entry => entry.Name, StringComparer.Ordinal)
                )
                {
                    writer.WritePropertyName(property.Name);
                    Write(writer, property.Value);
                }
                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in element.EnumerateArray())
                    Write(writer, item);
                writer.WriteEndArray();
                break;
            default:
                element.WriteTo(writer);
                break;
        }
    }
}
