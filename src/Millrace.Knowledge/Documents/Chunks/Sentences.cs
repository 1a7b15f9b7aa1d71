using System.Buffers;

namespace Millrace.Knowledge.Documents.Chunks;

/// <summary>Finds where sentences end, and groups them into what an embedder takes at once.</summary>
public static class Sentences
{
    // A text without full stops still has lines.
    private const int LongWithoutStop = 150;

    private static readonly SearchValues<char> Stops = SearchValues.Create(".!?…。！？\n");
    private static readonly SearchValues<char> Closers = SearchValues.Create("\"'”’)]»");
    private static readonly string[] Abbreviations =
    [
        "mr",
        "mrs",
        "ms",
        "dr",
        "prof",
        "st",
        "vs",
        "e.g",
        "i.e",
        "no",
        "nos",
        "approx",
        "inc",
        "ltd",
        "co",
        "fig",
        "figs",
        "eq",
        "sec",
        "cf",
        "al",
        "vol",
        "pp",
        "jan",
        "feb",
        "mar",
        "apr",
        "jun",
        "jul",
        "aug",
        "sep",
        "sept",
        "oct",
        "nov",
        "dec",
        "bzw",
        "z.b",
        "nr",
        "ca",
    ];

    /// <summary>
    /// The whole sentences of a text in windows of at most so many words, a longer sentence cut: for embedders that take
    /// fewer words than a chunk has, whose vector is then the mean of its windows'.
    /// </summary>
    public static List<string> Windows(string text, int words)
    {
        var windows = new List<string>();
        var (start, count) = (0, 0);
        for (var at = 0; at < text.Length; )
        {
            var end = EndOf(text, at, byLine: false);
            var more = Words.Count(text.AsSpan(at, end - at));
            if (more > words)
                end = at + Words.Take(text.AsSpan(at, end - at), words);
            if (count > 0 && count + more > words)
            {
                windows.Add(text[start..at].Trim());
                (start, count) = (at, 0);
            }
            count += more;
            at = end;
        }
        if (count > 0)
            windows.Add(text[start..].Trim());
        return windows;
    }

    /// <summary>Where the sentence that begins at a place ends, with the white space behind it.</summary>
    internal static int EndOf(ReadOnlySpan<char> text, int start, bool byLine)
    {
        for (var at = start; at < text.Length; )
        {
            var next = text[at..].IndexOfAny(Stops);
            if (next < 0)
                return text.Length;
            at += next;
            if (text[at] == '\n')
            {
                if (byLine || at - start >= LongWithoutStop)
                    return AfterSpace(text, at);
            }
            else if (Ends(text, start, at, out var end))
            {
                return AfterSpace(text, end);
            }
            at++;
        }
        return text.Length;
    }

    private static bool Ends(ReadOnlySpan<char> text, int start, int at, out int end)
    {
        end = at + 1;
        if (text[at] is '。' or '！' or '？')
            return true;
        while (end < text.Length && Closers.Contains(text[end]))
            end++;
        if (end == text.Length)
            return true;
        if (!char.IsWhiteSpace(text[end]))
            return false;
        if (text[at] != '.')
            return true;
        var follows = AfterSpace(text, end);
        if (follows < text.Length && char.IsLower(text[follows]))
            return false;
        return !IsAbbreviation(text[start..at]);
    }

    private static bool IsAbbreviation(ReadOnlySpan<char> before)
    {
        var space = before.LastIndexOfAny(' ', '\n', '(');
        var word = before[(space + 1)..];
        if (word.Length == 1)
            return char.IsUpper(word[0]);
        if (word.Length > 6)
            return false;
        foreach (var abbreviation in Abbreviations)
        {
            if (word.Equals(abbreviation, StringComparison.OrdinalIgnoreCase))
                return true;
        }
        return false;
    }

    private static int AfterSpace(ReadOnlySpan<char> text, int at)
    {
        while (at < text.Length && char.IsWhiteSpace(text[at]))
            at++;
        return at;
    }
}
