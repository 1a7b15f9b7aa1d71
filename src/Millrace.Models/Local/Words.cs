using System.Collections.Frozen;
using System.Text;

namespace Millrace.Models.Local;

/// <summary>Words as the local model compares them: lower case, stemmed, without the words that carry no topic.</summary>
internal static class Words
{
    private static readonly FrozenSet<string> Empty = (
        "a an the this that these those it its of to in on at by for from with about into as is are was were be been am "
        + "do does did done have has had i me my mine we us our you your yours he she him her his they them their "
        + "what who whom whose where when which why how and or but if so then than not no yes please can could will would "
        + "shall should may might must there here just also too very tell know remember recall say said give show "
        + "i'm we're we've i've i'd i'll it's what's who's where's when's that's you're don't let let's any some much many get got "
        + "s t again now ok okay hey hi hello want need like"
    )
        .Split(' ')
        .ToFrozenSet();

    // Words that people use for the same fact about themselves.
    private static readonly FrozenDictionary<string, string> Canonical = new Dictionary<
        string,
        string
    >
    {
        ["call"] = "nam",
        ["nickname"] = "nam",
        ["job"] = "work",
        ["profession"] = "work",
        ["occupation"] = "work",
        ["employ"] = "work",
        ["employer"] = "work",
        ["resid"] = "liv",
        ["old"] = "age",
        ["birth"] = "birthday",
        ["born"] = "birthday",
        ["favourit"] = "favorit",
        ["colour"] = "color",
        ["mum"] = "mother",
        ["mom"] = "mother",
        ["dad"] = "father",
        ["adress"] = "address",
        ["email"] = "mail",
        ["mobil"] = "phon",
        ["telephon"] = "phon",
        ["spok"] = "speak",
        ["drov"] = "driv",
        ["bought"] = "buy",
        ["went"] = "go",
        ["met"] = "meet",
        ["ran"] = "run",
        ["flew"] = "fly",
        ["flown"] = "fly",
        ["ate"] = "eat",
        ["studi"] = "study",
        ["wrot"] = "writ",
        ["written"] = "writ",
        ["taught"] = "teach",
        ["children"] = "child",
        ["kid"] = "child",
    }.ToFrozenDictionary();

    /// <summary>The words of a text in order, lower case; an apostrophe inside a word stays.</summary>
    public static List<string> Of(string text)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            var letter = text[i] == '’' ? '\'' : text[i];
            if (
                char.IsLetterOrDigit(letter)
                || (
                    letter == '\''
                    && word.Length > 0
                    && i + 1 < text.Length
                    && char.IsLetter(text[i + 1])
                )
            )
            {
                word.Append(char.ToLowerInvariant(letter));
            }
            else if (word.Length > 0)
            {
                words.Add(word.ToString());
                word.Clear();
            }
        }
        if (word.Length > 0)
        {
            words.Add(word.ToString());
        }
        return words;
    }

    /// <summary>The stems of the words that carry a topic.</summary>
    public static HashSet<string> Topic(string text) => [.. Telling(text).Select(Stem)];

    /// <summary>The words that carry a topic, as written but in lower case.</summary>
    public static IEnumerable<string> Telling(string text) => Of(text).Where(IsTelling);

    /// <summary>Whether a word carries a topic.</summary>
    public static bool IsTelling(string word) => !Empty.Contains(word);

    /// <summary>One form for a word's inflections and for its plain synonyms; not always a word itself.</summary>
    public static string Stem(string word)
    {
        var stem = word.EndsWith("'s", StringComparison.Ordinal) ? word[..^2] : word;
        stem = stem switch
        {
            { Length: > 4 } when stem.EndsWith("ies", StringComparison.Ordinal) => stem[..^3] + "y",
            { Length: > 5 } when stem.EndsWith("ing", StringComparison.Ordinal) => Undouble(
                stem[..^3]
            ),
            { Length: > 4 } when stem.EndsWith("ied", StringComparison.Ordinal) => stem[..^3] + "y",
            { Length: > 4 } when stem.EndsWith("ed", StringComparison.Ordinal) => Undouble(
                stem[..^2]
            ),
            { Length: > 4 } when EndsInSibilantPlural(stem) => stem[..^2],
            { Length: > 3 } when stem[^1] == 's' && stem[^2] is not ('s' or 'u' or 'i') => stem[
                ..^1
            ],
            _ => stem,
        };
        if (stem.Length > 3 && stem[^1] == 'e')
        {
            stem = stem[..^1];
        }
        return Canonical.GetValueOrDefault(stem, stem);
    }

    /// <summary>The share of the asked stems that the text has; 0 when nothing is asked.</summary>
    public static double Coverage(HashSet<string> asked, HashSet<string> text) =>
        asked.Count == 0 ? 0 : asked.Count(text.Contains) / (double)asked.Count;

    private static bool EndsInSibilantPlural(string stem) =>
        stem.EndsWith("ches", StringComparison.Ordinal)
        || stem.EndsWith("shes", StringComparison.Ordinal)
        || stem.EndsWith("sses", StringComparison.Ordinal)
        || stem.EndsWith("xes", StringComparison.Ordinal);

    private static string Undouble(string stem) =>
        stem.Length > 2 && stem[^1] == stem[^2] && stem[^1] is not ('l' or 's' or 'z')
            ? stem[..^1]
            : stem;
}
