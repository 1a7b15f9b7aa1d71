namespace Millrace.Knowledge.Graph.Recognition;

/// <summary>What a word is by itself: a first name, a common word, or none that a name is made of.</summary>
internal sealed class WordKinds(Gazetteer gazetteer)
{
    public NameKinds Of(string name) => gazetteer.Of(name);

    public bool IsFirstName(string first, string last) =>
        gazetteer.Of(first).HasFlag(NameKinds.HumanName)
        && gazetteer.Of(last).HasFlag(NameKinds.HumanName)
        && !NameClues.NotNames.Contains(first)
        && !NameClues.NotNames.Contains(last)
        && !NameClues.Organizations.Contains(last);

    public bool IsLikelyFirstName(string first, string last) =>
        gazetteer.Of(first).HasFlag(NameKinds.HumanName)
        && !NameClues.NotNames.Contains(first)
        && !IsCommon(last);

    public bool HasFirstName(string word) =>
        gazetteer.Of(word) is var kinds
        && kinds.HasFlag(NameKinds.HumanName)
        && !kinds.HasFlag(NameKinds.Common);

    public bool IsCommon(string word) =>
        gazetteer.Of(word).HasFlag(NameKinds.Common)
        || IsInflected(word)
        || NameClues.Function.Contains(word);

    public bool IsNoName(string word) =>
        NameClues.NotNames.Contains(word)
        || NameClues.Function.Contains(word)
        || (
            gazetteer.Of(word) is var kinds
            && !kinds.HasAny(NameKinds.HumanName | NameKinds.AnyPlace | NameKinds.Company)
            && (kinds.HasFlag(NameKinds.Common) || IsInflected(word))
            && !NameClues.Organizations.Contains(word)
        );

    /// <summary>"Updated", "Terms", "Visiting".</summary>
    public bool IsInflected(string word) =>
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
        && gazetteer.Of(word[..^ending.Length] + instead) is var kinds
        && kinds.HasFlag(NameKinds.Common)
        && gazetteer.Of(word) == NameKinds.None;
}
