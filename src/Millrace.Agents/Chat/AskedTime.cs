using System.Globalization;
using System.Text.RegularExpressions;
using Millrace.Knowledge.Graph;

namespace Millrace.Agents.Chat;

/// <summary>The time that a question is about: "in 2022", "in May 2023", "as of 2024-03-01"; now when it says none.</summary>
internal static partial class AskedTime
{
    public static Moment Of(string message, DateTimeOffset now)
    {
        if (message.Length > 2_000 || Stated().Match(message) is not { Success: true } match)
            return new Moment(now);
        var year = Number(match.Groups["y"]);
        var month = match.Groups["m"] switch
        {
            { Success: false } => 0,
            { ValueSpan: [>= '0' and <= '9', ..] } digits => Number(digits),
            var name => DateTime
                .ParseExact(name.Value[..3], "MMM", CultureInfo.InvariantCulture)
                .Month,
        };
        if (month > 12 || (month is 0 && match.Groups["m"].Success))
            return new Moment(now);
        // In the middle of what is asked about.
        var time = new DateTimeOffset(year, month is 0 ? 7 : month, 1, 0, 0, 0, TimeSpan.Zero);
        if (match.Groups["d"].Success)
            time = time.AddDays(
                Math.Clamp(Number(match.Groups["d"]), 1, DateTime.DaysInMonth(year, month)) - 1
            );
        else if (month > 0)
            time = time.AddDays(14);
        return new Moment(time < now ? time : now);
    }

    private static int Number(Group digits) =>
        int.Parse(digits.ValueSpan, CultureInfo.InvariantCulture);

    [GeneratedRegex(
        @"\b(?:in|on|as of|during|at|back in)\s+(?:(?<y>(?:19|20)\d\d)(?:-(?<m>\d\d)(?:-(?<d>\d\d))?)?\b|(?:(?<d>\d{1,2})\s+)?(?<m>Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\s+(?<y>(?:19|20)\d\d)\b)",
        RegexOptions.IgnoreCase,
        matchTimeoutMilliseconds: 1_000
    )]
    private static partial Regex Stated();
}
