using System.Globalization;
using System.Text;

namespace Millrace.Knowledge.Documents.Formats;

/// <summary>Values separated by commas, tabs or the like: one row after another, the first one being the header if it names.</summary>
internal static class DelimitedText
{
    private const int HeadCharacters = 64 * 1024;

    public static async IAsyncEnumerable<Piece> ReadAsync(Source source, Reading reading)
    {
        var encoding = await TextEncoding.DetectAsync(source.Content, reading.Cancellation);
        source.Content.Position = 0;
        using var text = new StreamReader(
            source.Content,
            encoding ?? Encoding.UTF8,
            detectEncodingFromByteOrderMarks: true,
            bufferSize: 32 * 1024,
            leaveOpen: true
        );
        var buffer = new char[HeadCharacters];
        var count = await text.ReadBlockAsync(buffer, reading.Cancellation);
        var head = new string(buffer, 0, count);
        var delimiter =
            TextRecognition.Delimiter(head, count == buffer.Length, isExpected: true) ?? ',';
        var records = new DelimitedRecords(delimiter);
        var isFirst = true;
        while (true)
        {
            reading.Check();
            if (count > 0)
                records.Feed(buffer.AsSpan(0, count));
            else
                records.Finish();
            foreach (var cells in records.Take())
            {
                yield return Piece.Row(cells, isFirst && IsHeader(cells));
                isFirst = false;
            }
            if (count == 0)
                yield break;
            count = await text.ReadBlockAsync(buffer, reading.Cancellation);
        }
    }

    /// <summary>Names are different words; values are often numbers or missing.</summary>
    public static bool IsHeader(IReadOnlyList<string> cells) =>
        cells.Count > 0
        && cells.All(cell =>
            cell.Length is > 0 and <= 100
            && !double.TryParse(cell, NumberStyles.Any, CultureInfo.InvariantCulture, out _)
        )
        && cells.Distinct(StringComparer.OrdinalIgnoreCase).Count() == cells.Count;
}
