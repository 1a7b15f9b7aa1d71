using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Millrace.Models.Local;

/// <summary>Makes the value that says least and still matches a schema.</summary>
internal sealed partial class EmptyShape(ShapeSchema schema, EnumChoices choices)
{
    private const int Deepest = 20;
    private const int MostItems = 200;

    public JsonNode? OfRoot()
    {
        var (shape, nullable) = schema.Resolve(schema.Root);
        return nullable ? null : Of(shape, 0);
    }

    public JsonNode? Of(JsonElement shape, int depth)
    {
        if (shape.ValueKind != JsonValueKind.Object)
        {
            return null;
        }
        if (shape.TryGetProperty("const", out var constant))
        {
            return JsonNode.Parse(constant.GetRawText());
        }
        if (
            shape.TryGetProperty("enum", out var values)
            && values.ValueKind == JsonValueKind.Array
            && values.GetArrayLength() > 0
        )
        {
            var all = values.EnumerateArray().ToList();
            var nearest = choices.Nearest(ShapeSchema.Values(shape), atLeast: -1);
            var chosen = all.FindIndex(value => Neutral().IsMatch(value.ToString()));
            chosen = chosen < 0 ? all.FindIndex(value => value.ToString() == nearest) : chosen;
            return JsonNode.Parse(all[Math.Max(chosen, 0)].GetRawText());
        }
        return ShapeSchema.TypeOf(shape) switch
        {
            "object" when depth < Deepest => EmptyObject(shape, depth),
            "object" => new JsonObject(),
            "array" => EmptyArray(shape, depth),
            "integer" or "number" => JsonValue.Create(Least(shape)),
            "boolean" => JsonValue.Create(false),
            "null" => null,
            _ => JsonValue.Create(
                shape.TryGetInt("minLength", out var length)
                    ? new string('-', Math.Clamp(length, 0, 1000))
                    : ""
            ),
        };
    }

    private JsonObject EmptyObject(JsonElement shape, int depth)
    {
        var empty = new JsonObject();
        foreach (
            var property in ShapeSchema.Properties(shape).Where(property => property.IsRequired)
        )
        {
            var (inner, nullable) = schema.Resolve(property.Schema);
            empty[property.Name] = nullable ? null : Of(inner, depth + 1);
        }
        return empty;
    }

    private JsonArray EmptyArray(JsonElement shape, int depth)
    {
        var least = shape.TryGetInt("minItems", out var count)
            ? Math.Clamp(count, 0, MostItems)
            : 0;
        var items = shape.TryGetProperty("items", out var each)
            ? schema.Resolve(each).Shape
            : default;
        return new JsonArray([
            .. Enumerable.Range(0, depth < Deepest ? least : 0).Select(_ => Of(items, depth + 1)),
        ]);
    }

    private static decimal Least(JsonElement shape)
    {
        var least =
            shape.TryGetNumber("minimum", out var minimum) ? minimum
            : shape.TryGetNumber("exclusiveMinimum", out var above) ? above + 1
            : double.MinValue;
        var most =
            shape.TryGetNumber("maximum", out var maximum) ? maximum
            : shape.TryGetNumber("exclusiveMaximum", out var below) ? below - 1
            : double.MaxValue;
        return (decimal)
            Math.Clamp(
                Math.Max(0, Math.Min(least, most)) is 0 && most < 0 ? most : Math.Max(0, least),
                -1e27,
                1e27
            );
    }

    [GeneratedRegex(
        @"^(?:unknown|other|none|n/a|na|neutral|unspecified|undefined|not_specified|null)$",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex Neutral();
}
