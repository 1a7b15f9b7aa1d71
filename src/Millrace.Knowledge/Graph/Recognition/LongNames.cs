namespace Millrace.Knowledge.Graph.Recognition;

/// <summary>Decides what a name of several words names, the surest rules first.</summary>
internal sealed class LongNames(WordKinds words, SingleNames single)
{
    public RecognizedEntity? Of(NameContext context, int first, int last, bool title)
    {
        var tokens = context.Tokens;
        var whole = context.Whole(first, last);
        var kinds = words.Of(whole);
        if (title)
            return context.Entity(first, last, NameTypes.Person, "title");
        if (NameClues.LegalForms.Contains(tokens[last].Text))
            return context.Entity(first, last, NameTypes.Organization, "legal_form");
        if (whole.AsSpan().ContainsAny('&', '+'))
            return context.Entity(first, last, NameTypes.Organization, "company_sign");
        if (kinds.HasFlag(NameKinds.Organization) && !kinds.HasFlag(NameKinds.Place))
            return context.Entity(first, last, NameTypes.Organization, "gazetteer");
        if (kinds.HasAny(NameKinds.Place | NameKinds.City | NameKinds.Region))
            return context.Entity(first, last, NameTypes.Place, "gazetteer");
        if (kinds.HasFlag(NameKinds.Company))
            return context.Entity(first, last, NameTypes.Organization, "company");
        if (kinds.HasFlag(NameKinds.Person))
            return context.Entity(first, last, NameTypes.Person, "gazetteer");
        // "Bavarian Red Cross"
        if (
            words.Of(tokens[first].Text).HasFlag(NameKinds.Other)
            && words.Of(context.Whole(first + 1, last)).HasFlag(NameKinds.Organization)
        )
            return context.Entity(first, last, NameTypes.Organization, "gazetteer");
        if (tokens.Skip(first).Take(last - first + 1).All(token => words.IsNoName(token.Text)))
            return null;
        if (
            NameClues.Organizations.Contains(tokens[last].Text)
            && !words.IsFirstName(tokens[first].Text, tokens[last].Text)
        )
            return context.Entity(first, last, NameTypes.Organization, "organization_word");
        if (whole.Contains(" of ", StringComparison.Ordinal))
            return NameClues.PlaceHeads.Contains(tokens[first].Text)
                ? context.Entity(first, last, NameTypes.Place, "place_word")
                : context.Entity(first, last, NameTypes.Organization, "organization_word");
        if (
            NameClues.OrganizationHeads.Contains(tokens[first].Text)
            || tokens[first].Text is "FC" or "AC" or "SC" or "Radio"
        )
            return context.Entity(first, last, NameTypes.Organization, "organization_word");
        if (NameClues.Feasts.Contains(tokens[last].Text))
            return null;
        if (
            NameClues.PlaceFirsts.Contains(tokens[first].Text)
            || NameClues.StreetTails.Contains(tokens[last].Text)
        )
            return context.Entity(first, last, NameTypes.Place, "place_word");
        if (NameClues.PartsOfOrganization.Contains(context.OfWhat(first)))
            return context.Entity(first, last, NameTypes.Organization, "context");
        if (
            NameClues.SurelyBeforePlace.Contains(context.Before(first))
            && !tokens[last].IsPossessive
        )
            return context.Entity(first, last, NameTypes.Place, "context");
        if (
            NameClues.PlaceTails.Contains(tokens[last].Text)
            && !words.HasFirstName(tokens[first].Text)
            && !IsSubject(context, first, last)
        )
            return context.Entity(first, last, NameTypes.Place, "place_word");
        if (
            context.Before(first) is "at" && !tokens[last].IsPossessive
            || NameClues.SurelyBeforeOrganization.Contains(context.Before(first))
            || context.IsOfPerson(first)
        )
            return context.Entity(first, last, NameTypes.Organization, "context");
        if (
            kinds.HasFlag(NameKinds.Town)
            && context.Before(first) is "in" or "from" or "near" or "to"
        )
            return context.Entity(first, last, NameTypes.Place, "gazetteer");
        if (
            tokens[last] is { IsAcronym: true, IsNumeral: false, Text.Length: > 2 }
            && !words.HasFirstName(tokens[first].Text)
        )
            return context.Entity(first, last, NameTypes.Organization, "acronym");
        if (kinds.HasFlag(NameKinds.Other) || NameClues.NotNames.Contains(tokens[first].Text))
            return null;
        if (
            tokens[first].IsAcronym
            && !NameClues.NotOrganizations.Contains(tokens[first].Text)
            && !NameClues.Countries.Contains(tokens[first].Text)
            && !words.IsCommon(tokens[last].Text)
        )
            return context.Entity(first, last, NameTypes.Organization, "acronym");
        // Nobody is "the Anna Freud".
        if (context.HasArticle(first) && !words.IsCommon(tokens[last].Text))
            return context.Entity(first, last, NameTypes.Organization, "context");
        if (
            tokens[first].Text is "La" or "Le" or "El" or "Les" or "Die" or "Der"
            && (
                !NameClues.BeforePlace.Contains(context.Before(first))
                || context.FollowsOrganization(first)
            )
        )
            return context.Entity(first, last, NameTypes.Organization, "unknown_name");
        if (
            NameClues.SurelyAfterOrganization.Contains(context.After(last))
            && !tokens[last].IsPossessive
        )
            return context.Entity(first, last, NameTypes.Organization, "context");
        if (
            tokens[first].IsInitial
            || char.IsLower(tokens[first].Text[0])
            || words.HasFirstName(tokens[first].Text)
            || words.IsFirstName(tokens[first].Text, tokens[last].Text)
            || words.IsLikelyFirstName(tokens[first].Text, tokens[last].Text)
        )
            return context.Entity(first, last, NameTypes.Person, "first_name");
        if (
            NameClues.PlaceOpenings.Contains(tokens[first].Text)
            || NameClues.BeforePlace.Contains(context.Before(first))
        )
            return context.Entity(first, last, NameTypes.Place, "place_word");
        if (kinds.HasFlag(NameKinds.Town))
            return context.Entity(first, last, NameTypes.Place, "gazetteer");
        // A name that is known in front of words that are none: "Lisbon Branch".
        if (words.IsCommon(tokens[last].Text))
            return words.IsCommon(tokens[first].Text)
                ? NameClues.BeforeOrganization.Contains(context.Before(first))
                    ? context.Entity(first, last, NameTypes.Organization, "context")
                    : null
                : single.Of(context, first);
        return
            NameClues.BeforeOrganization.Contains(context.Before(first))
            && context.Before(first) is not ("by" or "with")
            ? context.Entity(first, last, NameTypes.Organization, "context")
            : context.Entity(first, last, NameTypes.Person, "two_names");
    }

    /// <summary>"Mina Park trains": two names of people that somebody does something.</summary>
    private bool IsSubject(NameContext context, int first, int last) =>
        context.Before(first) is ""
        && !context.HasArticle(first)
        && words.IsFirstName(context.Tokens[first].Text, context.Tokens[last].Text)
        && words.Of(context.Tokens[first].Text).HasAny(NameKinds.AnyPlace) is false;
}
