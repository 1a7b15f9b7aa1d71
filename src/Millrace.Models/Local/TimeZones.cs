using System.Collections.Frozen;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Millrace.Models.Local;

/// <summary>Finds a time zone of the system's database by its id, a city, a common abbreviation or an offset.</summary>
internal static partial class TimeZones
{
    private static readonly string[] Regions =
    [
        "Europe",
        "America",
        "Asia",
        "Africa",
        "Australia",
        "Pacific",
        "Atlantic",
        "Indian",
        "America/Argentina",
        "America/Indiana",
    ];

    // Places that people name and the database does not.
    private static readonly FrozenDictionary<string, string> Places = new Dictionary<
        string,
        string
    >(StringComparer.OrdinalIgnoreCase)
    {
        ["gmt"] = "Etc/UTC",
        ["utc"] = "Etc/UTC",
        ["z"] = "Etc/UTC",
        ["cet"] = "Europe/Paris",
        ["cest"] = "Europe/Paris",
        ["bst"] = "Europe/London",
        ["est"] = "America/New_York",
        ["edt"] = "America/New_York",
        ["et"] = "America/New_York",
        ["cst"] = "America/Chicago",
        ["mst"] = "America/Denver",
        ["pst"] = "America/Los_Angeles",
        ["pdt"] = "America/Los_Angeles",
        ["pt"] = "America/Los_Angeles",
        ["jst"] = "Asia/Tokyo",
        ["ist"] = "Asia/Kolkata",
        ["san francisco"] = "America/Los_Angeles",
        ["seattle"] = "America/Los_Angeles",
        ["las vegas"] = "America/Los_Angeles",
        ["california"] = "America/Los_Angeles",
        ["boston"] = "America/New_York",
        ["washington"] = "America/New_York",
        ["miami"] = "America/New_York",
        ["nyc"] = "America/New_York",
        ["houston"] = "America/Chicago",
        ["texas"] = "America/Chicago",
        ["beijing"] = "Asia/Shanghai",
        ["china"] = "Asia/Shanghai",
        ["delhi"] = "Asia/Kolkata",
        ["new delhi"] = "Asia/Kolkata",
        ["mumbai"] = "Asia/Kolkata",
        ["bangalore"] = "Asia/Kolkata",
        ["india"] = "Asia/Kolkata",
        ["japan"] = "Asia/Tokyo",
        ["korea"] = "Asia/Seoul",
        ["geneva"] = "Europe/Zurich",
        ["munich"] = "Europe/Berlin",
        ["hamburg"] = "Europe/Berlin",
        ["frankfurt"] = "Europe/Berlin",
        ["germany"] = "Europe/Berlin",
        ["france"] = "Europe/Paris",
        ["barcelona"] = "Europe/Madrid",
        ["spain"] = "Europe/Madrid",
        ["milan"] = "Europe/Rome",
        ["italy"] = "Europe/Rome",
        ["uk"] = "Europe/London",
        ["england"] = "Europe/London",
        ["croatia"] = "Europe/Zagreb",
        ["split"] = "Europe/Zagreb",
        ["austria"] = "Europe/Vienna",
        ["switzerland"] = "Europe/Zurich",
        ["poland"] = "Europe/Warsaw",
        ["hawaii"] = "Pacific/Honolulu",
        ["abu dhabi"] = "Asia/Dubai",
        ["tel aviv"] = "Asia/Jerusalem",
        ["rio de janeiro"] = "America/Sao_Paulo",
        ["cape town"] = "Africa/Johannesburg",
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>The zone that a name means, or null when the database has none.</summary>
    public static TimeZoneInfo? Find(string name)
    {
        var plain = name.Trim(' ', '.', '?', '!', ',');
        if (plain.Length is 0 or > 40 || !Allowed().IsMatch(plain))
        {
            return null;
        }
        if (Offset().Match(plain) is { Success: true } offset)
        {
            return FromOffset(offset);
        }
        if (Places.TryGetValue(plain, out var id))
        {
            return TimeZoneInfo.TryFindSystemTimeZoneById(id, out var known) ? known : null;
        }
        var city = string.Join(
            '_',
            plain.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Capitalised)
        );
        IEnumerable<string> ids = plain.Contains('/', StringComparison.Ordinal)
            ? [plain, string.Join('/', city.Split('/').Select(Capitalised))]
            : Regions.Select(region => $"{region}/{city}");
        foreach (var candidate in ids)
        {
            if (TimeZoneInfo.TryFindSystemTimeZoneById(candidate, out var zone))
            {
                return zone;
            }
        }
        return null;
    }

    private static TimeZoneInfo? FromOffset(Match offset)
    {
        var hours = int.Parse(offset.Groups["h"].ValueSpan, CultureInfo.InvariantCulture);
        var minutes = offset.Groups["m"].Success
            ? int.Parse(offset.Groups["m"].ValueSpan, CultureInfo.InvariantCulture)
            : 0;
        if (hours > 14 || minutes > 59 || (hours == 14 && minutes > 0))
        {
            return null;
        }
        var span = new TimeSpan(hours, minutes, 0) * (offset.Groups["sign"].Value == "+" ? 1 : -1);
        var name =
            $"UTC{offset.Groups["sign"].Value}{hours}{(minutes > 0 ? $":{minutes:00}" : "")}";
        return TimeZoneInfo.CreateCustomTimeZone(name, span, name, name);
    }

    private static string Capitalised(string word) => char.ToUpperInvariant(word[0]) + word[1..];

    // Letters only, so that a name can't walk the database's folder.
    [GeneratedRegex(
        @"^[A-Za-z][A-Za-z_ -]*(?:/[A-Za-z][A-Za-z_-]*){0,2}$|^(?:utc|gmt)?[+-]\d{1,2}(?::?\d{2})?$",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex Allowed();

    [GeneratedRegex(
        @"^(?:utc|gmt)?(?<sign>[+-])(?<h>\d{1,2})(?::?(?<m>\d{2}))?$",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex Offset();
}
