using Millrace.Core.Text;

namespace Millrace.Knowledge.Search;

/// <summary>The part of a chunk that shows why it was found.</summary>
/// <param name="Highlights">Where words of the question stand in the text: begin and end, in UTF-16 code units.</param>
public sealed record Snippet(string Text, IReadOnlyList<(int Start, int End)> Highlights)
{
    private const int Length = 280;
    private const int Lead = 60;

    /// <summary>The stretch with the most different words of the question.</summary>
    internal static Snippet Of(string text, IReadOnlySet<string> words)
    {
        var found = Terms.Of(text).Where(term => words.Contains(term.Key)).ToList();
        var best = 0;
        var most = 0;
        for (var i = 0; i < found.Count; i++)
        {
            var end = found[i].Start + Length - Lead;
            var different = found
                .Skip(i)
                .TakeWhile(term => term.Start + term.Length <= end)
                .DistinctBy(term => term.Key, StringComparer.Ordinal)
                .Count();
            if (different > most)
                (best, most) = (i, different);
        }
        var from =
            found.Count == 0
                ? 0
                : AfterSpace(text, Math.Max(0, found[best].Start - Lead), found[best].Start);
        var to = BeforeSpace(text, from, Math.Min(text.Length, from + Length));
        return new Snippet(
            text[from..to],
            [
                .. found
                    .Where(term => term.Start >= from && term.Start + term.Length <= to)
                    .Select(term => (term.Start - from, term.Start + term.Length - from)),
            ]
        );
    }

    private static int AfterSpace(string text, int at, int latest)
    {
        if (at == 0)
            return 0;
        while (at < latest && !char.IsWhiteSpace(text[at - 1]))
            at++;
        return at;
    }

    private static int BeforeSpace(string text, int from, int at)
    {
        if (at == text.Length)
            return at;
        var end = at;
        while (end > from && !char.IsWhiteSpace(text[end]))
            end--;
        if (end > from)
            return end;
        // A text without spaces is cut anywhere but within a character.
        return char.IsLowSurrogate(text[at]) ? at - 1 : at;
    }
}
