using System.Collections.Frozen;

namespace Millrace.Models.Local;

/// <summary>Reads numbers that are written in English words.</summary>
internal static class WrittenNumbers
{
    public static readonly FrozenDictionary<string, decimal> Small = (
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
    )
        .Split(' ')
        .Select((word, value) => KeyValuePair.Create(word, (decimal)value))
        .Concat(
            "twenty thirty forty fifty sixty seventy eighty ninety"
                .Split(' ')
                .Select((word, i) => KeyValuePair.Create(word, (i + 2) * 10m))
        )
        .ToFrozenDictionary();

    public static readonly FrozenDictionary<string, decimal> Scales = new Dictionary<
        string,
        decimal
    >
    {
        ["hundred"] = 100m,
        ["thousand"] = 1_000m,
        ["million"] = 1_000_000m,
        ["billion"] = 1_000_000_000m,
        ["trillion"] = 1_000_000_000_000m,
    }.ToFrozenDictionary();

    // "two hundred and fifty three thousand"
    public static decimal Read(string text, ref int at, decimal first)
    {
        var total = 0m;
        var current = first;
        while (true)
        {
            var ahead = at;
            SkipGap(text, ref ahead);
            var word = Word(text, ahead);
            if (word == "and" && current % 100 == 0)
            {
                var after = ahead + word.Length;
                SkipGap(text, ref after);
                if (Small.ContainsKey(Word(text, after)))
                {
                    at = ahead + word.Length;
                    continue;
                }
                return total + current;
            }
            if (Small.TryGetValue(word, out var small) && Fits(current, small))
            {
                current += small;
            }
            else if (word == "hundred" && current is > 0 and < 100)
            {
                current *= 100;
            }
            else if (word != "hundred" && Scales.TryGetValue(word, out var scale))
            {
                total += current * scale;
                current = 0;
            }
            else
            {
                return total + current;
            }
            at = ahead + word.Length;
        }
    }

    private static bool Fits(decimal current, decimal small) =>
        small < 10 ? current % 10 == 0 && current % 100 != 10 : current % 100 == 0;

    public static void Scale(List<CalculatorToken> tokens, string word, decimal scale)
    {
        if (tokens.Count > 0 && tokens[^1].Number is { } number)
        {
            tokens[^1] = new(word, number * scale); // 3 million
        }
        else
        {
            tokens.Add(new(word, scale));
        }
    }

    public static void SkipGap(string text, ref int at)
    {
        while (
            at < text.Length
            && (char.IsWhiteSpace(text[at]) || text[at] == '-' && IsInsideWord(text, at))
        )
        {
            at++;
        }
    }

    private static bool IsInsideWord(string text, int at) =>
        at > 0
        && at + 1 < text.Length
        && char.IsLetter(text[at - 1])
        && char.IsLetter(text[at + 1]);

    public static string Word(string text, int at)
    {
        var end = at;
        while (end < text.Length && char.IsLetter(text[end]))
        {
            end++;
        }
        return text[at..end].ToLowerInvariant();
    }
}
