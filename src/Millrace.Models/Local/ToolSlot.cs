using System.Text.Json;

namespace Millrace.Models.Local;

/// <summary>One argument of a tool, as its JSON schema describes it.</summary>
internal sealed record ToolSlot(
    string Name,
    string Type,
    string Description,
    string Format,
    IReadOnlyList<string> Values,
    JsonElement Schema,
    bool IsRequired
)
{
    private HashSet<string>? _words;

    /// <summary>Words that speak of the argument.</summary>
    public HashSet<string> Words =>
        _words ??= Local.Words.Topic($"{ToolSchema.Spaced(Name)} {Description}");

    public bool IsNumber => Type is "number" or "integer";

    public bool IsDate =>
        Format is "date" or "date-time"
        || IsNamed("date", "day", "deadline", "due", "start", "end", "datetime", "when")
            && !IsNamed("time");

    public bool IsPlace =>
        Type == "string"
        && IsNamed(
            "city",
            "location",
            "place",
            "town",
            "where",
            "country",
            "region",
            "origin",
            "destination",
            "address",
            "pickup",
            "room",
            "venue"
        );

    /// <summary>Only text of a certain form can fill it, unlike free text.</summary>
    public bool IsOfOwnForm =>
        IsNumber
        || Values.Count > 0
        || Format.Length > 0
        || IsPlace
        || IsNamed("currency", "email", "url", "id", "phone", "expression", "language");

    public bool IsNamed(params ReadOnlySpan<string> names)
    {
        var spaced = $" {ToolSchema.Spaced(Name)} ";
        foreach (var name in names)
        {
            if (spaced.Contains($" {name} ", StringComparison.Ordinal))
            {
                return true;
            }
        }
        return false;
    }
}
