using System.Globalization;
using System.Text;

namespace Millrace.Knowledge.Search;

/// <summary>
/// How often each word stands in a chunk. It is stored as text, <c> word:times word:times </c>, in which a word is looked
/// up without reading the others.
/// </summary>
internal static class WordTimes
{
    public static Dictionary<string, int> Of(IEnumerable<string> words)
    {
        var times = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var word in words)
            times[word] = times.GetValueOrDefault(word) + 1;
        return times;
    }

    public static string Stored(IReadOnlyDictionary<string, int> times)
    {
        var text = new StringBuilder(" ");
        foreach (var (word, count) in times)
            text.Append(CultureInfo.InvariantCulture, $"{word}:{count} ");
        return text.ToString();
    }

    public static Dictionary<string, int> Read(string stored)
    {
        var times = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var part in stored.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var at = part.LastIndexOf(':');
            times[part[..at]] = Number(part.AsSpan(at + 1));
        }
        return times;
    }

    /// <summary>What <see cref="In"/> looks for.</summary>
    public static string MarkOf(string word) => $" {word}:";

    /// <summary>How often a word stands in a chunk, of which the stored words are given.</summary>
    public static int In(string stored, string mark)
    {
        var at = stored.IndexOf(mark, StringComparison.Ordinal);
        if (at < 0)
            return 0;
        var rest = stored.AsSpan(at + mark.Length);
        return Number(rest[..rest.IndexOf(' ')]);
    }

    private static int Number(ReadOnlySpan<char> digits) =>
        int.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture);
}
