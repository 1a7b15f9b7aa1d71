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
