namespace Millrace.Knowledge.Graph.Recognition;

/// <summary>The stretches of words that may be one name: capitalised words, with the small words inside names.</summary>
internal static class NameCandidates
{
    private const int LongestName = 9;
    private const int MostSmall = 3;

    /// <summary>
    /// The first and the last word of each, by where they begin, without the parts of what the list of names knows as a
    /// place, an organisation or a company: neither of both in "Trinidad and Tobago".
    /// </summary>
    public static List<(int First, int Last)> Of(NameSentence sentence)
    {
        var all = All(sentence).ToList();
        var listed = all.FindAll(name =>
            name.First < name.Last
            && sentence
                .Kinds(name.First, name.Last)
                .HasAny(NameKinds.AnyPlace | NameKinds.Organization | NameKinds.Company)
        );
        all.RemoveAll(name =>
            listed.Exists(whole =>
                whole.First <= name.First && whole.Last >= name.Last && whole != name
            )
        );
        return all;
    }

    private static IEnumerable<(int First, int Last)> All(NameSentence sentence)
    {
        for (var first = 0; first < sentence.Tokens.Count; first++)
            if (CanBegin(sentence.Tokens, first))
                foreach (var last in Ends(sentence, first))
                    yield return (first, last);
            else if (IsNumbered(sentence, first))
                yield return (first, first + 1);
    }

    /// <summary>Whether the word at a place is capitalised and may go on with the name that the word before ends.</summary>
    public static bool IsCut(NameSentence sentence, int at) =>
        at > 0 && IsCapitalised(sentence, at) && GoesOn(sentence.Tokens, at - 1, at);

    public static bool IsCapitalised(NameSentence sentence, int at) =>
        at >= 0 && at < sentence.Tokens.Count && sentence.Tokens[at].IsCapitalised;

    // "van Dijk", without a first name.
    private static bool CanBegin(IReadOnlyList<NameToken> tokens, int at) =>
        tokens[at].IsCapitalised && tokens[at].Text != "I"
        || !tokens[at].Opens
            && NameClues.OpeningParticles.Contains(tokens[at].Text)
            && at + 1 < tokens.Count
            && tokens[at + 1] is { IsCapitalised: true, Gap: " " };

    /// <summary>"3M", "7-Eleven": only where the list of names knows it.</summary>
    private static bool IsNumbered(NameSentence sentence, int at) =>
        sentence.Tokens[at].IsNumber
        && at + 1 < sentence.Tokens.Count
        && sentence.Tokens[at + 1].IsCapitalised
        && sentence.Kinds(at, at + 1).HasAny(NameKinds.Company | NameKinds.Organization);

    private static IEnumerable<int> Ends(NameSentence sentence, int first)
    {
        var tokens = sentence.Tokens;
        var small = 0;
        for (var at = first; at < Math.Min(tokens.Count, first + LongestName); at++)
        {
            if (at > first && !GoesOn(tokens, first, at))
                yield break;
            if (tokens[at].IsNumber)
            {
                // "Phillips 66"
                if (sentence.Kinds(first, at).HasFlag(NameKinds.Company))
                    yield return at;
                yield break;
            }
            if (tokens[at].IsCapitalised)
            {
                small = 0;
                if (IsJoined(sentence, first, at))
                    yield return at;
                continue;
            }
            if (NameClues.SmallLegalForms.Contains(tokens[at].Text))
                yield return at;
            if (++small > MostSmall)
                yield break;
        }
    }

    private static bool GoesOn(IReadOnlyList<NameToken> tokens, int first, int at)
    {
        var (word, before) = (tokens[at], tokens[at - 1]);
        var isList = tokens[first].Text is "Ministry" or "Department" or "Committee";
        if (!word.IsCapitalised && !word.IsNumber)
            return word.Gap == " "
                    && (
                        NameClues.InsideNames.Contains(word.Text)
                        || NameClues.SmallLegalForms.Contains(word.Text)
                    )
                || word is { Gap: ", ", Text: "and" } && isList;
        if (word.Opens)
            return false;
        return word.Gap switch
        {
            " " or " & " or " + " => true,
            // "St Thomas' Hospital"
            "' " or "’ " => NameClues.Organizations.Contains(word.Text),
            ", " => NameClues.Incorporated.Contains(word.Text) || isList,
            ". " => NameClues.Titles.Contains(before.Text)
                || before.Text is "St" or "Mt" or "Ft"
                || NameClues.LegalForms.Contains(word.Text),
            _ => false,
        };
    }

    /// <summary>
    /// "Securities and Exchange Commission", but neither "Paris and Rome" nor "Stratford on Sunday": the small words
    /// that more often part names join them only where the list of names knows the whole, or inside an organisation's.
    /// </summary>
    private static bool IsJoined(NameSentence sentence, int first, int last)
    {
        var kinds = sentence.Kinds(first, last);
        // "The Hague", but "the Atlantic" also where it is called The Atlantic.
        if (first < last && sentence.Lower[first] is "the" or "a" or "an")
            return kinds.HasAny(NameKinds.AnyPlace) && sentence.Tokens[first].Text is "The";
        var (parts, needsOrganization) = (false, false);
        for (var at = first; at <= last; at++)
            if (!sentence.Tokens[at].IsCapitalised)
            {
                var word = sentence.Lower[at];
                needsOrganization |= word is "and" or "for" or "et" or "und" or "y" or "e";
                parts |=
                    word is "on" or "in" or "upon" or "sur" or "im" or "am" or "an"
                    || word is "the" && sentence.Lower[at - 1] is not ("of" or "for");
            }
        if (!parts && !needsOrganization || kinds != NameKinds.None)
            return true;
        return !parts
            && sentence
                .Classes.AsSpan(first, last - first + 1)
                .ContainsAny(WordClasses.OrganizationWord, WordClasses.LegalForm);
    }
}
