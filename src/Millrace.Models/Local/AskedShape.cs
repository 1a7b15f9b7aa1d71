using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Millrace.Core.Text;

namespace Millrace.Models.Local;

/// <summary>Reads the JSON object that a message asks for in words or by an example, as a schema.</summary>
internal static partial class AskedShape
{
    /// <summary>The shape that a message names: an example object, or "with keys a and b".</summary>
    public static JsonElement? Of(string message)
    {
        var head = message.CutTo(4000);
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
}
