using System.Collections.Frozen;
using System.Globalization;

namespace Millrace.Models.Local;

/// <summary>A number, or the canonical name of an operator, function or constant.</summary>
internal readonly record struct CalculatorToken(string Text, decimal? Number);

/// <summary>Reads an expression in signs, digits and English words into the calculator's tokens.</summary>
internal static class CalculatorTokens
{
    private static readonly FrozenDictionary<char, string> Signs = new Dictionary<char, string>
    {
        ['+'] = "+",
        ['＋'] = "+",
        ['-'] = "-",
        ['−'] = "-",
        ['–'] = "-",
        ['—'] = "-",
        ['*'] = "*",
        ['×'] = "*",
        ['·'] = "*",
        ['⋅'] = "*",
        ['∗'] = "*",
        ['✕'] = "*",
        ['/'] = "/",
        ['÷'] = "/",
        ['∕'] = "/",
        ['⁄'] = "/",
        [':'] = "/",
        ['^'] = "^",
        ['%'] = "%",
        ['!'] = "!",
        ['('] = "(",
        ['['] = "(",
        [')'] = ")",
        [']'] = ")",
        ['√'] = "sqrt",
        ['π'] = "pi",
        [','] = ",",
        [';'] = ",",
    }.ToFrozenDictionary();

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

    private static readonly FrozenDictionary<string, decimal> Small = (
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

    private static readonly FrozenDictionary<string, decimal> Scales = new Dictionary<
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

    public static List<CalculatorToken> Read(string text)
    {
        var tokens = new List<CalculatorToken>();
        var calls = 0; // open parentheses that belong to a function, where a comma parts arguments
        var open = new Stack<bool>();
        var at = 0;
        while (at < text.Length)
        {
            var letter = text[at];
            if (char.IsWhiteSpace(letter) || letter is '$' or '€' or '£' or '`' or '_' or '=')
            {
                at++;
            }
            else if (
                char.IsAsciiDigit(letter)
                || (letter == '.' && at + 1 < text.Length && char.IsAsciiDigit(text[at + 1]))
            )
            {
                tokens.Add(Number(text, ref at, isArgument: calls > 0));
            }
            else if (letter is '²' or '³')
            {
                tokens.Add(new("^", null));
                tokens.Add(new("", letter == '²' ? 2 : 3));
                at++;
            }
            else if (char.IsLetter(letter))
            {
                ReadWord(text, ref at, tokens);
            }
            else if (letter == '*' && at + 1 < text.Length && text[at + 1] == '*')
            {
                tokens.Add(new("^", null));
                at += 2;
            }
            else if (Signs.TryGetValue(letter, out var sign))
            {
                if (sign == "(")
                {
                    var isCall =
                        tokens.Count > 0 && CalculatorFunctions.Known.Contains(tokens[^1].Text);
                    open.Push(isCall);
                    calls += isCall ? 1 : 0;
                }
                else if (sign == ")" && open.TryPop(out var wasCall))
                {
                    calls -= wasCall ? 1 : 0;
                }
                tokens.Add(new(sign, null));
                at++;
            }
            else
            {
                throw new CalculatorException($"I can't read “{letter}” in an expression.");
            }
        }
        return tokens;
    }

    private static CalculatorToken Number(string text, ref int at, bool isArgument)
    {
        var start = at;
        while (
            at < text.Length
            && (char.IsAsciiDigit(text[at]) || (!isArgument && IsThousands(text, at)))
        )
        {
            at++;
        }
        if (at + 1 < text.Length && text[at] == '.' && char.IsAsciiDigit(text[at + 1]))
        {
            at++;
            while (at < text.Length && char.IsAsciiDigit(text[at]))
            {
                at++;
            }
        }
        else if (at < text.Length && text[at] == '.' && at > start)
        {
            at++; // "5."
        }
        if (at + 1 < text.Length && text[at] is 'e' or 'E' && IsExponent(text, at + 1))
        {
            at += 2;
            while (at < text.Length && char.IsAsciiDigit(text[at]))
            {
                at++;
            }
        }
        var digits = text[start..at].Replace(",", "", StringComparison.Ordinal).TrimEnd('.');
        return decimal.TryParse(
            digits,
            NumberStyles.Float,
            CultureInfo.InvariantCulture,
            out var value
        )
            ? new(digits, value)
            : throw new OverflowException();
    }

    private static bool IsExponent(string text, int at) =>
        char.IsAsciiDigit(text[at])
        || (text[at] is '+' or '-' && at + 1 < text.Length && char.IsAsciiDigit(text[at + 1]));

    private static bool IsThousands(string text, int at) =>
        text[at] == ','
        && at + 3 < text.Length
        && char.IsAsciiDigit(text[at + 1])
        && char.IsAsciiDigit(text[at + 2])
        && char.IsAsciiDigit(text[at + 3])
        && (at + 4 == text.Length || !char.IsAsciiDigit(text[at + 4]));

    private static void ReadWord(string text, ref int at, List<CalculatorToken> tokens)
    {
        foreach (var (words, phrase) in Phrases)
        {
            if (TakeWords(text, ref at, words))
            {
                tokens.AddRange(phrase.Select(Named));
                return;
            }
        }
        var word = Word(text, at);
        at += word.Length;
        if (Small.TryGetValue(word, out var small))
        {
            tokens.Add(new(word, Written(text, ref at, small)));
        }
        else if (Scales.TryGetValue(word, out var scale))
        {
            Scale(tokens, word, scale);
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

    // "two hundred and fifty three thousand"
    private static decimal Written(string text, ref int at, decimal first)
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

    private static void Scale(List<CalculatorToken> tokens, string word, decimal scale)
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

    private static CalculatorToken Named(string token) =>
        decimal.TryParse(token, CultureInfo.InvariantCulture, out var number)
            ? new(token, number)
            : new(token, null);

    private static bool TakeWords(string text, ref int at, string[] words)
    {
        var ahead = at;
        foreach (var word in words)
        {
            SkipGap(text, ref ahead);
            if (Word(text, ahead) != word)
            {
                return false;
            }
            ahead += word.Length;
        }
        at = ahead;
        return true;
    }

    private static void SkipGap(string text, ref int at)
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

    private static string Word(string text, int at)
    {
        var end = at;
        while (end < text.Length && char.IsLetter(text[end]))
        {
            end++;
        }
        return text[at..end].ToLowerInvariant();
    }
}
