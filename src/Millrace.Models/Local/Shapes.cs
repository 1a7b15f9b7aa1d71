using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Extensions.AI;

namespace Millrace.Models.Local;

/// <summary>
/// Fills a JSON shape from what was found. What is unknown is left out, or null where the schema allows it, or else the
/// type's empty value (of an enum, see <see cref="EnumChoices"/>). The result matches the schema, but for a pattern that
/// nothing in the source meets.
/// </summary>
internal sealed partial class Shapes(Summaries summaries, Meaning meaning, double abstainBelow)
{
    private const int DeepestShape = 10;
    private const int MostItems = 200;

    private static readonly JsonSerializerOptions Readable = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The JSON text that answers the request.</summary>
    public async ValueTask<string> FillAsync(
        Request request,
        string answer,
        IReadOnlyList<Reply> replies,
        CancellationToken cancellationToken
    )
    {
        var schema =
            (request.Format as ChatResponseFormatJson)?.Schema ?? AskedShape(request.Message);
        if (schema is not { } shape)
        {
            return Text(new JsonObject { ["answer"] = answer });
        }
        var source = ShapeSource.Of(request, answer, replies);
        if (AsksSummary().IsMatch(shape.GetRawText()))
        {
            source.Summary = await summaries.OfAsync(source.Text, 2, cancellationToken);
        }
        var choices = await EnumChoices.ReadAsync(shape, source.Text, meaning, cancellationToken);
        return Text(
            new Filling(shape, choices, abstainBelow).Fill(
                shape,
                new ToolSlot("", "", "", "", [], shape, IsRequired: true),
                source,
                0
            )
        );
    }

    /// <summary>Arguments for a tool that must be called, in the shape that its schema wants.</summary>
    public async ValueTask<JsonObject> ArgumentsAsync(
        JsonElement schema,
        Request request,
        CancellationToken cancellationToken
    )
    {
        var choices = await EnumChoices.ReadAsync(schema, request.Ask, meaning, cancellationToken);
        return new Filling(schema, choices, abstainBelow).Fill(
                schema,
                new ToolSlot("", "object", "", "", [], schema, IsRequired: true),
                ShapeSource.Of(request, request.Ask, []),
                0
            ) as JsonObject
            ?? [];
    }

    /// <summary>The smallest JSON that matches, where a limit leaves no room for the answer.</summary>
    public static string Least(JsonElement? schema) =>
        schema is { } shape
            ? Text(new Filling(shape, EnumChoices.None, abstainBelow: 1).Least())
            : "{}";

    private static string Text(JsonNode? node) =>
        node is null ? "null" : node.ToJsonString(Readable);

    /// <summary>The shape that a message names: an example object, or "with keys a and b".</summary>
    public static JsonElement? AskedShape(string message)
    {
        var head = message.Length <= 4000 ? message : message[..4000];
        List<KeyValuePair<string, JsonNode?>> properties = [];
        if (Example().Match(head) is { Success: true } example)
        {
            properties = OfExample(example.Value);
        }
        else if (
            Keys().Match(head) is { Success: true } keys
            || (keys = Listed().Match(head)).Success
        )
        {
            properties =
            [
                .. Key()
                    .Matches(keys.Groups["list"].Value)
                    .Select(key =>
                        Member(key.Groups["key"].Value, Guessed(key.Groups["key"].Value))
                    ),
            ];
        }
        if (properties.Count == 0)
        {
            return null;
        }
        var members = new JsonObject();
        foreach (var property in properties)
        {
            members[property.Key] = property.Value;
        }
        var schema = new JsonObject
        {
            ["type"] = "object",
            ["properties"] = members,
            ["required"] = new JsonArray([
                .. members.Select(member => JsonValue.Create(member.Key)),
            ]),
        };
        return JsonSerializer.SerializeToElement(schema);
    }

