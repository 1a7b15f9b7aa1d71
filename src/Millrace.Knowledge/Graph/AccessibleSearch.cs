using Millrace.Core.Identity;
using Millrace.Core.Ids;

namespace Millrace.Knowledge.Graph;

/// <summary>
/// Asks the graphs that a caller may read, all at once. Nobody is asked whether they want a graph to be shared with them,
/// so that what others share is bounded, and takes no more than half of the places that the caller's own facts could
/// fill. (t-backend §14.2)
/// </summary>
public sealed class AccessibleSearch(GraphAccess access, GraphSearch search)
{
    public async Task<GraphAnswer> FindAsync(
        Principal caller,
        GraphQuestion question,
        CancellationToken cancellation = default
    )
    {
        var graphs = await access.SearchedAsync(caller, cancellation);
        var answers = await search.FindEachAsync(graphs, question, cancellation);
        var (own, others) = (new List<GraphAnswer>(), new List<GraphAnswer>());
        foreach (var (graph, answer) in graphs.Zip(answers))
            (graph.Guest is null ? own : others).Add(answer);
        var owned = own.SelectMany(answer => answer.Facts).ToList();
        var reserved = Math.Min(owned.Count, (question.Limit + 1) / 2);
        var facts = owned
            .Concat(BestFirst(others.SelectMany(answer => answer.Facts), question.Limit - reserved))
            .ToList();
        var best = BestFirst(facts, question.Limit).ToList();
        var shown = best.Select(fact => fact.Fact.GraphId).ToHashSet();
        var ends = best.SelectMany(fact => GraphWalk.Ends(fact.Fact)).ToHashSet();
        return new GraphAnswer(
            best,
            [
                .. own.Concat(others.Where(answer => IsShown(answer, shown)))
                    .SelectMany(answer => answer.Entities)
                    // What is named only, in however many graphs, no more often than facts are.
                    .Where((entity, at) => at < question.Limit || ends.Contains(entity.Id)),
            ]
        );
    }

    private static IEnumerable<ScoredFact> BestFirst(IEnumerable<ScoredFact> facts, int most) =>
        facts.OrderByDescending(fact => fact.Score).Take(most);

    private static bool IsShown(GraphAnswer answer, HashSet<Id<KnowledgeGraph>> shown) =>
        answer.Facts is [var first, ..] && shown.Contains(first.Fact.GraphId);
}
