namespace Millrace.Knowledge.Graph.Recognition;

/// <summary>Decides what a name of one word names, the surest rules first.</summary>
internal sealed class SingleNames(WordKinds words)
{
    public RecognizedEntity? Of(NameContext context, int at)
    {
        var token = context.Tokens[at];
        var kinds = words.Of(token.Text);
        var (before, after) = (context.Before(at), context.After(at));
        var isPlace = kinds.HasAny(
            NameKinds.Place | NameKinds.City | NameKinds.Region | NameKinds.Town
        );
        var isCommon = kinds.HasFlag(NameKinds.Common) || words.IsInflected(token.Text);
        if (NameClues.Countries.Contains(token.Text) && (token.IsAcronym || token.IsInitial))
            return context.Entity(at, at, NameTypes.Place, "country");
        if (token.IsInitial || NameClues.NotOrganizations.Contains(token.Text))
            return null;
        if (NameClues.NotNames.Contains(token.Text))
            return token.Opens && after is "will" or "has" or "said"
                ? context.Entity(at, at, NameTypes.Person, "context")
                : null;
        if (token.Text.Contains('.', StringComparison.Ordinal))
            return context.Entity(at, at, NameTypes.Organization, "address");
        if (NameClues.AfterProduct.Contains(after) && !token.IsPossessive)
            return null;
        if (context.HasArticle(at) && NameClues.Papers.Contains(token.Text))
            return context.Entity(at, at, NameTypes.Organization, "newspaper");
        if (IsDoer(context, at, kinds))
            return context.Entity(at, at, NameTypes.Person, "first_name");
        if (context.HasArticle(at) && token.IsPossessive && kinds.HasFlag(NameKinds.HumanName))
            return context.Entity(at, at, NameTypes.Organization, "context");
        if (
            isPlace
            && (NameClues.BeforePlace.Contains(before) || context.FollowsPlace(at))
            && !(isCommon && before is "")
        )
            return context.Entity(at, at, NameTypes.Place, "gazetteer");
        if (context.IsBesidePlace(at) && !isCommon && !NameClues.AfterPerson.Contains(after))
            return context.Entity(at, at, NameTypes.Place, "context");
        if (
            NameClues.PartsOfOrganization.Contains(context.OfWhat(at))
            && !(isCommon && !kinds.HasFlag(NameKinds.Company))
        )
            return context.Entity(at, at, NameTypes.Organization, "context");
        if (
            NameClues.SurelyBeforePlace.Contains(before)
            && !token.IsAcronym
            && !token.IsPossessive
            && !isCommon
        )
            return context.Entity(at, at, NameTypes.Place, "context");
        if (before is "to" && kinds.HasFlag(NameKinds.HumanName) && !isPlace && !isCommon)
            return context.Entity(at, at, NameTypes.Person, "first_name");
        if (kinds == NameKinds.Common && token is { Opens: true, IsPossessive: true })
            return context.Entity(at, at, NameTypes.Organization, "unknown_name");
        if (
            token.IsAcronym
            && token.Text.Length > 1
            && !(
                kinds.HasAny(NameKinds.Place | NameKinds.Region)
                && !kinds.HasFlag(NameKinds.Organization)
            )
        )
            return kinds.HasFlag(NameKinds.Organization) || !kinds.HasFlag(NameKinds.Common)
                ? context.Entity(at, at, NameTypes.Organization, "acronym")
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
            return context.Entity(at, at, NameTypes.Organization, "context");
        if (
            before is "for" or "at" or "bought" or "against"
            || before is "supplier" && !isCommon
            || NameClues.SurelyBeforeOrganization.Contains(before)
            || context.IsOfPerson(at) && !isCommon
        )
            return
                isPlace
                && !kinds.HasFlag(NameKinds.Company)
                && kinds.HasAny(NameKinds.City | NameKinds.Place | NameKinds.Region)
                ? context.Entity(at, at, NameTypes.Place, "gazetteer")
                : context.Entity(at, at, NameTypes.Organization, "context");
        if (isCommon)
            return Ambiguous(context, at, kinds);
        if (kinds.HasFlag(NameKinds.Organization) && !isPlace)
            return context.Entity(at, at, NameTypes.Organization, "gazetteer");
        if (kinds.HasFlag(NameKinds.Place) || kinds.HasAny(NameKinds.City | NameKinds.Region))
            return context.Entity(at, at, NameTypes.Place, "gazetteer");
        if (kinds.HasFlag(NameKinds.Company))
            return context.Entity(at, at, NameTypes.Organization, "company");
        if (kinds.HasFlag(NameKinds.Other))
            return
                kinds.HasFlag(NameKinds.HumanName)
                && (
                    NameClues.AfterPerson.Contains(after)
                    || NameClues.BeforePerson.Contains(before)
                    || context.FollowsPerson(at)
                )
                ? context.Entity(at, at, NameTypes.Person, "first_name")
                : null;
        if (kinds.HasAny(NameKinds.HumanName | NameKinds.Person))
            return context.Entity(at, at, NameTypes.Person, "first_name");
        if (isPlace)
            return context.Entity(at, at, NameTypes.Place, "gazetteer");
        if (context.FollowsOrganization(at))
            return context.Entity(at, at, NameTypes.Organization, "context");
        if (NameClues.BeforePlace.Contains(before))
            return context.Entity(at, at, NameTypes.Place, "context");
        if (before is "of" or "with" or "by" or "from")
            return context.Entity(at, at, NameTypes.Organization, "context");
        if (
            NameClues.AfterPerson.Contains(after)
                && after is not ("says" or "said" or "is" or "was" or "has" or "will")
            || context.FollowsPerson(at)
            || NameClues.BeforePerson.Contains(before)
        )
            return context.Entity(at, at, NameTypes.Person, "context");
        if (context.IsInState(at))
            return context.Entity(at, at, NameTypes.Person, "context");
        return token.Opens && after is ""
            ? null
            : context.Entity(at, at, NameTypes.Organization, "unknown_name");
    }

    /// <summary>"Charlotte took the job": a town that is a first name, too, does nothing of the kind.</summary>
    private static bool IsDoer(NameContext context, int at, NameKinds kinds) =>
        context.Tokens[at] is { Opens: true, IsPossessive: false }
        && kinds.HasFlag(NameKinds.HumanName)
        && kinds.HasAny(NameKinds.AnyPlace)
        && (
            context.IsInState(at)
            || NameClues.AfterPerson.Contains(context.After(at))
                && context.After(at)
                    is not (
                        "is"
                        or "was"
                        or "has"
                        or "had"
                        or "will"
                        or "can"
                        or "and"
                        or "too"
                        or "said"
                    )
        );

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
            return context.Entity(at, at, NameTypes.Person, "context");
        if (
            isPlace
            && !context.HasArticle(at)
            && !(
                context.Tokens[at].Opens
                && !context.Tokens[at].IsPossessive
                && !NameClues.AfterPerson.Contains(after)
            )
        )
            return context.Entity(at, at, NameTypes.Place, "gazetteer");
        if (
            kinds.HasFlag(NameKinds.Company)
            && !context.HasArticle(at)
            && (
                !context.Tokens[at].Opens
                || context.Tokens[at].IsPossessive
                || after is "has" or "is" or "said" or "says" or "will"
            )
        )
            return context.Entity(at, at, NameTypes.Organization, "company");
        return null;
    }
}
