using System.Globalization;

namespace Millrace.Core.Text;

/// <summary>A word as the index knows it, and where it stands in the text.</summary>
/// <param name="Key">Lower case, without accents and plural endings; only letters and digits.</param>
public readonly record struct Term(string Key, int Start, int Length);

/// <summary>
/// Parts a text into words, the same for both databases. Scripts that are written without spaces become pairs of
/// characters.
/// </summary>
public static class Terms
{
    private const int Longest = 64;

    private static readonly HashSet<string> Common = new(
        """
        a about an and answer any are as at be been but by can could describe did do document doe explain file find
        for from give had has have how i if in info information into is it its know look me my need no not of on or
        our please question s said say search she should show so t tell than that the their them then there these they
        this to u us want was we were what when where which who why will with would you your
        """.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries),
        StringComparer.Ordinal
    );

    public static IEnumerable<Term> Of(string text)
    {
        for (var at = 0; at < text.Length; )
        {
            if (!IsWord(text, at, out var width))
            {
                at += width;
                continue;
            }
            var end = at + width;
            if (IsUnspaced(text[at]))
            {
                var isPair = end < text.Length && IsUnspaced(text[end]);
                yield return new Term(text.Substring(at, isPair ? 2 : 1), at, isPair ? 2 : 1);
                // The last character of a run stands in the pair before it.
                at =
                    isPair && (end + 1 >= text.Length || !IsUnspaced(text[end + 1]))
                        ? end + 1
                        : end;
                continue;
            }
            while (end < text.Length && IsWord(text, end, out width) && !IsUnspaced(text[end]))
                end += width;
            yield return new Term(KeyOf(text.AsSpan(at, end - at)), at, end - at);
            at = end;
        }
    }

    /// <summary>The distinct words of a question that say what it is about; all of its words when none does.</summary>
    public static IReadOnlyList<string> OfQuestion(string text, int most)
    {
        var all = Of(text).Select(term => term.Key).Distinct(StringComparer.Ordinal).ToList();
        var telling = all.Where(key => !Common.Contains(key)).ToList();
        return [.. (telling.Count > 0 ? telling : all).Take(most)];
    }

    private static bool IsWord(string text, int at, out int width)
    {
        width = char.IsSurrogatePair(text, at) ? 2 : 1;
        return CharUnicodeInfo.GetUnicodeCategory(text, at)
            is UnicodeCategory.UppercaseLetter
                or UnicodeCategory.LowercaseLetter
                or UnicodeCategory.TitlecaseLetter
                or UnicodeCategory.ModifierLetter
                or UnicodeCategory.OtherLetter
                or UnicodeCategory.NonSpacingMark
                or UnicodeCategory.SpacingCombiningMark
                or UnicodeCategory.DecimalDigitNumber
                or UnicodeCategory.LetterNumber;
    }

    // Kana, Han, Thai to Lao; Korean is written with spaces but bends its words at the end.
    private static bool IsUnspaced(char unit) =>
        unit
            is (>= '\u0E00' and <= '\u0EFF')
                or (>= '\u3040' and <= '\u30FF')
                or (>= '\u3400' and <= '\u9FFF')
                or (>= '\uAC00' and <= '\uD7AF')
                or (>= '\uF900' and <= '\uFAFF');

    private static string KeyOf(ReadOnlySpan<char> word)
    {
        if (word.Length > Longest)
            word = word[..(char.IsHighSurrogate(word[Longest - 1]) ? Longest - 1 : Longest)];
        var lower = word.ToString().ToLowerInvariant();
        return Singular(Accents.Without(lower));
    }

    // English plurals, as far as their endings tell without a dictionary.
    private static string Singular(string word)
    {
        if (word.Length < 4 || word[^1] != 's' || !char.IsAsciiLetter(word[0]))
            return word;
        if (word.EndsWith("ies", StringComparison.Ordinal))
            return word.Length > 4 ? word[..^3] + "y" : word;
        return word[^2] is 's' or 'u' or 'i' ? word : word[..^1];
    }
}
