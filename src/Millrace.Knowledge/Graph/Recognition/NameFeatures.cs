namespace Millrace.Knowledge.Graph.Recognition;

/// <summary>
/// What may tell whether some words are a name, and of what: the words themselves, what the list of names says of them,
/// and their neighbours. Each is a name for something that holds; what it weighs, training finds out.
/// </summary>
internal static class NameFeatures
{
    private static readonly (NameKinds Kind, string Name)[] Kinds =
    [
        (NameKinds.Person, "person"),
        (NameKinds.Organization, "organization"),
        (NameKinds.Place, "place"),
        (NameKinds.Other, "other"),
        (NameKinds.Common, "common"),
        (NameKinds.HumanName, "human_name"),
        (NameKinds.Town, "town"),
        (NameKinds.City, "city"),
        (NameKinds.Region, "region"),
        (NameKinds.Company, "company"),
        (NameKinds.FirstName, "first_name"),
    ];

    /// <summary>Of a capitalised word that is no part of a name.</summary>
    public static int[] OfNone(NameSentence sentence, int at, NameFeatureList features)
    {
        var token = sentence.Tokens[at];
        var kind = sentence.Classes[at];
        features.Add("none");
        features.Add("none.word", sentence.Lower[at]);
        features.Add("none.class", kind);
        AddKinds("none.kind", sentence.Kinds(at, at), features);
        if (token.Opens)
            features.Add("none.opens", kind);
        if (sentence.IsHeading)
            features.Add("none.heading", kind);
        features.Add("none.class_before", sentence.Class(at - 1), kind);
        features.Add("none.class_after", sentence.Class(at + 1), kind);
        features.Add("none.before", sentence.Word(at - 1));
        features.Add("none.after", sentence.Word(at + 1));
        features.Add("none.ending", Ending(sentence.Lower[at], 3));
        AddShape("none.", token, features);
        return features.Take();
    }

    /// <summary>Of words that are a name.</summary>
    public static int[] OfName(NameSentence sentence, int first, int last, NameFeatureList features)
    {
        var isOne = first == last;
        var kinds = sentence.Kinds(first, last);
        features.Add("words", Math.Min(last - first + 1, 5).ToString(null, null));
        AddKinds(isOne ? "kind" : "whole", kinds, features);
        features.Add(isOne ? "class" : "shape", Shape(sentence, first, last));
        features.Add(isOne ? "only_word" : "last_word", sentence.Lower[last]);
        for (var letters = 2; letters <= 4; letters++)
            features.Add("ending", Ending(sentence.Lower[last], letters));
        features.Add("beginning", Beginning(sentence.Tokens[last].Text));
        AddShape("", sentence.Tokens[last], features);
        if (!sentence.Tokens[first].IsCapitalised)
            features.Add("begins_small");
        if (sentence.IsHeading)
            features.Add("heading", isOne ? "1" : "2");
        if (!isOne)
            AddParts(sentence, first, last, features);
        AddCuts(sentence, first, last, features);
        NameNeighbours.Add(sentence, first, last, features);
        return features.Take();
    }

    private static void AddParts(
        NameSentence sentence,
        int first,
        int last,
        NameFeatureList features
    )
    {
        features.Add("first_word", sentence.Lower[first]);
        features.Add("first_class", sentence.Classes[first]);
        features.Add("last_class", sentence.Classes[last]);
        features.Add("outer_classes", sentence.Classes[first], sentence.Classes[last]);
        AddKinds("first_kind", sentence.Kinds(first, first), features);
        AddKinds("last_kind", sentence.Kinds(last, last), features);
        for (var at = first; at <= last; at++)
        {
            features.Add("any_word", sentence.Lower[at]);
            if (sentence.Classes[at] is WordClasses.OrganizationWord or WordClasses.PlaceWord)
                features.Add("any_class", sentence.Classes[at]);
            if (at > first && at < last)
                features.Add("inner_class", sentence.Classes[at]);
            if (at > first && sentence.Tokens[at].Gap != " ")
                features.Add("inner_gap", sentence.Tokens[at].Gap.AsSpan().Trim());
            if (at < last && sentence.Tokens[at].IsPossessive)
                features.Add("inner_owner");
            if (!sentence.Tokens[at].IsCapitalised)
                features.Add(
                    "inner_small",
                    sentence.Lower[at],
                    at == last - 1 ? sentence.Classes[last] : ""
                );
        }
    }

    /// <summary>What speaks for a longer name: a word beside it that could belong to it.</summary>
    private static void AddCuts(
        NameSentence sentence,
        int first,
        int last,
        NameFeatureList features
    )
    {
        if (sentence.Tokens[first].IsCapitalised && NameCandidates.IsCut(sentence, first))
        {
            features.Add("cut_before");
            features.Add("cut_before", sentence.Class(first - 1));
        }
        else if (
            sentence.Word(first - 1) == "of"
            && NameCandidates.IsCapitalised(sentence, first - 2)
        )
            features.Add("cut_before", "of", sentence.Class(first - 2));
        if (NameCandidates.IsCut(sentence, last + 1))
        {
            features.Add("cut_after");
            features.Add("cut_after", sentence.Class(last + 1));
        }
        else if (sentence.Word(last + 1) == "of" && NameCandidates.IsCut(sentence, last + 2))
            features.Add("cut_after", "of", sentence.Class(last));
    }

    private static string Shape(NameSentence sentence, int first, int last) =>
        string.Join('.', sentence.Classes[first..Math.Min(last + 1, first + 6)]);

    private static void AddKinds(string name, NameKinds kinds, NameFeatureList features)
    {
        if (kinds == NameKinds.None)
            features.Add(name, "unknown");
        foreach (var (kind, kindName) in Kinds)
            if (kinds.HasFlag(kind))
                features.Add(name, kindName);
    }

    private static void AddShape(string prefix, NameToken token, NameFeatureList features)
    {
        var text = token.Text;
        if (text.AsSpan().IndexOfAnyInRange('0', '9') >= 0)
            features.Add("spelling", prefix, "digit");
        if (!token.IsAcronym && text.Skip(1).Any(char.IsUpper))
            features.Add("spelling", prefix, "inner_capital");
        if (text.Contains('-', StringComparison.Ordinal))
            features.Add("spelling", prefix, "dash");
        if (text.AsSpan().ContainsAny('\'', '’'))
            features.Add("spelling", prefix, "apostrophe");
        if (text.AsSpan().ContainsAnyExceptInRange('\0', '\x7f'))
            features.Add("spelling", prefix, "accent");
        if (!token.IsInitial && text.Contains('.', StringComparison.Ordinal))
            features.Add("spelling", prefix, "dot");
    }

    private static ReadOnlySpan<char> Ending(string word, int letters) =>
        word.AsSpan(Math.Max(0, word.Length - letters));

    private static ReadOnlySpan<char> Beginning(string word) =>
        word.AsSpan(0, Math.Min(2, word.Length));
}
