using System.Collections.Frozen;
using System.Text.RegularExpressions;

namespace Millrace.Models.Local;

/// <summary>Finds the capitalised names of a text.</summary>
internal static partial class Names
{
    // Words that are capitalised for another reason: they open sentences, orders and forms, or name days and months.
    private static readonly FrozenSet<string> Others = (
        "I The A An This That These Those It He She They We You My Our Your His Her Their Its In On At "
        + "By For From To And But Or If When Where What Who How Why Which Is Are Was Were Do Does Did Can "
        + "Could Will Would Please Hello Hi Hey Dear Thanks Thank Yes No Not There Here Then Also After "
        + "Before As With About Extract Summarise Summarize Return Give List Find Get Show Send Tell "
        + "Convert Translate Remind Monday Tuesday Wednesday Thursday Friday Saturday Sunday January "
        + "February March April May June July August September October November December Today Tomorrow "
        + "JSON I'm I've Mr Mrs Ms Dr Today's Name Email Date Call Phone Order Invoice Total Subject "
        + "Regards Best Let Set Add Create Book Schedule Write Read Play Search Look Use Using Classify "
        + "Fill What's Who's OK Next Last Every All Some Any Both Each Good Great Sorry So Well Meeting"
    )
        .Split(' ')
        .ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Capitalised names ("Ada Lovelace", "New York"), by rule and so with some misses.</summary>
    public static IEnumerable<(string Text, int At)> Of(string text)
    {
        foreach (var match in Capitalised().Matches(text).Cast<Match>())
        {
            var words = match.Value.Split(' ');
            var skip = words.TakeWhile(Others.Contains).Count();
            var rest = words.Skip(skip).TakeWhile(word => !Others.Contains(word)).ToArray();
            if (rest.Length > 0 && !IsOnlySentenceStart(text, match, skip, rest))
            {
                var name = string.Join(' ', rest);
                name = name.EndsWith("'s", StringComparison.Ordinal) ? name[..^2] : name;
                yield return (name, match.Index + words.Take(skip).Sum(word => word.Length + 1));
            }
        }
    }

    // A single capitalised word that opens a sentence is a name only when it stands before a verb of a person.
    private static bool IsOnlySentenceStart(string text, Match match, int skip, string[] rest)
    {
        if (skip > 0 || rest.Length > 1)
        {
            return false;
        }
        var before = match.Index - 1;
        while (before >= 0 && text[before] is ' ' or '"' or '\'' or '“')
        {
            before--;
        }
        var opens = before < 0 || text[before] is '.' or '!' or '?' or '\n';
        return opens && !PersonalVerb().IsMatch(text.AsSpan(match.Index + match.Length));
    }

    [GeneratedRegex(
        @"\b\p{Lu}[\p{L}\p{Nd}&'’-]*(?: (?:\p{Lu}[\p{L}\p{Nd}&'’-]*|\p{Lu}\.))*",
        RegexOptions.None,
        1000
    )]
    private static partial Regex Capitalised();

    [GeneratedRegex(
        @"^(?:'s)?(?:,| and \p{Lu}| or \p{Lu}| is\b| was\b| has\b| lives\b| works\b| said\b| says\b| wrote\b| will\b| owes\b| paid\b| bought\b| ordered\b| lost\b| won\b| met\b| called\b| asked\b| joined\b| likes\b| owns\b| \(| (?:is )?aged\b)",
        RegexOptions.None,
        1000
    )]
    private static partial Regex PersonalVerb();
}