    private static List<KeyValuePair<string, JsonNode?>> OfExample(string text)
    {
        try
        {
            using var example = JsonDocument.Parse(text);
            return
            [
                .. example
                    .RootElement.EnumerateObject()
                    .Select(member => Member(member.Name, Typed(member.Value))),
            ];
        }
        catch (JsonException)
        {
            return
            [
                .. ExampleKey()
                    .Matches(text)
                    .Select(key =>
                        Member(key.Groups["key"].Value, Guessed(key.Groups["key"].Value))
                    ),
            ];
        }
    }

    private static KeyValuePair<string, JsonNode?> Member(string name, JsonNode? schema) =>
        new(name, schema);

    private static JsonObject Typed(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.Number => new JsonObject { ["type"] = new JsonArray("number", "null") },
            JsonValueKind.True or JsonValueKind.False => new JsonObject
            {
                ["type"] = new JsonArray("boolean", "null"),
            },
            JsonValueKind.Array => new JsonObject
            {
                ["type"] = "array",
                ["items"] =
                    value.GetArrayLength() > 0
                        ? Typed(value[0])
                        : new JsonObject { ["type"] = "string" },
            },
            JsonValueKind.Object => new JsonObject
            {
                ["type"] = "object",
                ["properties"] = new JsonObject(
                    value
                        .EnumerateObject()
                        .Select(member => Member(member.Name, Typed(member.Value)))
                ),
                ["required"] = new JsonArray([
                    .. value.EnumerateObject().Select(member => JsonValue.Create(member.Name)),
                ]),
            },
            _ => new JsonObject { ["type"] = new JsonArray("string", "null") },
        };

    // A key that the message only names: its name says what kind of value it wants.
    private static JsonObject Guessed(string key)
    {
        var spaced = ToolSchema.Spaced(key);
        return spaced switch
        {
            _ when ManyKeys().IsMatch(spaced) => new JsonObject
            {
                ["type"] = "array",
                ["items"] = new JsonObject { ["type"] = "string" },
            },
            _ when NumberKeys().IsMatch(spaced) => new JsonObject
            {
                ["type"] = new JsonArray("number", "null"),
            },
            _ when BooleanKeys().IsMatch(spaced) => new JsonObject
            {
                ["type"] = new JsonArray("boolean", "null"),
            },
            _ => new JsonObject { ["type"] = new JsonArray("string", "null") },
        };
    }

    /// <summary>Walks one schema, whose definitions may refer to one another.</summary>
    private sealed class Filling(JsonElement root, EnumChoices choices, double abstainBelow)
    {
        public JsonNode? Least()
        {
            var (shape, nullable) = Resolve(root, 0);
            return nullable ? null : Empty(shape, 0);
        }

        public JsonNode? Fill(JsonElement schema, ToolSlot slot, ShapeSource source, int depth)
        {
            var (shape, nullable) = Resolve(schema, 0);
            var asked = slot with
            {
                Schema = shape,
                Type = TypeOf(shape),
                Values = slot.Values.Count > 0 ? slot.Values : Values(shape),
            };
            return Find(shape, asked, source, depth) ?? (nullable ? null : Empty(shape, depth));
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
            if (
                shape.TryGetProperty("enum", out var values)
                && values.ValueKind == JsonValueKind.Array
            )
            {
                return
                    (source.Choice(slot) ?? choices.Nearest(slot.Values, abstainBelow))
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
                "integer" => source.Number(slot, isInteger: true) is { } whole && Fits(shape, whole)
                    ? JsonValue.Create((long)whole)
                    : null,
                "number" => source.Number(slot, isInteger: false) is { } number
                && Fits(shape, number)
                    ? JsonValue.Create(number)
                    : null,
                "boolean" => source.Flag(slot) is { } flag ? JsonValue.Create(flag) : null,
                "null" => null,
                _ => (
                    source.String(slot)
                    ?? (shape.TryGetProperty("pattern", out _) ? source.Text : null)
                )
                    is { Length: > 0 } text
                && FitsText(shape, text) is { } fitting
                    ? JsonValue.Create(fitting)
                    : null,
            };
        }

