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
                CalculatorWords.Read(text, ref at, tokens);
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
}
