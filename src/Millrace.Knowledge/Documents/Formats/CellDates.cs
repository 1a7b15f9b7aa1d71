using System.Globalization;
using System.Xml;

namespace Millrace.Knowledge.Documents.Formats;

/// <summary>Tells the cells that show a day or a time from plain numbers, by their formats, and writes them as ISO 8601.</summary>
internal sealed class CellDates
{
    private const double LastDay = 2_958_465;

    private readonly List<bool> _isDate = [];

    public CellDates(OfficePackage package, string? styles)
    {
        if (styles is null || !package.Has(styles))
            return;
        var own = new Dictionary<string, bool>();
        var isInCells = false;
        using var xml = package.OpenXml(styles);
        while (xml.Read())
        {
            if (xml.Name == "cellXfs")
                isInCells = xml.Xml.NodeType == XmlNodeType.Element && !xml.Xml.IsEmptyElement;
            if (xml.Xml.NodeType != XmlNodeType.Element)
                continue;
            if (xml.Name == "numFmt")
                own[xml.Attribute("numFmtId") ?? ""] = ShowsDate(xml.Attribute("formatCode") ?? "");
            else if (xml.Name == "xf" && isInCells)
                _isDate.Add(IsDate(xml.Attribute("numFmtId") ?? "0", own));
        }
    }

    public string Text(string value, string? style)
    {
        var isDate =
            int.TryParse(style, CultureInfo.InvariantCulture, out var index)
            && index >= 0
            && index < _isDate.Count
            && _isDate[index];
        if (
            !isDate
            || !double.TryParse(value, CultureInfo.InvariantCulture, out var days)
            || days is < 0 or > LastDay
        )
            return value;
        var moment = DateTime.FromOADate(days);
        return days < 1 ? moment.ToString("HH:mm:ss", CultureInfo.InvariantCulture)
            : moment.TimeOfDay == TimeSpan.Zero
                ? moment.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)
            : moment.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
    }

    private static bool IsDate(string id, Dictionary<string, bool> own) =>
        own.TryGetValue(id, out var isDate)
            ? isDate
            // The formats that every program knows by number.
            : int.TryParse(id, CultureInfo.InvariantCulture, out var number)
                && number
                    is (>= 14 and <= 22)
                        or (>= 27 and <= 36)
                        or (>= 45 and <= 47)
                        or (>= 50 and <= 58);

    /// <summary>Letters of day, month, year, hour or second outside quoted text and brackets.</summary>
    private static bool ShowsDate(string format)
    {
        var (isQuoted, isBracketed) = (false, false);
        foreach (var letter in format)
        {
            if (letter == '"')
                isQuoted = !isQuoted;
            else if (letter is '[' or ']')
                isBracketed = letter == '[';
            else if (!isQuoted && !isBracketed && letter is 'y' or 'd' or 'h' or 'Y' or 'D' or 'H')
                return true;
        }
        return false;
    }
}
