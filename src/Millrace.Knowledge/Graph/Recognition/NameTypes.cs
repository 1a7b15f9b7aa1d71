namespace Millrace.Knowledge.Graph.Recognition;

/// <summary>Decides what a stretch of words names, the surest rules first; nothing when it seems to be no name.</summary>
internal sealed class NameTypes(Gazetteer gazetteer)
{
    private const string Person = "person";
    private const string Organization = "organization";
    private const string Place = "place";

    public RecognizedEntity? Of(NameContext context, int first, int last)
    {
        var tokens = context.Tokens;
        var title = false;
        while (first < last && IsTitle(tokens[first], tokens[first + 1]))
        {
            title = true;
            first++;
        }
        if (first == last && NameClues.Titles.Contains(tokens[first].Text) && !title)
            return null;
        // A common word that opens a sentence is no part of the name behind it.
        while (first < last && tokens[first].Opens && IsOpening(context, first, last))
            first++;
        if (last + 1 < tokens.Count && tokens[last + 1].IsNumber && tokens[last + 1].Gap == " ")
        {
            var numbered =
                $"{Whole(context, first, last)} {tokens[last + 1].Text.TrimEnd('.', ',')}";
            if (gazetteer.Of(numbered).HasFlag(NameKinds.Company))
                return context.Entity(first, last, Organization, "company") with
                {
                    Text = numbered,
                };
            if (first == last && !gazetteer.Of(tokens[first].Text).HasFlag(NameKinds.City))
                return null;
        }
        return first == last && !title ? One(context, first) : Several(context, first, last, title);
    }

    private RecognizedEntity? Several(NameContext context, int first, int last, bool title)
    {
        var tokens = context.Tokens;
        var whole = Whole(context, first, last);
        var kinds = gazetteer.Of(whole);
        if (title)
            return context.Entity(first, last, Person, "title");
        if (NameClues.LegalForms.Contains(tokens[last].Text))
            return context.Entity(first, last, Organization, "legal_form");
        if (whole.AsSpan().ContainsAny('&', '+'))
            return context.Entity(first, last, Organization, "company_sign");
        if (kinds.HasFlag(NameKinds.Organization) && !kinds.HasFlag(NameKinds.Place))
            return context.Entity(first, last, Organization, "gazetteer");
        if (kinds.HasAny(NameKinds.Place | NameKinds.City | NameKinds.Region))
            return context.Entity(first, last, Place, "gazetteer");
        if (kinds.HasFlag(NameKinds.Company))
            return context.Entity(first, last, Organization, "company");
        if (kinds.HasFlag(NameKinds.Person))
            return context.Entity(first, last, Person, "gazetteer");
        if (tokens.Skip(first).Take(last - first + 1).All(token => IsNoName(token.Text)))
            return null;
        if (
            NameClues.Organizations.Contains(tokens[last].Text)
            && !IsFirstName(tokens[first].Text, tokens[last].Text)
        )
            return context.Entity(first, last, Organization, "organization_word");
        if (whole.Contains(" of ", StringComparison.Ordinal))
            return NameClues.PlaceHeads.Contains(tokens[first].Text)
                ? context.Entity(first, last, Place, "place_word")
                : context.Entity(first, last, Organization, "organization_word");
        if (
            NameClues.OrganizationHeads.Contains(tokens[first].Text)
            || tokens[first].Text is "FC" or "AC" or "SC" or "Radio"
        )
            return context.Entity(first, last, Organization, "organization_word");
        if (NameClues.PartsOfOrganization.Contains(context.OfWhat(first)))
            return context.Entity(first, last, Organization, "context");
        if (
            NameClues.SurelyBeforePlace.Contains(context.Before(first))
            && !tokens[last].IsPossessive
        )
            return context.Entity(first, last, Place, "context");
        if (
            NameClues.PlaceTails.Contains(tokens[last].Text)
            && !HasFirstName(tokens[first].Text)
            && !IsSubject(context, first, last)
        )
            return context.Entity(first, last, Place, "place_word");
        if (
            kinds.HasFlag(NameKinds.Town)
            && context.Before(first) is "in" or "from" or "near" or "to"
        )
            return context.Entity(first, last, Place, "gazetteer");
        if (
            tokens[last].IsAcronym
            && tokens[last].Text.Length > 2
            && !HasFirstName(tokens[first].Text)
        )
            return context.Entity(first, last, Organization, "acronym");
        if (kinds.HasFlag(NameKinds.Other) || NameClues.NotNames.Contains(tokens[first].Text))
            return null;
        if (
            tokens[first].IsInitial
            || HasFirstName(tokens[first].Text)
            || IsFirstName(tokens[first].Text, tokens[last].Text)
            || IsLikelyFirstName(tokens[first].Text, tokens[last].Text)
        )
            return context.Entity(first, last, Person, "first_name");
        if (
            tokens[first].Text is "La" or "Le" or "El" or "Les" or "Die" or "Der"
            && !NameClues.BeforePlace.Contains(context.Before(first))
        )
            return context.Entity(first, last, Organization, "unknown_name");
        if (
            NameClues.PlaceOpenings.Contains(tokens[first].Text)
            || NameClues.BeforePlace.Contains(context.Before(first))
        )
            return context.Entity(first, last, Place, "place_word");
        if (kinds.HasFlag(NameKinds.Town))
            return context.Entity(first, last, Place, "gazetteer");
        // A name that is known in front of words that are none: "Lisbon Branch".
        if (IsCommon(tokens[last].Text))
            return IsCommon(tokens[first].Text)
                ? NameClues.BeforeOrganization.Contains(context.Before(first))
                    ? context.Entity(first, last, Organization, "context")
                    : null
                : One(context, first);
        return
            NameClues.BeforeOrganization.Contains(context.Before(first))
            && context.Before(first) is not ("by" or "with")
            ? context.Entity(first, last, Organization, "context")
            : context.Entity(first, last, Person, "two_names");
    }

