using Millrace.Core.Ids;
using Millrace.Knowledge.Graph.Extraction;

namespace Millrace.Knowledge.Graph;

/// <summary>Reads what writing many statements will ask of the graph, all at once and not for each.</summary>
internal sealed class StatementNeeds(Predicates predicates)
{
    public async ValueTask LoadAsync(
        GraphWrite write,
        IReadOnlyCollection<(NewFact Fact, Reading Reading)> facts
    )
    {
        await write.Names.LoadAsync(facts.SelectMany(one => NamesIn(one.Fact, one.Reading)));
        await write.Held.LoadAsync(
            facts.SelectMany(one => RelationsIn(write, one.Fact, one.Reading))
        );
    }

    private static IEnumerable<string> NamesIn(NewFact fact, Reading reading)
    {
        string?[] names = IsNamed(fact)
            ? [fact.Subject, fact.Object is { } other && !Statements.IsValue(other) ? other : null]
            :
            [
                .. reading.Claims.SelectMany(claim =>
                    (string?[])[claim.Subject.Name, claim.Object.Name]
                ),
                .. reading.Aliases.SelectMany(alias => (string[])[alias.Of.Name, alias.Name]),
            ];
        return names.OfType<string>();
    }

    private IEnumerable<HeldRelation> RelationsIn(GraphWrite write, NewFact fact, Reading reading)
    {
        var start = Statements.StartOf(write, fact, reading);
        if (IsNamed(fact))
        {
            var predicate = Predicates.Of(fact.Predicate ?? "");
            return fact.IsOnly || predicates.IsFunctional(predicate)
                ? Relation(fact.SubjectId ?? write.Names.Known(fact.Subject!, ""), predicate, start)
                : [];
        }
        return reading
            .Claims.Where(claim => claim.Ends || predicates.IsFunctional(claim.Predicate))
            .SelectMany(claim =>
                Relation(
                    write.Names.Known(claim.Subject.Name, claim.Subject.Type),
                    claim.Predicate,
                    fact.ValidFrom ?? claim.Dates.From ?? claim.Dates.To ?? start
                )
            );
    }

    private static HeldRelation[] Relation(
        Id<Entity>? subject,
        string predicate,
        DateTimeOffset? from
    ) =>
        subject is { } known
            ? [new(known, predicate, from?.ToUnixTimeMilliseconds() ?? long.MinValue)]
            : [];

    private static bool IsNamed(NewFact fact) =>
        fact.Subject is not null || fact.SubjectId is not null;
}
