using System.Globalization;
using System.Text.RegularExpressions;

namespace Millrace.Models.Local;

/// <summary>Reverses or sorts a text, changes its case, or takes out what it holds twice.</summary>
internal static partial class TextChanges
{
    public static Reply? Answer(string order, string text)
    {
        var match = ChangeTo().Match(order);
        if (!match.Success)
        {
            return null;
        }
        var lines = text.Split(
            '\n',
            StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries
        );
        var changed = match.Groups.Values.Skip(1).First(group => group.Success).Name switch
        {
            "reverse" when ReverseWords().IsMatch(order) => string.Join(
                ' ',
                text.Split(' ').Reverse()
            ),
            "reverse" => Reversed(text),
            "upper" => text.ToUpperInvariant(),
            "lower" => text.ToLowerInvariant(),
            "title" => Titled().Replace(text, letter => letter.Value.ToUpperInvariant()),
            "unique" => string.Join('\n', lines.Distinct(StringComparer.Ordinal)),
            _ => Sorted(order, text, lines),
        };
        return new Reply(changed, changed);
    }

    private static string Sorted(string order, string text, string[] lines)
    {
        var isList = lines.Length <= 1;
        var separator = text.Contains(',', StringComparison.Ordinal) ? ", " : " ";
        var items = isList
            ? text.Split(
                separator[0],
                StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries
            )
            : lines;
        var numbers = items.All(item =>
            decimal.TryParse(item, CultureInfo.InvariantCulture, out _)
        );
        IEnumerable<string> sorted = numbers
            ? items.OrderBy(item => decimal.Parse(item, CultureInfo.InvariantCulture))
            : items.Order(StringComparer.OrdinalIgnoreCase);
        sorted = Descending().IsMatch(order) ? sorted.Reverse() : sorted;
        return string.Join(isList ? separator : "\n", sorted);
    }

    private static string Reversed(string text)
    {
        var elements = new List<string>();
        var walk = StringInfo.GetTextElementEnumerator(text);
        while (walk.MoveNext())
        {
            elements.Add(walk.GetTextElement());
        }
        elements.Reverse();
        return string.Concat(elements);
    }

    [GeneratedRegex(
        @"(?<reverse>\brevers(?:e|ed)\b|\bbackwards?\b)|(?<upper>\b(?:upper ?case|capital letters|all caps)\b)|(?<lower>\blower ?case\b)|(?<title>\b(?:capitali[sz]e|title ?case)\b)|(?<unique>\b(?:dedupe|deduplicate|remove (?:the )?duplicates?|unique lines)\b)|(?<sort>\b(?:sort|alphabeti\w+|alphabetical order)\b)",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex ChangeTo();

    [GeneratedRegex(@"\bwords\b|\bword order\b", RegexOptions.IgnoreCase, 1000)]
    private static partial Regex ReverseWords();

    [GeneratedRegex(
        @"\b(?:descending|reverse order|largest first|z to a|z-a)\b",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex Descending();

    [GeneratedRegex(@"\b\p{Ll}", RegexOptions.None, 1000)]
    private static partial Regex Titled();
}
