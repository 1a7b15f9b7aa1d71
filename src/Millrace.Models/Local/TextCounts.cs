using System.Globalization;
using System.Text.RegularExpressions;

namespace Millrace.Models.Local;

/// <summary>Counts the words, characters, lines and other parts of a text.</summary>
internal static partial class TextCounts
{
    public static Reply? Answer(string order, string text)
    {
        var match = CountOf().Match(order);
        if (!match.Success)
        {
            return null;
        }
        var what = match.Groups["what"].Value.ToLowerInvariant();
        var count = what[0] switch
        {
            'w' => WordCount(text),
            'c' or 'l' when what.StartsWith("line", StringComparison.Ordinal) => text.Split(
                '\n'
            ).Length,
            'c' => new StringInfo(text).LengthInTextElements,
            'l' => text.Count(char.IsLetter),
            'v' => text.Count(letter => "aeiouAEIOU".Contains(letter, StringComparison.Ordinal)),
            'p' => text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Length,
            _ => Sentences.Of(text).Count,
        };
        var unit =
            count == 1 ? what.TrimEnd('s')
            : what.EndsWith('s') ? what
            : what + "s";
        return new Reply($"The text has {count} {unit}.", $"{count}");
    }

    private static int WordCount(string text) =>
        text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
            .Count(word => word.Any(char.IsLetterOrDigit));

    [GeneratedRegex(
        @"\b(?:how many|count(?: the| all| all the)?|number of|total) (?<what>words?|characters?|chars|letters?|vowels?|lines?|sentences?|paragraphs?)\b|\b(?<what>word|character|line|sentence) count\b",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex CountOf();
}
