using System.Text.Json;
using System.Text.RegularExpressions;
using Millrace.Core.Text;

namespace Millrace.Models.Local;

/// <summary>Parts what a request hands over into the sentences and values that can be quoted.</summary>
internal static partial class Quotables
{
    private const int LongestSource = 400_000;
    private const int LongestHeading = 80;

    /// <summary>The sources of a request in the order in which they are trusted to answer.</summary>
    public static IEnumerable<RecalledPart> SourcesOf(Request request)
    {
        if (request.Handed is { } handed)
        {
            yield return RecalledPart.Document("the text you gave", handed);
        }
        foreach (var part in request.Recalled)
        {
            if (part.Kind is RecalledKind.Document or RecalledKind.Context)
            {
                yield return part;
            }
        }
    }

    /// <summary>
    /// The sentences of a source, each with the heading that it stands under; JSON becomes one "path: value" for each
    /// value.
    /// </summary>
    public static IEnumerable<Quotable> Split(RecalledPart part)
    {
        var text = part.Text.CutTo(LongestSource);
        if (Flattened(text) is { } values)
            return values.Select(value => new Quotable(part, value));
        return part.Kind == RecalledKind.Document
            ? UnderHeadings(part, text)
            : Sentences.Of(text).Select(sentence => new Quotable(part, sentence));
    }

    private static IEnumerable<Quotable> UnderHeadings(RecalledPart part, string text)
    {
        var lines = text.Split(
            '\n',
            StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries
        );
        var heading = "";
        for (var i = 0; i < lines.Length; i++)
        {
            if (i + 1 < lines.Length && IsHeading(lines[i], lines[i + 1]))
            {
                heading = lines[i];
                continue;
            }
            foreach (var sentence in Sentences.Of(lines[i]))
                yield return new Quotable(part, sentence) { Heading = heading };
        }
    }

    // A short line that is no sentence, or a question, in front of a sentence says what that is about and nothing else.
    private static bool IsHeading(string line, string next) =>
        line.Length <= LongestHeading
        && (line[^1] == '?' || !char.IsPunctuation(line[^1]))
        && (char.IsLetterOrDigit(line[0]) || line[0] == '#')
        && next.Length > line.Length
        && next[^1] is ('.' or '!' or ':' or ';');

    /// <summary>The values of a JSON object or array as "path: value", or null when the text is no such thing.</summary>
    public static List<string>? Flattened(string text)
    {
        var trimmed = text.AsSpan().Trim();
        if (trimmed.Length == 0 || trimmed[0] is not ('{' or '['))
        {
            return null;
        }
        try
        {
            using var json = JsonDocument.Parse(text);
            var lines = new List<string>();
            Flatten(json.RootElement, "", lines);
            return lines;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static void Flatten(JsonElement element, string path, List<string> lines)
    {
        if (element.ValueKind == JsonValueKind.Object)
        {
            foreach (var property in element.EnumerateObject())
            {
                Flatten(
                    property.Value,
                    path.Length == 0 ? Spaced(property.Name) : $"{path} {Spaced(property.Name)}",
                    lines
                );
            }
        }
        else if (element.ValueKind == JsonValueKind.Array)
        {
            var plain = element
                .EnumerateArray()
                .All(each => each.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array));
            if (plain)
            {
                lines.Add(
                    Line(
                        path,
                        string.Join(", ", element.EnumerateArray().Select(each => each.ToString()))
                    )
                );
                return;
            }
            foreach (var each in element.EnumerateArray())
            {
                Flatten(each, path, lines);
            }
        }
        else if (element.ValueKind != JsonValueKind.Null)
        {
            lines.Add(Line(path, element.ToString()));
        }
    }

    private static string Line(string path, string value) =>
        path.Length == 0 ? value : $"{path}: {value}";

    private static string Spaced(string name) => WordEdge().Replace(name, " ").ToLowerInvariant();

    [GeneratedRegex(@"[_\-\s.]+|(?<=[a-z0-9])(?=[A-Z])", RegexOptions.None, 1000)]
    private static partial Regex WordEdge();
}
