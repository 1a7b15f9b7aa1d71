using System.Text.Json;

namespace Millrace.Models.Local;

/// <summary>Reads members of a JSON schema that may be missing or of the wrong type.</summary>
internal static class SchemaReading
{
    public static bool TryGetNumber(this JsonElement schema, string name, out double value)
    {
        value = 0;
        return schema.ValueKind == JsonValueKind.Object
            && schema.TryGetProperty(name, out var member)
            && member.ValueKind == JsonValueKind.Number
            && member.TryGetDouble(out value);
    }

    public static bool TryGetInt(this JsonElement schema, string name, out int value)
    {
        value = 0;
        return schema.ValueKind == JsonValueKind.Object
            && schema.TryGetProperty(name, out var member)
            && member.ValueKind == JsonValueKind.Number
            && member.TryGetInt32(out value);
    }
}
