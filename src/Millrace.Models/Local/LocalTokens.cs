using Millrace.Core.Text;

namespace Millrace.Models.Local;

/// <summary>
/// The local model's own measure of text, for windows and usage: a token is up to four letters or digits of one word,
/// or one other visible character. It splits nothing else and so needs no vocabulary.
/// </summary>
public static class LocalTokens
{
    private const int LettersPerToken = 4;
    private const int LongestDelta = 64;

    /// <summary>The tokens of a text; 0 for none.</summary>
    public static int Count(string? text)
    {
        var (tokens, _) = Walk(text ?? "", int.MaxValue);
        return tokens;
    }

    /// <summary>The longest beginning of a text that holds at most <paramref name="most"/> tokens.</summary>
    public static string Cut(string text, int most)
    {
        var (_, end) = Walk(text, Math.Max(most, 0));
        return text.CutTo(end);
    }

    /// <summary>A text in pieces of about a word, each with the space before it; together they are the text.</summary>
    public static IEnumerable<string> Deltas(string text)
    {
        var start = 0;
        for (var i = 1; i < text.Length; i++)
        {
            var isEdge = char.IsWhiteSpace(text[i]) && !char.IsWhiteSpace(text[i - 1]);
            if (isEdge || (i - start >= LongestDelta && !char.IsLowSurrogate(text[i])))
            {
                yield return text[start..i];
                start = i;
            }
        }
        if (start < text.Length)
        {
            yield return text[start..];
        }
    }

    private static (int Tokens, int End) Walk(string text, int most)
    {
        var tokens = 0;
        var run = 0;
        for (var i = 0; i < text.Length; i++)
        {
            var letter = text[i];
            if (char.IsWhiteSpace(letter) || char.IsLowSurrogate(letter))
            {
                run = 0;
                continue;
            }
            var isWord = char.IsLetterOrDigit(letter);
            if (!isWord || run % LettersPerToken == 0)
            {
                if (tokens == most)
                {
                    return (tokens, i);
                }
                tokens++;
            }
            run = isWord ? run + 1 : 0;
        }
        return (tokens, text.Length);
    }
}
