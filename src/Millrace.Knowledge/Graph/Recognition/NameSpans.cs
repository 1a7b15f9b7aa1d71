namespace Millrace.Knowledge.Graph.Recognition;

/// <summary>Finds the stretches of words that may be one name: capitalised words, with the small words inside names.</summary>
internal sealed class NameSpans(Gazetteer gazetteer)
{
    private const int LongestName = 10;
    private const int MostSmall = 3;

    /// <summary>The first and the last token of each, in order.</summary>
    public List<(int First, int Last)> Of(IReadOnlyList<NameToken> tokens)
    {
        var spans = new List<(int, int)>();
        for (var at = 0; at < tokens.Count; at++)
        {
            if (IsArticle(tokens, at) || IsParticle(tokens, at))
            {
                spans.Add((at, End(tokens, at + 1)));
                at = spans[^1].Item2;
                continue;
            }
            if (!tokens[at].IsCapitalised || IsSkipped(tokens, at))
                continue;
            var last = End(tokens, at);
            spans.Add((at, last));
            at = last;
        }
        return spans;
    }

    /// <summary>"The Hague": the article is a part of the place's name.</summary>
    private bool IsArticle(IReadOnlyList<NameToken> tokens, int at) =>
        tokens[at].Text is "The"
        && at + 1 < tokens.Count
        && IsNext(tokens[at + 1])
        && gazetteer.Of($"The {tokens[at + 1].Text}").HasFlag(NameKinds.City);

    /// <summary>"van Dijk", without a first name.</summary>
    private static bool IsParticle(IReadOnlyList<NameToken> tokens, int at) =>
        !tokens[at].Opens
        && char.IsLower(tokens[at].Text[0])
        && NameClues.OpeningParticles.Contains(tokens[at].Text)
        && at + 1 < tokens.Count
        && IsNext(tokens[at + 1])
        && !NameClues.Function.Contains(tokens[at + 1].Text);

    private static bool IsSkipped(IReadOnlyList<NameToken> tokens, int at) =>
        (
            NameClues.Function.Contains(tokens[at].Text)
            && !(
                tokens[at] is { IsAcronym: true, Text.Length: > 2 }
                && (!tokens[at].Opens || tokens[at].Text is "WHO")
            )
            && !IsMonthAsName(tokens, at)
        )
        || tokens[at].Text == "I";

    // "May will cover."
    private static bool IsMonthAsName(IReadOnlyList<NameToken> tokens, int at) =>
        tokens[at].Text is "May" or "Will"
        && at + 1 < tokens.Count
        && (
            tokens[at + 1].IsCapitalised
            || tokens[at + 1].Text is "will" or "has" or "is" or "and" or "said" or "says"
        );

    private int End(IReadOnlyList<NameToken> tokens, int first)
    {
        var last = first;
        while (last + 1 < tokens.Count && last - first < LongestName)
        {
            var next = tokens[last + 1];
            if (tokens[last].IsPossessive && !HasOwner(tokens, first, last))
                break;
            if (next.IsCapitalised && Joins(tokens, first, last) && !next.IsNumber)
            {
                last++;
                continue;
            }
            if (Bridge(tokens, first, last) is { } beyond)
            {
                last = beyond;
                continue;
            }
            break;
        }
        return last;
    }

    /// <summary>"St. Mary's Hospital", "King's Lynn": the owner's name is a part of another.</summary>
    private bool HasOwner(IReadOnlyList<NameToken> tokens, int first, int last) =>
        NameClues.Organizations.Contains(tokens[last + 1].Text)
        || NameClues.PlaceTails.Contains(tokens[last + 1].Text)
        || IsKnown($"{Whole(tokens, first, last)}'s {tokens[last + 1].Text}");

    private bool IsKnown(string name) =>
        gazetteer.Of(name).HasAny(NameKinds.AnyPlace | NameKinds.Organization | NameKinds.Company)
        || name.Contains(" and ", StringComparison.Ordinal)
            && IsKnown(name.Replace(" and ", " & ", StringComparison.Ordinal));

    private static string Whole(IReadOnlyList<NameToken> tokens, int first, int last) =>
        string.Join(' ', tokens.Skip(first).Take(last - first + 1).Select(token => token.Text));

