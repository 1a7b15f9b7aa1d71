namespace Millrace.Knowledge.Graph.Recognition;

/// <summary>What stands beside a name.</summary>
internal static class NameNeighbours
{
    private const string Opening = "(opens)";
    private const int FarthestVerb = 4;

    public static void Add(NameSentence sentence, int first, int last, NameFeatureList features)
    {
        var count = first == last ? "1" : "2";
        var kind = first == last ? sentence.Classes[first] : "*";
        AddBefore(sentence, first, last, count, kind, features);
        AddAfter(sentence, last, count, kind, features);
        if (sentence.Tokens[last].IsPossessive)
        {
            features.Add("possessive", count);
            features.Add("possessive", sentence.Classes[last]);
            features.Add("owned", sentence.Word(last + 1));
        }
        AddClues(sentence, first, last, count, kind, features);
        AddList(sentence, first, last, count, features);
        AddVerbs(sentence, first, last, features);
    }

    private static void AddBefore(
        NameSentence sentence,
        int first,
        int last,
        string count,
        string kind,
        NameFeatureList features
    )
    {
        var opens = sentence.Tokens[first].Opens;
        var article = sentence.Word(first - 1);
        if (article is "the" or "a" or "an")
        {
            features.Add("article", article, count);
            features.Add("article", article, sentence.Classes[last]);
        }
        var at = Before(sentence, first);
        var word = opens ? Opening : sentence.Word(at);
        var gap = opens ? Opening : sentence.Gap(at + 1);
        features.Add("gap_before", gap, count);
        features.Add("before", word);
        features.Add("before", word, count);
        features.Add("before", word, kind);
        features.Add("class_before", opens ? Opening : sentence.Class(at), gap);
        features.Add("class_before", opens ? Opening : sentence.Class(at), kind);
        if (opens)
        {
            features.Add("opens", count);
            features.Add("opens", kind);
            features.Add("opens_and", sentence.Word(last + 1));
        }
        else
            features.Add("two_before", sentence.Word(at - 1), word);
    }

    private static void AddAfter(
        NameSentence sentence,
        int last,
        string count,
        string kind,
        NameFeatureList features
    )
    {
        var gap = sentence.Gap(last + 1);
        var isBeside = gap == " ";
        var word = isBeside ? sentence.Word(last + 1) : gap;
        features.Add("after", word);
        features.Add("after", word, count);
        features.Add("after", word, kind);
        features.Add("class_after", isBeside ? sentence.Class(last + 1) : gap, kind);
        if (isBeside)
            features.Add("two_after", word, sentence.Word(last + 2));
    }

    private static void AddClues(
        NameSentence sentence,
        int first,
        int last,
        string count,
        string kind,
        NameFeatureList features
    )
    {
        if (!sentence.Tokens[first].Opens && Before(sentence, first) is >= 0 and var at)
        {
            var word = sentence.Lower[at];
            Add("before_place", NameClues.BeforePlace.Contains(word));
            Add("surely_before_place", NameClues.SurelyBeforePlace.Contains(word));
            Add("before_organization", NameClues.BeforeOrganization.Contains(word));
            Add("surely_before_organization", NameClues.SurelyBeforeOrganization.Contains(word));
            Add("before_person", NameClues.BeforePerson.Contains(word));
            Add("title", NameClues.Titles.Contains(word));
            Add(
                "part_of_organization",
                word is "of" or "at"
                    && NameClues.PartsOfOrganization.Contains(sentence.Word(at - 1))
            );
        }
        if (sentence.Gap(last + 1) is not (" " or ","))
            return;
        var after = sentence.Word(last + 1);
        Add("after_person", NameClues.AfterPerson.Contains(after));
        Add("after_organization", NameClues.AfterOrganization.Contains(after));
        Add("surely_after_organization", NameClues.SurelyAfterOrganization.Contains(after));
        Add("after_product", NameClues.AfterProduct.Contains(after));
        Add(
            "in_state",
            after is "is" or "was" or "will" && NameClues.States.Contains(sentence.Word(last + 2))
        );

        void Add(string clue, bool holds)
        {
            if (!holds)
                return;
            features.Add(clue);
            features.Add(clue, count);
            features.Add(clue, kind);
        }
    }

    /// <summary>"Latvia, Lithuania and Estonia": what is listed together is mostly of one type.</summary>
    private static void AddList(
        NameSentence sentence,
        int first,
        int last,
        string count,
        NameFeatureList features
    )
    {
        var before = first - 1;
        if (before > 0 && sentence.Lower[before] == "the")
            before--;
        if (before > 0 && sentence.Lower[before] is "and" or "or")
            before--;
        else if (before < 0 || sentence.Gap(before + 1) is not ("," or ";" or "/"))
            before = -1;
        if (before >= 0 && sentence.Tokens[before].IsCapitalised)
            features.Add("listed_before", sentence.Classes[before], count);
        var after = last + 1;
        if (sentence.Word(after) is "and" or "or")
            after++;
        else if (sentence.Gap(after) is not ("," or ";" or "/"))
            return;
        if (sentence.Word(after) == "the")
            after++;
        if (after < sentence.Tokens.Count && sentence.Tokens[after].IsCapitalised)
            features.Add("listed_after", sentence.Classes[after], count);
    }

    /// <summary>The nearest word of content on each side, which is often the verb.</summary>
    private static void AddVerbs(
        NameSentence sentence,
        int first,
        int last,
        NameFeatureList features
    )
    {
        for (var at = last + 1; at <= last + FarthestVerb; at++)
            if (sentence.Class(at) == "lower")
            {
                features.Add("follows", sentence.Lower[at]);
                break;
            }
        for (var at = first - 1; at >= first - FarthestVerb; at--)
            if (sentence.Class(at) == "lower")
            {
                features.Add("precedes", sentence.Lower[at]);
                break;
            }
    }

    /// <summary>The word before, past an article.</summary>
    private static int Before(NameSentence sentence, int first) =>
        sentence.Word(first - 1) is "the" or "a" or "an" ? first - 2 : first - 1;
}
