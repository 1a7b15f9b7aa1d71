using System.Text;
using System.Xml;

namespace Millrace.Knowledge.Documents.Formats;

/// <summary>XLSX: a heading and a table per sheet. Rows are read as they come; cells show their last calculated value.</summary>
internal static class Workbook
{
    public static async IAsyncEnumerable<Piece> ReadAsync(Source source, Reading reading)
    {
        using var content = new MemoryStream(await source.ReadAllAsync(reading.Cancellation));
        using var package = new OfficePackage(content, reading);
        var main = package.Main;
        var references = package.References(main);
        var texts = SharedTexts(package, Target(references, "sharedStrings"), reading);
        var dates = new CellDates(package, Target(references, "styles"));
        foreach (var (name, part) in Sheets(package, main, references))
        {
            yield return Piece.Heading(name, 1);
            var isFirst = true;
            using var xml = package.OpenXml(part);
            foreach (var cells in new SheetRows(xml, texts, dates).Read())
            {
                yield return Piece.Row(cells, isFirst && DelimitedText.IsHeader(cells));
                isFirst = false;
            }
        }
    }

    private static string? Target(List<OfficePackage.Reference> references, string type) =>
        references.Find(reference => reference.Type == type)?.Target;

    private static List<(string Name, string Part)> Sheets(
        OfficePackage package,
        string main,
        List<OfficePackage.Reference> references
    )
    {
        var sheets = new List<(string, string)>();
        using var xml = package.OpenXml(main);
        while (xml.Read())
        {
            if (xml.Name != "sheet" || !xml.Xml.IsStartElement())
                continue;
            var id = xml.Xml.GetAttribute("r:id");
            var part = references.Find(reference =>
                reference.Id == id && reference.Type == "worksheet"
            );
            if (part is not null && package.Has(part.Target))
                sheets.Add((xml.Attribute("name") ?? "", part.Target));
        }
        return sheets;
    }

    /// <summary>The texts that cells name by number.</summary>
    private static List<string> SharedTexts(OfficePackage package, string? part, Reading reading)
    {
        var texts = new List<string>();
        if (part is null || !package.Has(part))
            return texts;
        using var xml = package.OpenXml(part);
        var text = new StringBuilder();
        long characters = 0;
        var isPhonetic = false;
        while (xml.Read())
        {
            if (xml.Name == "rPh")
                isPhonetic = xml.Xml.NodeType == XmlNodeType.Element && !xml.Xml.IsEmptyElement;
            else if (xml.Name == "si" && xml.Xml.NodeType == XmlNodeType.Element)
                text.Clear();
            else if (xml.IsText && !isPhonetic)
                xml.AppendText(text);
            if (xml.Name != "si" || (xml.Xml.IsStartElement() && !xml.Xml.IsEmptyElement))
                continue;
            texts.Add(text.ToString());
            // Each entry takes memory even when it is empty.
            characters += text.Length + 16;
            if (characters > reading.Options.MaxCharacters * 4L)
                throw new UnreadableDocument(
                    DocumentFault.TooMuchText,
                    $"It has more than {reading.Options.MaxCharacters} characters of text."
                );
        }
        return texts;
    }
}