    private static bool Joins(IReadOnlyList<NameToken> tokens, int first, int last)
    {
        var next = tokens[last + 1];
        if (next.Gap is " " or " & " or " + ")
            return !(next.Opens || NameClues.Function.Contains(next.Text) && next.Text is "I");
        if (next.Gap is ", " && NameClues.Incorporated.Contains(next.Text))
            return true;
        return next.Gap is ". "
            && !next.Opens
            && (
                NameClues.Titles.Contains(tokens[last].Text)
                || tokens[last].Text is "St" or "Mt" or "Ft"
                || NameClues.LegalForms.Contains(next.Text)
            );
    }

    /// <summary>The capitalised word that small words lead to, when they stand inside a name.</summary>
    private int? Bridge(IReadOnlyList<NameToken> tokens, int first, int last)
    {
        var at = last + 1;
        var small = tokens[at].Text;
        if (
            tokens[at].Gap is ", " or " "
            && IsList(tokens, first)
            && ListEnd(tokens, at) is { } end
        )
            return end;
        if (
            tokens[at].Gap == " "
            && NameClues.SmallLegalForms.Contains(small)
            && !tokens[at].IsCapitalised
        )
            return at;
        if (tokens[at].Gap != " " || tokens[at].IsCapitalised || at + 1 >= tokens.Count)
            return null;
        if (Known(tokens, first, at) is { } known)
            return known;
        if (small == "of")
        {
            var target = tokens[at + 1].Text is "the" ? at + 2 : at + 1;
            return
                target < tokens.Count
                && IsHead(tokens, first, last, target)
                && IsNext(tokens[target])
                ? target
                : null;
        }
        if (!NameClues.Particles.Contains(small) || !IsName(tokens[last].Text))
            return null;
        while (
            at + 1 < tokens.Count
            && tokens[at].Gap == " "
            && NameClues.Particles.Contains(tokens[at].Text)
        )
            at++;
        return IsNext(tokens[at]) ? at : null;
    }

    /// <summary>"Frankfurt am Main", "Trinidad and Tobago": the whole is a known name, small words and all.</summary>
    private int? Known(IReadOnlyList<NameToken> tokens, int first, int small)
    {
        for (var at = small + 1; at < tokens.Count && at <= small + MostSmall; at++)
        {
            if (tokens[at].Gap != " ")
                return null;
            if (tokens[at].IsCapitalised)
                return IsKnown(Whole(tokens, first, at)) ? at : null;
        }
        return null;
    }

    private bool IsHead(IReadOnlyList<NameToken> tokens, int first, int last, int target)
    {
        for (var at = first; at <= last; at++)
            if (
                NameClues.OrganizationHeads.Contains(tokens[at].Text)
                || NameClues.PlaceHeads.Contains(tokens[at].Text)
                || NameClues.Organizations.Contains(tokens[at].Text) && at == last
            )
                return true;
        return gazetteer
            .Of(Whole(tokens, first, target))
            .HasAny(~(NameKinds.Common | NameKinds.HumanName));
    }

    private static bool IsList(IReadOnlyList<NameToken> tokens, int first) =>
        tokens[first].Text is "Ministry" or "Department" or "Committee";

    /// <summary>"Economy, Trade and Industry": the end of a list that goes on.</summary>
    private static int? ListEnd(IReadOnlyList<NameToken> tokens, int at)
    {
        var end = at;
        while (end + 1 < tokens.Count && tokens[end].IsCapitalised && tokens[end + 1].Gap is ", ")
            end++;
        if (tokens[end].IsCapitalised && end + 1 < tokens.Count && tokens[end + 1].Gap == " ")
            end++;
        return
            end + 1 < tokens.Count
            && tokens[end].Text == "and"
            && tokens[end + 1].IsCapitalised
            && tokens[end + 1].Gap == " "
            ? end + 1
            : null;
    }

    private bool IsName(string word) =>
        gazetteer.Of(word) is var kinds
        && (kinds.HasAny(NameKinds.HumanName) || !kinds.HasAny(NameKinds.Common));

    private static bool IsNext(NameToken token) => token.IsCapitalised && token.Gap == " ";
}
