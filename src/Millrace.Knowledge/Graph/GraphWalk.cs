using Millrace.Core.Ids;
using Millrace.Core.Storage;

namespace Millrace.Knowledge.Graph;

/// <summary>Walks from entity to entity along the relations that hold at a moment, breadth first and never without end.</summary>
internal static class GraphWalk
{
    private const int MostFactsOfOne = 500;
    private const int MostVisited = 5_000;
    private const int AskedAtOnce = 50;

    /// <summary>The facts of some entities (hop 1), of their neighbours (hop 2), and so on, each once.</summary>
    public static async IAsyncEnumerable<(int Hop, List<FactView> Facts)> FromAsync(
        Db db,
        Id<KnowledgeGraph> graph,
        IReadOnlyList<Id<Entity>> entities,
        Moment moment,
        int depth,
        int mostFactsOfOne,
        int mostEntities
    )
    {
        var seen = new HashSet<Id<Fact>>();
        var visited = entities.Take(mostEntities).ToHashSet();
        var frontier = visited.ToList();
        for (var hop = 1; hop <= depth && frontier.Count > 0; hop++)
        {
            var facts = new List<FactView>();
            var next = new List<Id<Entity>>();
            await foreach (
                var (_, fact) in OfEachAsync(db, graph, frontier, moment, mostFactsOfOne)
            )
            {
                if (!seen.Add(fact.Id))
                    continue;
                facts.Add(fact);
                foreach (var end in Ends(fact))
                    if (visited.Count < mostEntities && visited.Add(end))
                        next.Add(end);
            }
            yield return (hop, facts);
            frontier = next;
        }
    }

    /// <summary>The shortest chain of relations from one entity to another, in its order; empty when there is none.</summary>
    public static async ValueTask<IReadOnlyList<FactView>> PathAsync(
        Db db,
        Id<KnowledgeGraph> graph,
        Id<Entity> from,
        Id<Entity> to,
        Moment moment,
        int depth
    )
    {
        var reached = new Dictionary<Id<Entity>, (Id<Entity> From, FactView? By)>
        {
            [from] = (from, null),
        };
        List<Id<Entity>> frontier = [from];
        for (var hop = 0; hop < depth && frontier.Count > 0 && !reached.ContainsKey(to); hop++)
        {
            var next = new List<Id<Entity>>();
            await foreach (
                var (entity, fact) in OfEachAsync(db, graph, frontier, moment, MostFactsOfOne)
            )
            {
                foreach (var end in Ends(fact))
                    if (reached.Count < MostVisited && reached.TryAdd(end, (entity, fact)))
                        next.Add(end);
            }
            frontier = next;
        }
        var path = new List<FactView>();
        for (
            var at = to;
            reached.TryGetValue(at, out var step) && step.By is not null;
            at = step.From
        )
            path.Add(step.By);
        path.Reverse();
        return path;
    }

    /// <summary>The entities that a fact names.</summary>
    public static IEnumerable<Id<Entity>> Ends(FactView fact)
    {
        if (fact.SubjectId is { } subject)
            yield return subject;
        if (fact.ObjectId is { } other)
            yield return other;
    }

    /// <summary>What is true of each entity at a moment, the latest first.</summary>
    private static async IAsyncEnumerable<(Id<Entity> Entity, FactView Fact)> OfEachAsync(
        Db db,
        Id<KnowledgeGraph> graph,
        List<Id<Entity>> entities,
        Moment moment,
        int limit
    )
    {
        foreach (var some in entities.Chunk(AskedAtOnce))
        {
            var each = await db.QueryEachAsync(
                $"""
                SELECT {FactView.Columns} FROM facts f {FactView.Joins} WHERE f.id IN (
                    SELECT id FROM facts WHERE workspace_id = $1 AND graph_id = $2 AND subject_id = $5
                    UNION ALL
                    SELECT id FROM facts WHERE workspace_id = $1 AND graph_id = $2 AND object_id = $5)
                AND {FactView.IsTrue} ORDER BY f.id DESC LIMIT $6
                """,
                FactView.Read,
                Array.ConvertAll(
                    some,
                    entity =>
                        new object?[]
                        {
                            db.Workspace.Value,
                            graph.Value,
                            moment.At,
                            moment.Known,
                            entity.Value,
                            (long)limit,
                        }
                )
            );
            foreach (var (entity, facts) in some.Zip(each))
            foreach (var fact in facts)
                yield return (entity, fact);
        }
    }
}
