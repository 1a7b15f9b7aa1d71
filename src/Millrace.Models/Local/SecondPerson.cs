using System.Collections.Frozen;
using System.Text;
using System.Text.RegularExpressions;

namespace Millrace.Models.Local;

/// <summary>Turns what somebody says about themselves to what one says to them.</summary>
internal static partial class SecondPerson
{
    private static readonly FrozenDictionary<string, string> Swaps = new Dictionary<string, string>
    {
        ["i"] = "you",
        ["i'm"] = "you are",
        ["i've"] = "you have",
        ["i'd"] = "you would",
        ["i'll"] = "you will",
        ["my"] = "your",
        ["mine"] = "yours",
        ["me"] = "you",
        ["myself"] = "yourself",
        ["we"] = "you",
        ["we're"] = "you are",
        ["we've"] = "you have",
        ["our"] = "your",
        ["ours"] = "yours",
        ["us"] = "you",
        ["you"] = "me",
        ["your"] = "my",
        ["im"] = "you are",
        ["ive"] = "you have",
    }.ToFrozenDictionary();

    /// <summary>The user's words as one would say them back: "I work on engines" becomes "You work on engines".</summary>
    public static string Of(string text)
    {
        var said = new StringBuilder(text.Length + 8);
        var afterI = false;
        foreach (var part in Token().Matches(text).Select(match => match.Value))
        {
            var lower = part.ToLowerInvariant();
            if (part[0] is ' ')
            {
                said.Append(part);
                continue;
            }
            var swapped =
                afterI && lower == "am" ? "are"
                : afterI && lower == "was" ? "were"
                : lower == "us" && part == "US" ? part
                : Swaps.GetValueOrDefault(lower, part);
            said.Append(swapped);
            afterI =
                lower is "i"
                || (afterI && lower is "also" or "really" or "still" or "currently" or "just");
        }
        return said.Length == 0
            ? ""
            : char.ToUpperInvariant(said[0]) + said.ToString(1, said.Length - 1);
    }

    /// <summary>With a mark at the end.</summary>
    public static string Closed(string sentence) =>
        sentence.Length > 0 && sentence[^1] is '.' or '!' or '?' ? sentence : sentence + ".";

    [GeneratedRegex(@"[\w'@.+-]+| +|[^\w ]", RegexOptions.None, 1000)]
    private static partial Regex Token();
}