        private JsonObject Object(JsonElement shape, ToolSlot slot, ShapeSource source, int depth)
        {
            var filled = new JsonObject();
            var scope = depth == 0 ? source : source.Within(slot);
            foreach (var property in Properties(shape))
            {
                var (inner, nullable) = Resolve(property.Schema, 0);
                var own = property with
                {
                    Schema = inner,
                    Type = TypeOf(inner),
                    Values = Values(inner),
                };
                var value = Find(inner, own, scope, depth + 1);
                var isHollow = value is JsonObject { Count: 0 } or JsonArray { Count: 0 };
                if (value is not null && (property.IsRequired || !isHollow))
                {
                    filled[property.Name] = value;
                }
                else if (property.IsRequired)
                {
                    filled[property.Name] = nullable ? null : Empty(inner, depth + 1);
                }
            }
            return filled;
        }

        private JsonArray Array(JsonElement shape, ToolSlot slot, ShapeSource source, int depth)
        {
            var items = shape.TryGetProperty("items", out var each)
                ? Resolve(each, 0).Shape
                : default;
            var most = shape.TryGetInt("maxItems", out var limit)
                ? Math.Clamp(limit, 0, MostItems)
                : MostItems;
            var found = new JsonArray();
            if (TypeOf(items) == "object" && items.ValueKind == JsonValueKind.Object)
            {
                foreach (var segment in source.Segments(Properties(items)).Take(most))
                {
                    var filled = Object(items, slot, segment, 0);
                    found.Add(filled);
                }
            }
            else
            {
                var values = Values(items);
                foreach (var text in source.List(slot, TypeOf(items), values).Take(most))
                {
                    found.Add(Item(items, TypeOf(items), text));
                }
            }
            var least = shape.TryGetInt("minItems", out var count) ? Math.Min(count, MostItems) : 0;
            while (found.Count < least)
            {
                found.Add(Empty(items, depth + 1));
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
                "string" or "" => JsonValue.Create(FitsText(items, text) ?? text),
                _ => Empty(items, DeepestShape),
            };

        // The value that says least and still matches.
        private JsonNode? Empty(JsonElement shape, int depth)
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
                var nearest = choices.Nearest(Values(shape), atLeast: -1);
                var chosen = all.FindIndex(value => Neutral().IsMatch(value.ToString()));
                chosen = chosen < 0 ? all.FindIndex(value => value.ToString() == nearest) : chosen;
                return JsonNode.Parse(all[Math.Max(chosen, 0)].GetRawText());
            }
            return TypeOf(shape) switch
            {
                "object" when depth < DeepestShape * 2 => EmptyObject(shape, depth),
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
            foreach (var property in Properties(shape).Where(property => property.IsRequired))
            {
                var (inner, nullable) = Resolve(property.Schema, 0);
                empty[property.Name] = nullable ? null : Empty(inner, depth + 1);
            }
            return empty;
        }

