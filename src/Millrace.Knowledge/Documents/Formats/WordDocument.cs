using System.Globalization;

namespace Millrace.Knowledge.Documents.Formats;

/// <summary>DOCX: headings by their styles, lists, tables, and the notes behind them.</summary>
internal static class WordDocument
{
    private const int LongestChain = 20;

    public static async IAsyncEnumerable<Piece> ReadAsync(Source source, Reading reading)
    {
        using var content = new MemoryStream(await source.ReadAllAsync(reading.Cancellation));
        using var package = new OfficePackage(content, reading);
        var main = package.Main;
        var references = package.References(main);
        var levels = HeadingLevels(package, references);
        var parts = references
            .Where(reference => reference.Type is "footnotes" or "endnotes")
            .Select(reference => reference.Target)
            .Where(package.Has)
            .Prepend(main);
        foreach (var part in parts)
        {
            using var xml = package.OpenXml(part);
            foreach (
                var piece in new OfficeText(xml, (marks, text) => Place(marks, text, levels)).Read()
            )
                yield return piece;
        }
    }

    private static Piece Place(ParagraphMarks marks, string text, Dictionary<string, int> levels)
    {
        if (marks.OutlineLevel is >= 0 and < 9 and var outline)
            return Piece.Heading(text, outline + 1);
        if (marks.Style is not null && levels.TryGetValue(marks.Style, out var level))
            return Piece.Heading(text, level);
        return marks.IsListItem && text.Length > 0
            ? new Piece(BlockKind.ListItem, $"- {text}")
            : Piece.Paragraph(text);
    }

    /// <summary>The styles that are headings, by what they say themselves or what they are based on.</summary>
    private static Dictionary<string, int> HeadingLevels(
        OfficePackage package,
        List<OfficePackage.Reference> references
    )
    {
        var styles = Styles(package, references);
        var levels = new Dictionary<string, int>();
        foreach (var id in styles.Keys)
        {
            var style = styles[id];
            for (var step = 0; step < LongestChain && style is not null; step++)
            {
                if (style.Level is { } level)
                {
                    levels[id] = level;
                    break;
                }
                style = style.Base is null ? null : styles.GetValueOrDefault(style.Base);
            }
        }
        return levels;
    }

    private static Dictionary<string, Style> Styles(
        OfficePackage package,
        List<OfficePackage.Reference> references
    )
    {
        var styles = new Dictionary<string, Style>();
        var part = references.Find(reference => reference.Type == "styles")?.Target;
        if (part is null || !package.Has(part))
            return styles;
        using var xml = package.OpenXml(part);
        Style? style = null;
        while (xml.Read())
        {
            if (xml.Xml.NodeType != System.Xml.XmlNodeType.Element)
                continue;
            switch (xml.Name)
            {
                case "style":
                    style = new Style();
                    styles[xml.Attribute("styleId") ?? ""] = style;
                    break;
                case "name" when style is not null:
                    style.Level ??= LevelOfName(xml.Attribute("val") ?? "");
                    break;
                case "basedOn" when style is not null:
                    style.Base = xml.Attribute("val");
                    break;
                case "outlineLvl" when style is not null:
                    if (
                        int.TryParse(xml.Attribute("val"), out var outline)
                        && outline is >= 0 and < 9
                    )
                        style.Level = outline + 1;
                    break;
            }
        }
        return styles;
    }

    private static int? LevelOfName(string name) =>
        name.Equals("title", StringComparison.OrdinalIgnoreCase) ? 1
        : name.StartsWith("heading ", StringComparison.OrdinalIgnoreCase)
        && int.TryParse(name.AsSpan(8), CultureInfo.InvariantCulture, out var level)
            ? Math.Clamp(level, 1, 9)
        : null;

    private sealed class Style
    {
        public int? Level { get; set; }

        public string? Base { get; set; }
    }
}
