namespace Millrace.Knowledge.Graph.Recognition;

/// <summary>What the list of names says of words, also of common words with an ending.</summary>
internal sealed class WordKinds(Gazetteer gazetteer)
{
    /// <summary>Of one word.</summary>
    public NameKinds Of(string word)
    {
        var kinds = gazetteer.Of(word);
        return kinds == NameKinds.None && IsInflected(word) ? NameKinds.Common : kinds;
    }

    /// <summary>Of a name of several words.</summary>
    public NameKinds Listed(string name) => gazetteer.Of(name);

    /// <summary>"Updated", "Terms", "Visiting".</summary>
    private bool IsInflected(string word) =>
        word.Length > 4
        && (
            IsStem(word, "s", "")
            || IsStem(word, "es", "")
            || IsStem(word, "ed", "")
            || IsStem(word, "ed", "e")
            || IsStem(word, "ing", "")
            || IsStem(word, "ing", "e")
            || IsStem(word, "ies", "y")
        );

    private bool IsStem(string word, string ending, string instead) =>
        word.EndsWith(ending, StringComparison.Ordinal)
        && gazetteer.Of(word[..^ending.Length] + instead).HasFlag(NameKinds.Common);
}
