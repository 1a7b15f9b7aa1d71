using System.Text.Json;
using Microsoft.Extensions.AI;
using Millrace.Core.Text;

namespace Millrace.Models.Local;

/// <summary>What a tool's declaration says about it, read once per request.</summary>
internal sealed class ToolSchema
{
    private HashSet<string>? _words;
    private string[]? _phrases;

    public ToolSchema(AIFunctionDeclaration tool)
    {
        Name = tool.Name;
        Description = tool.Description ?? "";
        Slots = Read(tool.JsonSchema);
        Schema = tool.JsonSchema;
        Words = Local.Words.Topic(Spaced(Name));
    }

    public string Name { get; }

    public string Description { get; }

    public JsonElement Schema { get; }

    public IReadOnlyList<ToolSlot> Slots { get; }

    /// <summary>Words of the name, which say most.</summary>
    public HashSet<string> Words { get; }

    /// <summary>Words of name, description and values.</summary>
    public HashSet<string> AllWords =>
        _words ??= Local.Words.Topic(
            $"{Spaced(Name)} {Description} {string.Join(' ', Slots.Select(slot => $"{Spaced(slot.Name)} {string.Join(' ', slot.Values)}"))}"
        );

    /// <summary>What the embedder compares with a request.</summary>
    public string Gist =>
        Description.Length > 0 ? $"{Spaced(Name)}: {Clipped(Description)}" : Spaced(Name);

    /// <summary>What somebody might say who wants this tool, made from its name, description and arguments.</summary>
    public string[] Phrases => _phrases ??= [.. Said().Distinct()];

    private IEnumerable<string> Said()
    {
        var name = Spaced(Name).Trim();
        yield return name;
        if (Description.Length > 0)
        {
            var what = Sentences.Of(Clipped(Description))[0].TrimEnd('.');
            yield return what;
            yield return $"please {char.ToLowerInvariant(what[0])}{what[1..]}";
        }
        var required = Slots
            .Where(slot => slot.IsRequired)
            .Select(slot => Spaced(slot.Name).Trim());
        yield return $"{name} {string.Join(' ', required)}";
    }

    /// <summary>A search over something, asked with one query.</summary>
    public bool IsSearch =>
        Slots.Count(slot => slot is { IsRequired: true }) <= 1
        && Slots.Any(slot =>
            slot.Type == "string"
            && slot.IsNamed("query", "q", "question", "search", "keywords", "text", "term")
        )
        && (
            Words.Contains("search")
            || Words.Contains("lookup")
            || Words.Contains("retriev")
            || Words.Contains("find")
            || Words.Contains("query")
        );

    public bool IsCalculator =>
        (
            Words.Contains("calculator")
            || Words.Contains("calculat")
            || Words.Contains("math")
            || Words.Contains("arithmetic")
            || Words.Contains("calc")
            || Words.Contains("evaluat")
        )
        && Slots.Any(slot =>
            slot.Type == "string"
            && slot.IsNamed(
                "expression",
                "input",
                "query",
                "formula",
                "calculation",
                "equation",
                "expr",
                "text"
            )
        );

    /// <summary>"get_weatherForecast" as words.</summary>
    public static string Spaced(string name)
    {
        var spaced = new System.Text.StringBuilder(name.Length + 8);
        for (var i = 0; i < name.Length; i++)
        {
            if (char.IsUpper(name[i]) && i > 0 && char.IsLower(name[i - 1]))
            {
                spaced.Append(' ');
            }
            spaced.Append(char.IsLetterOrDigit(name[i]) ? char.ToLowerInvariant(name[i]) : ' ');
        }
        return spaced.ToString();
    }

    public static List<ToolSlot> Read(JsonElement schema)
    {
        var slots = new List<ToolSlot>();
        if (
            schema.ValueKind != JsonValueKind.Object
            || !schema.TryGetProperty("properties", out var properties)
            || properties.ValueKind != JsonValueKind.Object
        )
        {
            return slots;
        }
        var required =
            schema.TryGetProperty("required", out var names)
            && names.ValueKind == JsonValueKind.Array
                ? names
                    .EnumerateArray()
                    .Where(name => name.ValueKind == JsonValueKind.String)
                    .Select(name => name.GetString()!)
                    .ToHashSet(StringComparer.Ordinal)
                : [];
        foreach (var property in properties.EnumerateObject())
        {
            var shape = property.Value.ValueKind == JsonValueKind.Object ? property.Value : default;
            slots.Add(
                new ToolSlot(
                    property.Name,
                    TypeOf(shape),
                    Text(shape, "description"),
                    Text(shape, "format"),
                    ValuesOf(shape),
                    shape,
                    required.Contains(property.Name)
                )
            );
        }
        return slots;
    }

    public static string TypeOf(JsonElement shape)
    {
        if (shape.ValueKind != JsonValueKind.Object || !shape.TryGetProperty("type", out var type))
        {
            return "string";
        }
        return type.ValueKind switch
        {
            JsonValueKind.String => type.GetString()!,
            JsonValueKind.Array => type.EnumerateArray()
                .Select(each => each.ToString())
                .FirstOrDefault(each => each != "null")
                ?? "string",
            _ => "string",
        };
    }

    private static string Text(JsonElement shape, string name) =>
        shape.ValueKind == JsonValueKind.Object
        && shape.TryGetProperty(name, out var text)
        && text.ValueKind == JsonValueKind.String
            ? text.GetString()!
            : "";

    public static List<string> ValuesOf(JsonElement shape) =>
        shape.ValueKind == JsonValueKind.Object
        && shape.TryGetProperty("enum", out var values)
        && values.ValueKind == JsonValueKind.Array
            ?
            [
                .. values
                    .EnumerateArray()
                    .Where(value => value.ValueKind == JsonValueKind.String)
                    .Select(value => value.GetString()!),
            ]
            : [];

    private static string Clipped(string text) => text.CutTo(300);
}
