using System.Globalization;
using System.Text;
using Millrace.Core.Text;

namespace Millrace.Knowledge.Graph;

/// <summary>
/// Words as the graph compares them, the same on both databases: without case, accents, punctuation and the commonest
/// endings of English.
/// </summary>
internal static class Terms
{
    private const int Longest = 64;
    private const int Most = 2_000;

    private static readonly HashSet<string> Empty = new(
        (
            "a an the and or but if of to in on at by for from with about as into is are was were be been being am do "
            + "does did has have had who whom whose what which when where why how that this these those it its he she "
            + "they them his her their i you we me my your our us not no yes there here will would can could"
        ).Split(' '),
        StringComparer.Ordinal
    );

    // What stands before or behind a name and is no part of it.
    private static readonly HashSet<string> Titles = new(
        ["mr", "mrs", "ms", "dr", "prof", "sir", "the"],
        StringComparer.Ordinal
    );

    private static readonly HashSet<string> LegalForms = new(
        ["inc", "ltd", "llc", "gmbh", "ag", "corp", "co", "plc", "sa", "bv", "oy", "ab", "kg"],
        StringComparer.Ordinal
    );

    /// <summary>The words of a text in their order, folded; in scripts without spaces each character is one.</summary>
    public static List<string> Words(string text)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        foreach (var letter in Accents.Without(text.ToLowerInvariant()))
        {
            var category = char.GetUnicodeCategory(letter);
            if (category is UnicodeCategory.NonSpacingMark)
                continue;
            if (letter is '\'' or '’')
                continue;
            if (!char.IsLetterOrDigit(letter) && !char.IsSurrogate(letter))
            {
                End(words, word);
                continue;
            }
            if (category is UnicodeCategory.OtherLetter && letter >= '\u2e80')
                End(words, word);
            word.Append(letter);
            if (category is UnicodeCategory.OtherLetter && letter >= '\u2e80')
                End(words, word);
        }
        End(words, word);
        return words;
    }

    /// <summary>What a text is found by: its words' stems, each once, without those that say nothing.</summary>
    public static List<string> Of(string text) =>
        [
            .. Words(text)
                .Where(word => !Empty.Contains(word))
                .Select(Stem)
                .Distinct(StringComparer.Ordinal)
                .Take(Most),
        ];

    /// <summary>A name as names are compared; never empty.</summary>
    public static string Key(string name)
    {
        var words = Words(
            name.Replace("'s", "", StringComparison.Ordinal)
                .Replace("’s", "", StringComparison.Ordinal)
        );
        while (words.Count > 1 && Titles.Contains(words[0]))
            words.RemoveAt(0);
        while (words.Count > 1 && LegalForms.Contains(words[^1]))
            words.RemoveAt(words.Count - 1);
        return words.Count > 0 ? string.Join(' ', words) : name.Trim();
    }

    private static void End(List<string> words, StringBuilder word)
    {
        if (word.Length > 0)
            words.Add(word.ToString().CutTo(Longest));
        word.Clear();
    }

    private static string Stem(string word)
    {
        if (word.Length < 4 || !char.IsAsciiLetter(word[^1]))
            return word;
        if (word.Length > 4 && word.EndsWith("ies", StringComparison.Ordinal))
            return string.Concat(word.AsSpan(0, word.Length - 3), "y");
        if (word.Length > 5 && word.EndsWith("ing", StringComparison.Ordinal))
            return word[..^3];
        if (word.Length > 4 && word.EndsWith("ed", StringComparison.Ordinal))
            return word[..^2];
        if (word[^1] == 's' && word[^2] is not ('s' or 'u' or 'i'))
            return word[..^1];
        return word;
    }
}
