using Millrace.Knowledge.Graph.Extraction;
using Millrace.Knowledge.Graph.Memory;

namespace Millrace.Knowledge.Graph;

/// <summary>Finds out what the object of a relation is after its text was changed.</summary>
internal static class Rewording
{
    /// <summary>What the new text has as the object: by what is read in it, else what stands where the old one stood. Null when it cannot be told.</summary>
    /// <param name="fact">With the new text, and the relation of before.</param>
    public static string? ObjectOf(FactView fact, string before, Reading reading)
    {
        if (fact is not { Predicate: { } predicate, Object: { } old })
            return null;
        var claim = reading.Claims.FirstOrDefault(claim =>
            !claim.Ends && claim.Predicate == predicate
        );
        return claim?.Value
            ?? claim?.Object.Name
            ?? SaidReader
                .ReadSentence(fact.Text)
                ?.Slots.FirstOrDefault(slot => Predicates.Of(slot.Predicate) == predicate)
                ?.Value
            ?? InPlaceOf(old, before, fact.Text)
            ?? (fact.Text.Contains(old, StringComparison.OrdinalIgnoreCase) ? old : null);
    }

    private static string? InPlaceOf(string old, string before, string text)
    {
        var at = before.IndexOf(old, StringComparison.OrdinalIgnoreCase);
        if (at < 0)
            return null;
        var (start, end) = (before[..at], before[(at + old.Length)..]);
        if (
            start.Length + end.Length == 0
            || text.Length < start.Length + end.Length
            || !text.StartsWith(start, StringComparison.OrdinalIgnoreCase)
            || !text.EndsWith(end, StringComparison.OrdinalIgnoreCase)
        )
            return null;
        var other = text[start.Length..^end.Length].Trim();
        return other.Length > 0 ? other : null;
    }
}
