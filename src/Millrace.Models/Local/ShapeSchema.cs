using System.Text.Json;

namespace Millrace.Models.Local;

/// <summary>Reads one JSON schema, whose definitions may refer to one another.</summary>
internal sealed class ShapeSchema(JsonElement root)
{
    public JsonElement Root => root;

    /// <summary>What a schema comes to behind references and alternatives, and whether it may be null.</summary>
    public (JsonElement Shape, bool Nullable) Resolve(JsonElement schema, int hops = 0)
    {
        if (schema.ValueKind != JsonValueKind.Object || hops > 16)
        {
            return (schema, false);
        }
        if (schema.TryGetProperty("$ref", out var reference) && Pointed(reference) is { } target)
        {
            return Resolve(target, hops + 1);
        }
        foreach (var word in (string[])["anyOf", "oneOf"])
        {
            if (
                schema.TryGetProperty(word, out var branches)
                && branches.ValueKind == JsonValueKind.Array
            )
            {
                var resolved = branches
                    .EnumerateArray()
                    .Select(branch => Resolve(branch, hops + 1))
                    .ToList();
                var chosen = resolved.Find(branch => TypeOf(branch.Shape) != "null");
                return (
                    chosen.Shape,
                    resolved.Exists(branch => branch.Nullable || TypeOf(branch.Shape) == "null")
                );
            }
        }
        if (
            schema.TryGetProperty("allOf", out var all)
            && all.ValueKind == JsonValueKind.Array
            && all.GetArrayLength() > 0
            && !schema.TryGetProperty("properties", out _)
        )
        {
            return Resolve(all[0], hops + 1);
        }
        return (schema, IsNullable(schema));
    }

    private static bool IsNullable(JsonElement schema) =>
        (
            schema.TryGetProperty("type", out var type)
            && type.ValueKind == JsonValueKind.Array
            && type.EnumerateArray().Any(each => each.ToString() == "null")
        )
        || (
            schema.TryGetProperty("enum", out var values)
            && values.ValueKind == JsonValueKind.Array
            && values.EnumerateArray().Any(value => value.ValueKind == JsonValueKind.Null)
        )
        || (
            schema.TryGetProperty("nullable", out var flag) && flag.ValueKind == JsonValueKind.True
        );

    private JsonElement? Pointed(JsonElement reference)
    {
        var at = root;
        foreach (
            var step in reference
                .ToString()
                .TrimStart('#')
                .Split('/', StringSplitOptions.RemoveEmptyEntries)
        )
        {
            if (at.ValueKind != JsonValueKind.Object || !at.TryGetProperty(step, out at))
            {
                return null;
            }
        }
        return at;
    }

    public static List<ToolSlot> Properties(JsonElement shape) => ToolSchema.Read(shape);

    public static List<string> Values(JsonElement shape) => ToolSchema.ValuesOf(shape);

    public static string TypeOf(JsonElement shape) =>
        shape.ValueKind != JsonValueKind.Object ? "string"
        : !shape.TryGetProperty("type", out _) && shape.TryGetProperty("properties", out _)
            ? "object"
        : !shape.TryGetProperty("type", out _) && shape.TryGetProperty("items", out _) ? "array"
        : ToolSchema.TypeOf(shape);
}
