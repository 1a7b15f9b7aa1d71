using System.Globalization;

namespace Millrace.Models.Local;

/// <summary>Dates as a shape writes them.</summary>
internal static class ShapeDates
{
    public static bool IsMeantBy(ToolSlot slot) =>
        slot.Format is "date" or "date-time"
        || slot.IsNamed("date", "day", "deadline", "due", "birthday", "birthdate", "when");

    public static string? Find(ToolSlot slot, string text)
    {
        var today = DateOnly.MinValue;
        var found = DatePhrases.Find(text, today).FirstOrDefault(date => date.Date.Year > 1);
        return found is null ? null
            : slot.Format == "date-time"
                ? $"{Iso(found.Date)}T{DatePhrases.TimeOfDay(text) ?? default:HH\\:mm}:00Z"
            : Iso(found.Date);
    }

    /// <summary>The dates of a text that are whole, with their year.</summary>
    public static IEnumerable<string> Whole(string text) =>
        DatePhrases
            .Find(text, default)
            .Where(date => date.HasYear && date.Date.Year > 1)
            .Select(date => Iso(date.Date));

    private static string Iso(DateOnly date) =>
        date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
