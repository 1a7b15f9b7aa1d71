using System.Text;

namespace Millrace.Core.Storage;

/// <summary>
/// Text as both databases can hold it: what is no text (NUL, half of a surrogate pair) becomes U+FFFD, as models and
/// tools may send anything and a turn must not be lost for it.
/// </summary>
public static class StoredText
{
    private const char Replacement = '\uFFFD';

    public static string Of(string text)
    {
        if (IsClean(text))
            return text;
        var clean = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
            clean.Append(rune.Value == 0 ? Replacement.ToString() : rune.ToString());
        return clean.ToString();
    }

    private static bool IsClean(string text)
    {
        if (
            !text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF')
            && !text.Contains('\0', StringComparison.Ordinal)
        )
            return true;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\0')
                return false;
            if (!char.IsSurrogate(text[i]))
                continue;
            if (i + 1 == text.Length || !char.IsSurrogatePair(text[i], text[i + 1]))
                return false;
            i++;
        }
        return true;
    }
}