    private RecognizedEntity? One(NameContext context, int at)
    {
        var token = context.Tokens[at];
        var kinds = gazetteer.Of(token.Text);
        var (before, after) = (context.Before(at), context.After(at));
        var isPlace = kinds.HasAny(
            NameKinds.Place | NameKinds.City | NameKinds.Region | NameKinds.Town
        );
        var isCommon = kinds.HasFlag(NameKinds.Common) || IsInflected(token.Text);
        if (NameClues.Countries.Contains(token.Text) && (token.IsAcronym || token.IsInitial))
            return context.Entity(at, at, Place, "country");
        if (token.IsInitial || NameClues.NotOrganizations.Contains(token.Text))
            return null;
        if (NameClues.NotNames.Contains(token.Text))
            return token.Opens && after is "will" or "has" or "said"
                ? context.Entity(at, at, Person, "context")
                : null;
        if (context.HasArticle(at) && token.IsPossessive && kinds.HasFlag(NameKinds.HumanName))
            return context.Entity(at, at, Organization, "context");
        if (
            isPlace
            && (NameClues.BeforePlace.Contains(before) || context.FollowsPlace(at))
            && !(isCommon && before is "")
        )
            return context.Entity(at, at, Place, "gazetteer");
        if (
            NameClues.PartsOfOrganization.Contains(context.OfWhat(at))
            && !(isCommon && !kinds.HasFlag(NameKinds.Company))
        )
            return context.Entity(at, at, Organization, "context");
        if (
            NameClues.SurelyBeforePlace.Contains(before)
            && !token.IsAcronym
            && !token.IsPossessive
            && !isCommon
        )
            return context.Entity(at, at, Place, "context");
        if (before is "to" && kinds.HasFlag(NameKinds.HumanName) && !isPlace && !isCommon)
            return context.Entity(at, at, Person, "first_name");
        if (kinds == NameKinds.Common && token is { Opens: true, IsPossessive: true })
            return context.Entity(at, at, Organization, "unknown_name");
        if (
            token.IsAcronym
            && token.Text.Length > 1
            && !(isPlace && !kinds.HasFlag(NameKinds.Organization))
        )
            return kinds.HasFlag(NameKinds.Organization) || !kinds.HasFlag(NameKinds.Common)
                ? context.Entity(at, at, Organization, "acronym")
                : null;
        if (
            NameClues.AfterOrganization.Contains(after)
            && !token.IsPossessive
            && (!isCommon || kinds.HasFlag(NameKinds.Company))
            && !(
                kinds.HasFlag(NameKinds.HumanName)
                && !kinds.HasFlag(NameKinds.Company)
                && after
                    is "opened"
                        or "bought"
                        or "cut"
                        or "sold"
                        or "plans"
                        or "reports"
                        or "reported"
            )
        )
            return context.Entity(at, at, Organization, "context");
        if (
            before is "for" or "joined" or "at" or "acquired" or "bought" or "against" or "supplier"
            && !isCommon
        )
            return
                isPlace
                && !kinds.HasFlag(NameKinds.Company)
                && kinds.HasAny(NameKinds.City | NameKinds.Place | NameKinds.Region)
                ? context.Entity(at, at, Place, "gazetteer")
                : context.Entity(at, at, Organization, "context");
        if (isCommon)
            return Ambiguous(context, at, kinds);
        if (kinds.HasFlag(NameKinds.Organization) && !isPlace)
            return context.Entity(at, at, Organization, "gazetteer");
        if (kinds.HasFlag(NameKinds.Place) || kinds.HasAny(NameKinds.City | NameKinds.Region))
            return context.Entity(at, at, Place, "gazetteer");
        if (kinds.HasFlag(NameKinds.Company))
            return context.Entity(at, at, Organization, "company");
        if (kinds.HasFlag(NameKinds.Other))
            return
                kinds.HasFlag(NameKinds.HumanName)
                && (
                    NameClues.AfterPerson.Contains(after)
                    || NameClues.BeforePerson.Contains(before)
                    || context.FollowsPerson(at)
                )
                ? context.Entity(at, at, Person, "first_name")
                : null;
        if (kinds.HasAny(NameKinds.HumanName | NameKinds.Person))
            return context.Entity(at, at, Person, "first_name");
        if (isPlace)
            return context.Entity(at, at, Place, "gazetteer");
        if (NameClues.BeforePlace.Contains(before))
            return context.Entity(at, at, Place, "context");
        if (before is "of" or "with" or "by" or "from")
            return context.Entity(at, at, Organization, "context");
        if (
            NameClues.AfterPerson.Contains(after)
                && after is not ("says" or "said" or "is" or "was" or "has" or "will")
            || context.FollowsPerson(at)
            || NameClues.BeforePerson.Contains(before)
        )
            return context.Entity(at, at, Person, "context");
        return token.Opens && after is ""
            ? null
            : context.Entity(at, at, Organization, "unknown_name");
    }

