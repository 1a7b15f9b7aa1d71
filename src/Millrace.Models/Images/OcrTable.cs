using System.Globalization;
using System.Text;

namespace Millrace.Models.Images;

/// <summary>Tesseract's table of words (<c>tsv</c>), put back together as text.</summary>
internal static class OcrTable
{
    private const int Columns = 12;

    public static OcrText Read(ReadOnlySpan<byte> table)
    {
        var text = new StringBuilder();
        var (paragraph, line) = ("", "");
        double weighted = 0;
        long letters = 0;
        foreach (var row in Encoding.UTF8.GetString(table).Split('\n').Skip(1))
        {
            // level, page, block, paragraph, line, word, left, top, width, height, confidence, text
            var cells = row.Split('\t', Columns);
            if (
                cells is not ["5", ..]
                || cells.Length < Columns
                || cells[11].Trim() is not { Length: > 0 } word
            )
                continue;
            var thisParagraph = $"{cells[1]}.{cells[2]}.{cells[3]}";
            var thisLine = $"{thisParagraph}.{cells[4]}";
            if (text.Length > 0)
                text.Append(
                    thisLine == line ? " "
                    : thisParagraph == paragraph ? "\n"
                    : "\n\n"
                );
            text.Append(word);
            (paragraph, line) = (thisParagraph, thisLine);
            weighted += double.Parse(cells[10], CultureInfo.InvariantCulture) * word.Length;
            letters += word.Length;
        }
        return new OcrText(text.ToString(), letters == 0 ? 0 : weighted / letters);
    }
}