        private JsonArray EmptyArray(JsonElement shape, int depth)
        {
            var least = shape.TryGetInt("minItems", out var count)
                ? Math.Clamp(count, 0, MostItems)
                : 0;
            var items = shape.TryGetProperty("items", out var each)
                ? Resolve(each, 0).Shape
                : default;
            return new JsonArray([
                .. Enumerable
                    .Range(0, depth < DeepestShape * 2 ? least : 0)
                    .Select(_ => Empty(items, depth + 1)),
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

        private static bool Fits(JsonElement shape, decimal value) =>
            (!shape.TryGetNumber("minimum", out var least) || value >= (decimal)least)
            && (!shape.TryGetNumber("maximum", out var most) || value <= (decimal)most)
            && (!shape.TryGetNumber("exclusiveMinimum", out var above) || value > (decimal)above)
            && (!shape.TryGetNumber("exclusiveMaximum", out var below) || value < (decimal)below);

        private static string? FitsText(JsonElement shape, string text)
        {
            if (shape.ValueKind != JsonValueKind.Object)
            {
                return text;
            }
            if (shape.TryGetInt("minLength", out var least) && text.Length < least)
            {
                return null;
            }
            if (shape.TryGetProperty("pattern", out var pattern))
            {
                return Matching(pattern.ToString(), text);
            }
            return shape.TryGetInt("maxLength", out var most) && text.Length > most
                ? text[..Math.Max(0, most)]
                : text;
        }

        // The caller wrote the pattern: it runs in linear time or not at all.
        private static string? Matching(string pattern, string text)
        {
            try
            {
                var options = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant;
                var limit = TimeSpan.FromSeconds(1);
                var found = Regex.Match(text, pattern, options, limit);
                return found.Success ? text
                    : Regex.Match(text, pattern.TrimStart('^').TrimEnd('$'), options, limit)
                        is { Success: true, Value: var part }
                    && Regex.IsMatch(part, pattern, options, limit)
                        ? part
                    : null;
            }
            catch (RegexMatchTimeoutException)
            {
                return null;
            }
            catch (Exception wrong) when (wrong is ArgumentException or NotSupportedException)
            {
                return text; // no pattern that can be looked at
            }
        }

        private (JsonElement Shape, bool Nullable) Resolve(JsonElement schema, int hops)
        {
            if (schema.ValueKind != JsonValueKind.Object || hops > 16)
            {
                return (schema, false);
            }
            if (
                schema.TryGetProperty("$ref", out var reference) && Pointed(reference) is { } target
            )
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
                schema.TryGetProperty("nullable", out var flag)
                && flag.ValueKind == JsonValueKind.True
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

        private static List<ToolSlot> Properties(JsonElement shape) => ToolSchema.Read(shape);

        private static List<string> Values(JsonElement shape) => ToolSchema.ValuesOf(shape);

        private static string TypeOf(JsonElement shape) =>
            shape.ValueKind != JsonValueKind.Object ? "string"
            : !shape.TryGetProperty("type", out _) && shape.TryGetProperty("properties", out _)
                ? "object"
            : !shape.TryGetProperty("type", out _) && shape.TryGetProperty("items", out _) ? "array"
            : ToolSchema.TypeOf(shape);
    }

    [GeneratedRegex("\"(?:[a-z_]*summary|abstract|tldr|gist)\"", RegexOptions.IgnoreCase, 1000)]
    private static partial Regex AsksSummary();

    [GeneratedRegex(@"\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}", RegexOptions.None, 1000)]
    private static partial Regex Example();

    [GeneratedRegex("[\"']?(?<key>[A-Za-z_][\\w-]*)[\"']?\\s*:", RegexOptions.None, 1000)]
    private static partial Regex ExampleKey();

    [GeneratedRegex(
        "\\b(?:keys?|fields?|properties|attributes|members)\\b(?: named| called| of)?:?\\s+(?<list>[\"'`]?[\\w-]+[\"'`]?(?:(?:,\\s*and|,|\\s+and|\\s*&)\\s+[\"'`]?[\\w-]+[\"'`]?)*)",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex Keys();

    // "name and age as JSON"
    [GeneratedRegex(
        "(?:^|\\b(?:give me|extract|return|get|list|find|want|need|tell me|put|write|with|of)\\b) ?(?:the |all |his |her |their |its )*(?<list>[\\w-]+(?:(?:, ?and |, ?| and | & )[\\w-]+){0,11}) (?:as|in|into) (?:a |an |valid |plain )*json\\b",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex Listed();

    [GeneratedRegex("(?<![\\w-])(?!and\\b)(?<key>[\\w-]+)", RegexOptions.IgnoreCase, 1000)]
    private static partial Regex Key();

    [GeneratedRegex(
        @"\b(?:emails|names|dates|numbers|urls|links|tags|keywords|items|topics|people|phones|list|tasks|entities)\b",
        RegexOptions.None,
        1000
    )]
    private static partial Regex ManyKeys();

    [GeneratedRegex(
        @"\b(?:age|count|total|number|amount|price|cost|quantity|sum|result|year|length|score|words|days)\b",
        RegexOptions.None,
        1000
    )]
    private static partial Regex NumberKeys();

    [GeneratedRegex(@"^(?:is|has|are|was|can|should|contains) ", RegexOptions.None, 1000)]
    private static partial Regex BooleanKeys();

    [GeneratedRegex(
        @"^(?:unknown|other|none|n/a|na|neutral|unspecified|undefined|not_specified|null)$",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex Neutral();
}
