using System.Globalization;
using System.Text;
using System.Xml;

namespace Millrace.Knowledge.Documents.Formats;

/// <summary>
/// Poppler's layout of pages (<c>-bbox-layout</c>): blocks of lines of words, in reading order. A block becomes a
/// paragraph; a short one in clearly larger letters than the pages' usual ones becomes a heading.
/// </summary>
internal static class PdfLayout
{
    private const double HeadingGrowth = 1.15;
    private const double TopHeadingGrowth = 1.6;
    private const int HeadingWords = 16;
    private const int HeadingLines = 3;

    public static List<List<Piece>> Read(ReadOnlyMemory<byte> layout, Reading reading)
    {
        var pages = Pages(layout, reading);
        var usual = UsualHeight(pages);
        return
        [
            .. pages.Select(page =>
                page.Select(block => ToPiece(block, usual))
                    .Where(piece => piece.Text.Length > 0)
                    .ToList()
            ),
        ];
    }

    private static List<List<PdfBlock>> Pages(ReadOnlyMemory<byte> layout, Reading reading)
    {
        var pages = new List<List<PdfBlock>>();
        using var stream = new MemoryStream(WithoutControls(layout));
        // The document type is poppler's own, and declares nothing.
        using var xml = XmlReader.Create(
            stream,
            new XmlReaderSettings
            {
                DtdProcessing = DtdProcessing.Ignore,
                XmlResolver = null,
                CheckCharacters = false,
            }
        );
        while (xml.Read())
        {
            if (xml.NodeType != XmlNodeType.Element)
                continue;
            reading.Check();
            switch (xml.LocalName)
            {
                case "page":
                    pages.Add([]);
                    break;
                case "block":
                    pages[^1].Add(new PdfBlock());
                    break;
                case "line":
                    pages[^1][^1].Lines.Add([]);
                    break;
                case "word":
                    var height = Number(xml, "yMax") - Number(xml, "yMin");
                    pages[^1][^1].Add(xml.ReadElementContentAsString(), height);
                    break;
            }
        }
        return pages;
    }

    private static double Number(XmlReader xml, string name) =>
        double.TryParse(xml.GetAttribute(name), CultureInfo.InvariantCulture, out var value)
            ? value
            : 0;

    /// <summary>Poppler writes characters as the PDF has them; XML knows none below the space but three.</summary>
    private static byte[] WithoutControls(ReadOnlyMemory<byte> layout)
    {
        var bytes = layout.ToArray();
        foreach (ref var value in bytes.AsSpan())
        {
            if (value < 32 && value is not (9 or 10 or 13))
                value = 32;
        }
        return bytes;
    }

    /// <summary>The height of the line that the middle letter stands in.</summary>
    private static double UsualHeight(List<List<PdfBlock>> pages)
    {
        var blocks = pages.SelectMany(page => page).OrderBy(block => block.Height).ToList();
        var half = blocks.Sum(block => (long)block.Letters) / 2;
        foreach (var block in blocks)
        {
            half -= block.Letters;
            if (half <= 0)
                return block.Height;
        }
        return 0;
    }

    private static Piece ToPiece(PdfBlock block, double usual)
    {
        var text = block.Text();
        var isHeading =
            usual > 0
            && block.Height >= usual * HeadingGrowth
            && block.Lines.Count <= HeadingLines
            && block.Words <= HeadingWords
            && text.Any(char.IsLetter);
        if (!isHeading)
            return Piece.Paragraph(text);
        return Piece.Heading(text, block.Height >= usual * TopHeadingGrowth ? 1 : 2);
    }

    private sealed class PdfBlock
    {
        public List<List<string>> Lines { get; } = [];

        public double Height { get; private set; }

        public int Letters { get; private set; }

        public int Words { get; private set; }

        public void Add(string word, double height)
        {
            Lines[^1].Add(word);
            Height = (Height * Letters + height * word.Length) / Math.Max(1, Letters + word.Length);
            Letters += word.Length;
            Words++;
        }

        /// <summary>One line: how wide a column was says nothing. A word that was divided at a line's end is joined.</summary>
        public string Text()
        {
            var text = new StringBuilder();
            foreach (var line in Lines.Where(line => line.Count > 0))
            {
                if (IsDivided(text, line[0]))
                    text.Length--;
                else if (text.Length > 0)
                    text.Append(' ');
                text.AppendJoin(' ', line);
            }
            return text.ToString();
        }

        private static bool IsDivided(StringBuilder text, string next) =>
            text.Length > 2
            && text[^1] is '-' or '\u00ad'
            && char.IsLower(text[^2])
            && char.IsLower(next[0]);
    }
}
