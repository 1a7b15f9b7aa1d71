namespace Millrace.Knowledge.Documents.Chunks;

/// <summary>
/// Measures text in words, as embedding models feel it: a very long run of letters counts as several, and in scripts
/// that write no spaces two characters count as one.
/// </summary>
internal static class Words
{
    private const int LongRun = 16;
    private const int Wide = LongRun / 2;

    // From here on most scripts are ideographs and syllables.
    private const char FirstWide = '\u2e80';

    public static int Count(ReadOnlySpan<char> text)
    {
        var (words, run) = (0, 0);
        foreach (var letter in text)
            Step(letter, ref words, ref run);
        return words;
    }

    /// <summary>How many characters, at least one, hold no more than so many words; at white space when there is some.</summary>
    public static int Take(ReadOnlySpan<char> text, int most)
    {
        var (words, run, lastSpace) = (0, 0, 0);
        for (var i = 0; i < text.Length; i++)
        {
            Step(text[i], ref words, ref run);
            if (words > most)
            {
                if (lastSpace > 0)
                    return lastSpace;
                return Math.Max(1, char.IsLowSurrogate(text[i]) ? i - 1 : i);
            }
            if (char.IsWhiteSpace(text[i]))
                lastSpace = i + 1;
        }
        return text.Length;
    }

    private static void Step(char letter, ref int words, ref int run)
    {
        if (letter <= ' ' || (letter >= 0x80 && char.IsWhiteSpace(letter)))
        {
            run = 0;
            return;
        }
        if (run == 0)
            words++;
        run += letter >= FirstWide ? Wide : 1;
        if (run > LongRun)
        {
            words++;
            run -= LongRun;
        }
    }
}
