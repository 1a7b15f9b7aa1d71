using System.Text;

namespace Millrace.Knowledge.Files;

/// <summary>What a file is called: the last part of what the sender says, without what could lead elsewhere. (t-backend §12.3)</summary>
public static class FileName
{
    private const int Longest = 255;

    /// <param name="otherwise">The name of a file that has none.</param>
    public static string Of(string? said, string otherwise)
    {
        var last = (said ?? "").Split('/', '\\')[^1];
        var name = new StringBuilder(last.Length);
        foreach (var rune in last.EnumerateRunes())
        {
            if (!Rune.IsControl(rune) && name.Length + rune.Utf16SequenceLength <= Longest)
                name.Append(rune.ToString());
        }
        var plain = name.ToString().Trim();
        return plain is "" or "." or ".." ? otherwise : plain;
    }
}