    /// <summary>A name that is a common word too is one where its neighbours say so.</summary>
    private static RecognizedEntity? Ambiguous(NameContext context, int at, NameKinds kinds)
    {
        var (before, after) = (context.Before(at), context.After(at));
        var isPlace = kinds.HasAny(NameKinds.Place | NameKinds.City);
        if (
            kinds.HasFlag(NameKinds.HumanName)
            && (
                before is "hi" or "dear" or "thanks" or "ask" or "asked" or "tell" or "told"
                || NameClues.AfterPerson.Contains(after)
                    && after is not ("is" or "was" or "has" or "and" or "will" or "can")
                    && !isPlace
            )
        )
            return context.Entity(at, at, Person, "context");
        if (
            isPlace
            && !context.HasArticle(at)
            && !(
                context.Tokens[at].Opens
                && !context.Tokens[at].IsPossessive
                && !NameClues.AfterPerson.Contains(after)
            )
        )
            return context.Entity(at, at, Place, "gazetteer");
        if (
            kinds.HasFlag(NameKinds.Company)
            && !context.HasArticle(at)
            && (
                !context.Tokens[at].Opens
                || context.Tokens[at].IsPossessive
                || after is "has" or "is" or "said" or "says" or "will"
            )
        )
            return context.Entity(at, at, Organization, "company");
        return null;
    }

    private bool IsOpening(NameContext context, int first, int last)
    {
        var tokens = context.Tokens;
        var word = tokens[first].Text;
        var kinds = gazetteer.Of(word);
        if (gazetteer.Of(Whole(context, first, last)).HasAny(~NameKinds.Common))
            return false;
        if (NameClues.Function.Contains(word))
            return true;
        if (NameClues.OrganizationHeads.Contains(word) || NameClues.PlaceOpenings.Contains(word))
            return false;
        return (kinds.HasFlag(NameKinds.Common) || IsInflected(word))
            && !kinds.HasAny(NameKinds.HumanName | NameKinds.Company | NameKinds.AnyPlace)
            && !NameClues.LegalForms.Contains(tokens[last].Text)
            && !NameClues.Organizations.Contains(tokens[last].Text);
    }

    private static bool IsTitle(NameToken token, NameToken next) =>
        NameClues.Titles.Contains(token.Text.TrimEnd('.'))
        && !NameClues.Organizations.Contains(next.Text)
        && next.Gap is " " or ". ";

    private bool IsFirstName(string first, string last) =>
        gazetteer.Of(first).HasFlag(NameKinds.HumanName)
        && gazetteer.Of(last).HasFlag(NameKinds.HumanName)
        && !NameClues.NotNames.Contains(first)
        && !NameClues.NotNames.Contains(last)
        && !NameClues.Organizations.Contains(last);

    /// <summary>"Mina Park trains": two names of people that somebody does something.</summary>
    private bool IsSubject(NameContext context, int first, int last) =>
        context.Before(first) is ""
        && !context.HasArticle(first)
        && IsFirstName(context.Tokens[first].Text, context.Tokens[last].Text)
        && gazetteer.Of(context.Tokens[first].Text).HasAny(NameKinds.AnyPlace) is false;

    private bool IsLikelyFirstName(string first, string last) =>
        gazetteer.Of(first).HasFlag(NameKinds.HumanName)
        && !NameClues.NotNames.Contains(first)
        && !IsCommon(last);

    private bool HasFirstName(string word) =>
        gazetteer.Of(word) is var kinds
        && kinds.HasFlag(NameKinds.HumanName)
        && !kinds.HasFlag(NameKinds.Common);

    private bool IsCommon(string word) =>
        gazetteer.Of(word).HasFlag(NameKinds.Common)
        || IsInflected(word)
        || NameClues.Function.Contains(word);

    private bool IsNoName(string word) =>
        NameClues.NotNames.Contains(word)
        || NameClues.Function.Contains(word)
        || (
            gazetteer.Of(word) is var kinds
            && !kinds.HasAny(NameKinds.HumanName | NameKinds.AnyPlace | NameKinds.Company)
            && (kinds.HasFlag(NameKinds.Common) || IsInflected(word))
            && !NameClues.Organizations.Contains(word)
        );

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
        && gazetteer.Of(word[..^ending.Length] + instead) is var kinds
        && kinds.HasFlag(NameKinds.Common)
        && gazetteer.Of(word) == NameKinds.None;

    private static string Whole(NameContext context, int first, int last) =>
        context.Text[context.Tokens[first].Start..context.Tokens[last].End];
}
