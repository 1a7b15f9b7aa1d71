using System.Text;
using System.Xml;

namespace Millrace.Knowledge.Documents.Formats;

/// <summary>XML of any kind: a paragraph per element that holds values.</summary>
internal static class XmlText
{
    private const int LongText = 4_000;

    public static async IAsyncEnumerable<Piece> ReadAsync(Source source, Reading reading)
    {
        using var content = new MemoryStream(await source.ReadAllAsync(reading.Cancellation));
        using var xml = new BoundedXml(content, reading);
        var lines = new RecordLines();
        var text = new StringBuilder();
        // An element without elements inside is a value of the record around it.
        string? leaf = null;
        while (xml.Read())
        {
            if (xml.Xml.NodeType == XmlNodeType.Element)
            {
                if (leaf is not null)
                    lines.Enter($".{leaf}");
                TakeText(lines, null, text);
                leaf = Open(xml.Xml, lines);
            }
            else if (xml.IsText)
            {
                xml.AppendText(text);
                if (text.Length > LongText)
                    TakeText(lines, leaf, text);
            }
            else if (xml.Xml.NodeType == XmlNodeType.EndElement)
            {
                TakeText(lines, leaf, text);
                if (leaf is null)
                    lines.Leave();
                leaf = null;
            }
            foreach (var piece in lines.Take())
                yield return piece;
        }
    }

    /// <summary>Enters an element that has attributes; the name of one that hasn't, and isn't empty.</summary>
    private static string? Open(XmlReader xml, RecordLines lines)
    {
        var (name, isEmpty) = (xml.LocalName, xml.IsEmptyElement);
        var hasValues = false;
        while (xml.MoveToNextAttribute())
        {
            if (xml.Prefix == "xmlns" || xml.LocalName == "xmlns")
                continue;
            if (!hasValues)
                lines.Enter($".{name}");
            hasValues = true;
            lines.Value(xml.LocalName, xml.Value);
        }
        xml.MoveToElement();
        if (isEmpty && hasValues)
            lines.Leave();
        return isEmpty || hasValues ? null : name;
    }

    private static void TakeText(RecordLines lines, string? name, StringBuilder text)
    {
        lines.Value(name, text.ToString());
        text.Clear();
    }
}
