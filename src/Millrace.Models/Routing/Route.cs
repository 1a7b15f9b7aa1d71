using Millrace.Models.Forwarding;

namespace Millrace.Models.Routing;

/// <summary>One model at one provider, as a route holds it.</summary>
internal sealed record Candidate(ModelCard Card, Provider Provider);

/// <summary>The models that will be asked for one name, in order. Immutable; made by <see cref="ModelRouter.Resolve"/>.</summary>
public sealed class Route
{
    internal Route(string asked, IReadOnlyList<Candidate> candidates, bool substituted)
    {
        Asked = asked;
        Candidates = candidates;
        Substituted = substituted;
    }

    /// <summary>The name as the caller gave it.</summary>
    public string Asked { get; }

    /// <summary>Nothing maps the name, so that the default model answers in its place.</summary>
    public bool Substituted { get; }

    /// <summary>The model that is asked first.</summary>
    public ModelCard First => Candidates[0].Card;

    internal IReadOnlyList<Candidate> Candidates { get; }

    /// <summary>Requests already made for this route, when it is what is left of another.</summary>
    internal int AttemptsBefore { get; private init; }

    /// <summary>Whether this name means a model of this process: who asks for that one wants no other to see the text.</summary>
    public bool IsOwn(string name) =>
        !Substituted
        && First.Provider == EmbeddedModels.Provider
        && Asked.Equals(name, StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether the first model is reached in this form, so that a request can go through untouched.</summary>
    public bool Speaks(WireForm form) => Candidates[0].Provider.Form == form;

    /// <summary>What is left of the route from this model on, after the ones before it did not answer.</summary>
    internal Route From(Candidate candidate, int attempts) =>
        new(
            Asked,
            [.. Candidates.SkipWhile(earlier => !ReferenceEquals(earlier, candidate))],
            Substituted
        )
        {
            AttemptsBefore = attempts,
        };
}
