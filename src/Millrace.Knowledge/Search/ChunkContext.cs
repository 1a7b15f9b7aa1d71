using System.Text.RegularExpressions;
using Millrace.Core.Text;

namespace Millrace.Knowledge.Search;

/// <summary>
/// What a chunk is searched by beside its own text: often only the title or the file's name says which product, place or
/// year it speaks of.
/// </summary>
internal static partial class ChunkContext
{
    private const int MostTitleWords = 12;

    /// <summary>The words that a chunk is found by.</summary>
    public static IEnumerable<string> Searched(string fileName, string headings, string text) =>
        Terms.Of($"{NameOf(fileName)}\n{headings}\n{text}").Select(term => term.Key);

    /// <summary>A piece of a chunk as it is embedded: behind the highest heading, or else the file's name.</summary>
    public static string Embedded(string fileName, string headings, string piece)
    {
        var highest = headings.Split('\n', 2)[0];
        var title = highest.Length > 0 ? highest : NameOf(fileName);
        var words = title.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        var start = string.Join(' ', words.Take(MostTitleWords));
        return piece.StartsWith(start, StringComparison.OrdinalIgnoreCase)
            ? piece
            : $"{start}. {piece}";
    }

    /// <summary>The words and numbers of the highest heading and of the file's name.</summary>
    public static IEnumerable<string> Naming(string fileName, string headings) =>
        Naming($"{NameOf(fileName)}\n{headings.Split('\n', 2)[0]}");

    /// <summary>A text's words and its numbers: "4.2" is one, also in "v4.2".</summary>
    public static IEnumerable<string> Naming(string text) =>
        Terms
            .Of(text)
            .Select(term => term.Key)
            .Where(key => !key.All(char.IsAsciiDigit))
            .Concat(Number().Matches(text).Select(number => $"#{number.Value}"));

    private static string NameOf(string fileName) =>
        Path.GetFileNameWithoutExtension(fileName).Replace('-', ' ').Replace('_', ' ');

    [GeneratedRegex(@"[0-9]+(?:\.[0-9]+)*", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Number();
}
