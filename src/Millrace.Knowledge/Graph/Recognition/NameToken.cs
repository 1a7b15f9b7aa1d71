using System.Buffers;
using System.Text.RegularExpressions;

namespace Millrace.Knowledge.Graph.Recognition;

/// <summary>A word of a text, without a possessive ending.</summary>
/// <param name="Gap">What stands between it and the word before.</param>
internal sealed record NameToken(string Text, int Start, string Gap)
{
    public int End => Start + Text.Length;

    public bool IsPossessive { get; init; }

    /// <summary>Whether a sentence or its like begins here, so that its capital letter says nothing.</summary>
    public bool Opens { get; init; }

    /// <summary>Also behind a particle or a small letter: "al-Rashid", "d'Ivoire", "eBay".</summary>
    public bool IsCapitalised =>
        char.IsUpper(Text[0])
        || Text.Length > 2 && char.IsLetter(Text[0]) && char.IsUpper(Text[1])
        || Text.Length > 5 && char.IsLetter(Text[0]) && HasInnerCapital
        || Text.AsSpan().IndexOfAny('-', '\'', '’') is var dash and > 0
            && dash + 1 < Text.Length
            && char.IsUpper(Text[dash + 1])
            && (
                NameClues.Particles.Contains(Text[..dash])
                || Text[..dash] is "d" or "l" or "dell" or "dall"
            );

    /// <summary>"easyJet", but not "Al-Sayed".</summary>
    private bool HasInnerCapital =>
        Text.AsSpan(1).IndexOfAnyInRange('A', 'Z') is >= 0 and var at
        && char.IsLower(Text[at])
        && Text.AsSpan().IndexOfAny('-', '\'', '’') < 0;

    /// <summary>"III"</summary>
    public bool IsNumeral => Text.All(letter => letter is 'I' or 'V' or 'X');

    public bool IsNumber => char.IsDigit(Text[0]);

    public bool IsAcronym =>
        Text.Length is > 1 and < 8 && Text.All(letter => char.IsUpper(letter) || letter is '&');

    /// <summary>"J." or "B.V."</summary>
    public bool IsInitial => Text.EndsWith('.') && Text.Length < 8;
}

internal static partial class NameTokens
{
    private static readonly SearchValues<char> Stops = SearchValues.Create("!?:\n\r\"“”•*");

    private static readonly HashSet<string> Abbreviations = Words.Set(
        "Dr Mr Mrs Ms Prof St Mt Ft Rev Hon Gen Col Capt Sgt Sen Rep Gov Co Corp Inc Ltd"
    );

    public static List<NameToken> Of(string text)
    {
        var tokens = new List<NameToken>();
        var end = 0;
        foreach (Match match in Word().Matches(text))
        {
            var gap = text[end..match.Index];
            var word = match.Value;
            var isPossessive =
                word.EndsWith("'s", StringComparison.Ordinal)
                || word.EndsWith("’s", StringComparison.Ordinal);
            tokens.Add(
                new NameToken(isPossessive ? word[..^2] : word, match.Index, gap)
                {
                    IsPossessive = isPossessive,
                    Opens = tokens.Count == 0 || Ends(gap, tokens[^1]),
                }
            );
            end = match.Index + match.Length;
        }
        return tokens;
    }

    private static bool Ends(string gap, NameToken before) =>
        gap.AsSpan().ContainsAny(Stops)
        || (
            gap.Contains('.', StringComparison.Ordinal)
            && !(gap.StartsWith('.') && Abbreviations.Contains(before.Text))
        );

    [GeneratedRegex(
        @"\p{Lu}[\p{L}\p{N}]*\.(?:com|org|net|io|ai)\b|(?:\p{Lu}\.-?)+(?:\p{Lu}\.)?(?=[\s,;)\]'’]|$)|\p{L}[\p{L}\p{M}\p{N}]*(?:[-'’&]\p{L}[\p{L}\p{M}\p{N}]*)*|\d[\d.,]*",
        RegexOptions.CultureInvariant,
        matchTimeoutMilliseconds: 5_000
    )]
    private static partial Regex Word();
}

internal static class Words
{
    public static HashSet<string> Set(string words) =>
        new(
            words.Split(' ', StringSplitOptions.RemoveEmptyEntries),
            StringComparer.OrdinalIgnoreCase
        );
}
