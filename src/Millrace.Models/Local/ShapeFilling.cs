using System.Text.Json;
using System.Text.Json.Nodes;

namespace Millrace.Models.Local;

/// <summary>Fills one schema from a source; what is not found takes its empty value where it must be there.</summary>
internal sealed class ShapeFilling(ShapeSchema schema, EnumChoices choices, double abstainBelow)
{
    private const int DeepestShape = 10;
    private const int MostItems = 200;
    private readonly EmptyShape _empty = new(schema, choices);

    public JsonNode? Fill(ToolSlot slot, ShapeSource source)
    {
        var (shape, nullable) = schema.Resolve(schema.Root);
        var asked = slot with
        {
            Schema = shape,
            Type = ShapeSchema.TypeOf(shape),
            Values = slot.Values.Count > 0 ? slot.Values : ShapeSchema.Values(shape),
        };
        return Find(shape, asked, source, 0) ?? (nullable ? null : _empty.Of(shape, 0));
    }

    // The value found, or null.
    private JsonNode? Find(JsonElement shape, ToolSlot slot, ShapeSource source, int depth)
    {
        if (shape.ValueKind != JsonValueKind.Object)
        {
            return source.Answer;
        }
        if (shape.TryGetProperty("const", out var constant))
        {
            return JsonNode.Parse(constant.GetRawText());
        }
        if (shape.TryGetProperty("enum", out var values) && values.ValueKind == JsonValueKind.Array)
        {
            return
                (ShapeChoices.Find(slot, source) ?? choices.Nearest(slot.Values, abstainBelow))
                    is { } choice
                ? values
                    .EnumerateArray()
                    .Where(value => value.ToString() == choice)
                    .Select(value => JsonNode.Parse(value.GetRawText()))
                    .FirstOrDefault()
                : null;
        }
        return slot.Type switch
        {
            "object" => depth < DeepestShape ? Object(shape, slot, source, depth) : null,
            "array" => depth < DeepestShape ? Array(shape, slot, source, depth) : null,
            "integer" => ShapeNumbers.Find(slot, source, isInteger: true) is { } whole
            && ShapeLimits.Fits(shape, whole)
                ? JsonValue.Create((long)whole)
                : null,
            "number" => ShapeNumbers.Find(slot, source, isInteger: false) is { } number
            && ShapeLimits.Fits(shape, number)
                ? JsonValue.Create(number)
                : null,
            "boolean" => ShapeFlags.Find(slot, source) is { } flag ? JsonValue.Create(flag) : null,
            "null" => null,
            _ => (
                ShapeStrings.Find(slot, source)
                ?? (shape.TryGetProperty("pattern", out _) ? source.Text : null)
            )
                is { Length: > 0 } text
            && ShapeLimits.FitsText(shape, text) is { } fitting
                ? JsonValue.Create(fitting)
                : null,
        };
    }

    private JsonObject Object(JsonElement shape, ToolSlot slot, ShapeSource source, int depth)
    {
        var filled = new JsonObject();
        var scope = depth == 0 ? source : source.Within(slot);
        foreach (var property in ShapeSchema.Properties(shape))
        {
            var (inner, nullable) = schema.Resolve(property.Schema);
            var own = property with
            {
                Schema = inner,
                Type = ShapeSchema.TypeOf(inner),
                Values = ShapeSchema.Values(inner),
            };
            var value = Find(inner, own, scope, depth + 1);
            var isHollow = value is JsonObject { Count: 0 } or JsonArray { Count: 0 };
            if (value is not null && (property.IsRequired || !isHollow))
            {
                filled[property.Name] = value;
            }
            else if (property.IsRequired)
            {
                filled[property.Name] = nullable ? null : _empty.Of(inner, depth + 1);
            }
        }
        return filled;
    }

    private JsonArray Array(JsonElement shape, ToolSlot slot, ShapeSource source, int depth)
    {
        var items = shape.TryGetProperty("items", out var each)
            ? schema.Resolve(each).Shape
            : default;
        var most = shape.TryGetInt("maxItems", out var limit)
            ? Math.Clamp(limit, 0, MostItems)
            : MostItems;
        var found = new JsonArray();
        if (ShapeSchema.TypeOf(items) == "object" && items.ValueKind == JsonValueKind.Object)
        {
            foreach (
                var segment in ShapeSegments.Of(source, ShapeSchema.Properties(items)).Take(most)
            )
            {
                var filled = Object(items, slot, segment, 0);
                found.Add(filled);
            }
        }
        else
        {
            var values = ShapeSchema.Values(items);
            foreach (
                var text in ShapeLists
                    .Find(slot, source, ShapeSchema.TypeOf(items), values)
                    .Take(most)
            )
            {
                found.Add(Item(items, ShapeSchema.TypeOf(items), text));
            }
        }
        var least = shape.TryGetInt("minItems", out var count) ? Math.Min(count, MostItems) : 0;
        while (found.Count < least)
        {
            found.Add(_empty.Of(items, depth + 1));
        }
        return found;
    }

    private JsonNode? Item(JsonElement items, string type, string text) =>
        type switch
        {
            "integer"
            or "number"
                when decimal.TryParse(
                    text.Replace(",", "", StringComparison.Ordinal),
                    System.Globalization.CultureInfo.InvariantCulture,
                    out var number
                ) => type == "integer"
                ? JsonValue.Create(
                    (long)decimal.Truncate(Math.Clamp(number, long.MinValue, long.MaxValue))
                )
                : JsonValue.Create(number),
            "string" or "" => JsonValue.Create(ShapeLimits.FitsText(items, text) ?? text),
            _ => _empty.Of(items, DeepestShape),
        };
}
