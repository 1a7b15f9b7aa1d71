namespace Millrace.Knowledge.Graph.Recognition;

/// <summary>Where a name stands.</summary>
internal sealed record NameContext(
    string Text,
    IReadOnlyList<NameToken> Tokens,
    IReadOnlyList<RecognizedEntity> Found
)
{
    /// <summary>The word before, in lower case; an article is passed over.</summary>
    public string Before(int first)
    {
        var at = first - 1;
        if (at >= 0 && Tokens[at].Text.ToLowerInvariant() is "the" or "a" or "an")
            at--;
        return at < 0 || Tokens[first].Opens ? "" : Tokens[at].Text.ToLowerInvariant();
    }

    public string After(int last) =>
        last + 1 < Tokens.Count && Tokens[last + 1].Gap.Trim() is "" or ","
            ? Tokens[last + 1].Text.ToLowerInvariant()
            : "";

    /// <summary>"X is back"</summary>
    public bool IsInState(int last) =>
        last + 2 < Tokens.Count
        && Tokens[last + 1].Text is "is" or "was" or "will"
        && NameClues.States.Contains(Tokens[last + 2].Text);

    /// <summary>The word before "of", in front of a name.</summary>
    public string OfWhat(int first)
    {
        var at = first - 1;
        if (at >= 0 && Tokens[at].Text is "the")
            at--;
        return at > 0 && Tokens[at].Text is "of" or "at"
            ? Tokens[at - 1].Text.ToLowerInvariant()
            : "";
    }

    public bool HasArticle(int first) =>
        first > 0 && Tokens[first - 1].Text is "the" or "The" && Tokens[first].Gap == " ";

    /// <summary>Whether a place stands right before it, parted by a comma or by "and".</summary>
    public bool FollowsPlace(int first) =>
        Found is [.., { Type: "place" } last]
        && Text[last.End..Tokens[first].Start] is ", " or " and " or " or " or " to ";

    /// <summary>"between Kassel and Fulda": a place whatever else is called so.</summary>
    public bool IsBesidePlace(int first) =>
        Found is [.., { Type: "place" } last]
        && Text[last.End..Tokens[first].Start] is " and " or " or ";

    public bool FollowsPerson(int first) =>
        Found is [.., { Type: "person" } last]
        && Text[last.End..Tokens[first].Start] is ", " or " and " or "; " or " or ";

    /// <summary>Whether it is somebody's of whom it is said: "Eluned Price of Plaid Cymru".</summary>
    public bool IsOfPerson(int first) =>
        Found is [.., { Type: "person" } last]
        && Text[last.End..Tokens[first].Start] is " of " or " of the ";

    /// <summary>Whether an organisation stands right before it, parted by "and", "or" or "to".</summary>
    public bool FollowsOrganization(int first) =>
        Found is [.., { Type: "organization" } last]
        && Text[last.End..Tokens[first].Start] is " and " or " or " or " to " or ", ";

    public string Whole(int first, int last) => Text[Tokens[first].Start..Tokens[last].End];

    public RecognizedEntity Entity(int first, int last, string type, string rule)
    {
        var end = Tokens[last].End;
        if (
            !Tokens[last].Text.EndsWith('.')
            && NameClues.LegalForms.Contains(Tokens[last].Text)
            && Tokens[last].Text is "Corp" or "Inc" or "Co" or "Ltd"
            && end < Text.Length
            && Text[end] == '.'
        )
            end++;
        else if (KeepsPossessive(first, last, type))
            end += 2;
        return new RecognizedEntity(
            Tokens[first].Start,
            Text[Tokens[first].Start..end],
            type,
            rule
        );
    }

    // "Ben & Jerry's", "the Sainsbury's in Leeds"
    private bool KeepsPossessive(int first, int last, string type) =>
        Tokens[last].IsPossessive
        && type == "organization"
        && Tokens[last].Text[^1] is not 's'
        && (
            Text[Tokens[first].Start..Tokens[last].End].Contains('&', StringComparison.Ordinal)
            || NameClues.AfterOrganization.Contains(After(last))
            || After(last) is "is" or "was" or "has" or "will" or "said" or "says"
            || HasArticle(first)
                && last + 1 < Tokens.Count
                && NameClues.Function.Contains(Tokens[last + 1].Text)
        );
}
