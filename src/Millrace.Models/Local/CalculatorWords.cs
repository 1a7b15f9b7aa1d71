using System.Collections.Frozen;
using System.Globalization;

namespace Millrace.Models.Local;

/// <summary>Reads the English words of an expression into the calculator's tokens.</summary>
internal static class CalculatorWords
{
    // Longest first where one begins another.
    private static readonly (string[] Words, string[] Tokens)[] Phrases =
    [
        (["to", "the", "power", "of"], ["^"]),
        (["raised", "to", "the", "power", "of"], ["^"]),
        (["raised", "to"], ["^"]),
        (["divided", "by"], ["/"]),
        (["multiplied", "by"], ["*"]),
        (["the", "square", "root"], ["sqrt"]),
        (["square", "root"], ["sqrt"]),
        (["the", "cube", "root"], ["cbrt"]),
        (["cube", "root"], ["cbrt"]),
        (["the", "absolute", "value"], ["abs"]),
        (["absolute", "value"], ["abs"]),
        (["per", "cent"], ["%"]),
    ];

    private static readonly FrozenDictionary<string, string[]> Names = new Dictionary<
        string,
        string[]
    >
    {
        ["plus"] = ["+"],
        ["add"] = ["+"],
        ["added"] = ["+"],
        ["minus"] = ["-"],
        ["less"] = ["-"],
        ["subtract"] = ["-"],
        ["negative"] = ["-"],
        ["times"] = ["*"],
        ["x"] = ["*"],
        ["multiply"] = ["*"],
        ["over"] = ["/"],
        ["divide"] = ["/"],
        ["mod"] = ["mod"],
        ["modulo"] = ["mod"],
        ["squared"] = ["^", "2"],
        ["cubed"] = ["^", "3"],
        ["percent"] = ["%"],
        ["of"] = ["of"],
        ["off"] = ["off"],
        ["and"] = [","],
        ["average"] = ["avg"],
        ["mean"] = ["avg"],
        ["minimum"] = ["min"],
        ["smallest"] = ["min"],
        ["maximum"] = ["max"],
        ["largest"] = ["max"],
        ["ceiling"] = ["ceil"],
        ["twice"] = ["double"],
        ["total"] = ["sum"],
        ["root"] = ["sqrt"],
        ["factorial"] = ["!"],
    }.ToFrozenDictionary();

    public static void Read(string text, ref int at, List<CalculatorToken> tokens)
    {
        foreach (var (words, phrase) in Phrases)
        {
            if (TakeWords(text, ref at, words))
            {
                tokens.AddRange(phrase.Select(Named));
                return;
            }
        }
        var word = WrittenNumbers.Word(text, at);
        at += word.Length;
        if (WrittenNumbers.Small.TryGetValue(word, out var small))
        {
            tokens.Add(new(word, WrittenNumbers.Read(text, ref at, small)));
        }
        else if (WrittenNumbers.Scales.TryGetValue(word, out var scale))
        {
            WrittenNumbers.Scale(tokens, word, scale);
        }
        else if (Names.TryGetValue(word, out var named))
        {
            tokens.AddRange(named.Select(Named));
        }
        else if (word is not ("the" or "a" or "an" or "by" or "to" or "equals" or "equal"))
        {
            tokens.Add(new(word, null));
        }
    }

    private static CalculatorToken Named(string token) =>
        decimal.TryParse(token, CultureInfo.InvariantCulture, out var number)
            ? new(token, number)
            : new(token, null);

    private static bool TakeWords(string text, ref int at, string[] words)
    {
        var ahead = at;
        foreach (var word in words)
        {
            WrittenNumbers.SkipGap(text, ref ahead);
            if (WrittenNumbers.Word(text, ahead) != word)
            {
                return false;
            }
            ahead += word.Length;
        }
        at = ahead;
        return true;
    }
}
