namespace Millrace.Knowledge.Graph.Recognition;

/// <summary>One word for what a word is by itself, the surest first.</summary>
internal static class WordClasses
{
    public const string OrganizationWord = "organization_word";
    public const string PlaceWord = "place_word";
    public const string LegalForm = "legal_form";

    public static string Of(NameToken token, NameKinds kinds)
    {
        if (token.IsNumber)
            return "number";
        return token.IsCapitalised ? OfCapitalised(token, kinds) : OfLower(token.Text);
    }

    private static string OfLower(string word)
    {
        if (word is "of" or "and" or "the" or "for")
            return word;
        if (NameClues.Particles.Contains(word))
            return "particle";
        return NameClues.Function.Contains(word) ? "function" : "lower";
    }

    private static string OfCapitalised(NameToken token, NameKinds kinds)
    {
        var word = token.Text;
        if (NameClues.Countries.Contains(word) && (token.IsAcronym || token.IsInitial))
            return "place";
        if (NameClues.NotNames.Contains(word))
            return "no_name";
        if (NameClues.Titles.Contains(word.TrimEnd('.')))
            return "title";
        if (NameClues.LegalForms.Contains(word))
            return LegalForm;
        if (NameClues.Organizations.Contains(word) || NameClues.OrganizationHeads.Contains(word))
            return OrganizationWord;
        if (NameClues.PlaceTails.Contains(word) || NameClues.PlaceHeads.Contains(word))
            return PlaceWord;
        if (NameClues.PlaceOpenings.Contains(word))
            return "place_opening";
        if (token.IsInitial)
            return "initial";
        if (NameClues.NotOrganizations.Contains(word))
            return "abbreviation";
        if (token.IsAcronym)
            return OfAcronym(kinds);
        return NameClues.Function.Contains(word) ? "function" : OfKinds(kinds);
    }

    private static string OfAcronym(NameKinds kinds)
    {
        if (kinds.HasAny(NameKinds.Organization | NameKinds.Company))
            return "organization_acronym";
        if (kinds.HasAny(NameKinds.AnyPlace))
            return "place_acronym";
        return kinds.HasFlag(NameKinds.Common) ? "common_acronym" : "acronym";
    }

    private static string OfKinds(NameKinds kinds)
    {
        var isPlace = kinds.HasAny(NameKinds.Place | NameKinds.City | NameKinds.Region);
        var isCommon = kinds.HasFlag(NameKinds.Common);
        if (kinds.HasFlag(NameKinds.FirstName))
            return isPlace ? "first_name_place"
                : isCommon ? "first_name_common"
                : "first_name";
        if (kinds.HasFlag(NameKinds.HumanName))
            return (isPlace, isCommon) switch
            {
                (true, true) => "human_place_common",
                (true, false) => "human_place",
                (false, true) => "human_common",
                _ => "human",
            };
        if (isPlace)
            return isCommon ? "place_common" : "place";
        if (kinds.HasAny(NameKinds.Company | NameKinds.Organization))
            return isCommon ? "company_common" : "company";
        if (kinds.HasFlag(NameKinds.Town))
            return isCommon ? "town_common" : "town";
        if (isCommon)
            return "common";
        if (kinds.HasFlag(NameKinds.Other))
            return "other";
        return kinds == NameKinds.None ? "unknown" : "known";
    }
}
