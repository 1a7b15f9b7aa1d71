namespace Millrace.Core.Text;

public static class Cutting
{
    /// <summary>The beginning of a text in at most that many UTF-16 units, with no character cut in two.</summary>
    public static string CutTo(this string text, int most)
    {
        if (text.Length <= most)
            return text;
        return text[..(most > 0 && char.IsHighSurrogate(text[most - 1]) ? most - 1 : most)];
    }
}
