using System.Text.RegularExpressions;

namespace Millrace.Models.Local;

/// <summary>Parts a text into one source per thing that it lists, for an array of objects.</summary>
internal static partial class ShapeSegments
{
    public static IEnumerable<ShapeSource> Of(
        ShapeSource source,
        IReadOnlyList<ToolSlot> properties
    )
    {
        var hasName = properties.Any(property =>
            property.IsNamed("name", "person", "who", "title", "item", "product")
        );
        foreach (
            var sentence in Sentences.Of(source.Text).Where(sentence => !Order().IsMatch(sentence))
        )
        {
            foreach (var piece in hasName ? AtNames(sentence) : [sentence])
            {
                var segment = ShapeSource.Of(piece);
                var probe = ShapeSource.Of(piece);
                if (properties.Any(property => Knows(probe, property)))
                {
                    yield return segment;
                }
            }
        }
    }

    private static bool Knows(ShapeSource source, ToolSlot property) =>
        property.Type switch
        {
            "number" or "integer" => ShapeNumbers.Find(property, source) is not null,
            "string" when property.Values.Count > 0 => ShapeChoices.Find(property, source)
                is not null,
            "string" => ShapeStrings.Find(property, source) is { Length: > 0 },
            _ => false,
        };

    private static IEnumerable<string> AtNames(string sentence)
    {
        var starts = ShapeNames.People(sentence).Select(name => name.At).ToList();
        if (starts.Count < 2)
        {
            return [sentence];
        }
        return starts.Select(
            (at, i) => sentence[at..(i + 1 < starts.Count ? starts[i + 1] : sentence.Length)]
        );
    }

    [GeneratedRegex(
        @"\b(?:extract|return|json|list|give me|fill)\b.*$",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex Order();
}
