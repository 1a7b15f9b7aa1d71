using Millrace.Core.Audit;
using Millrace.Core.Ids;
using Millrace.Core.Storage;

namespace Millrace.Knowledge.Graph;

/// <summary>What a consolidation looks at, and whether it only tells what it would do.</summary>
/// <param name="Session">Only facts that were said in this session; all when null.</param>
public sealed record ConsolidationScope(
    bool DryRun = false,
    int MaxFacts = 10_000,
    string? Session = null
);

public sealed record Consolidated(bool DryRun, int FactsExamined, int FactsMerged, int NodesMerged);

/// <summary>
/// Makes one of what is there more than once: entities of one name and no two types, and facts that say the same of
/// times that touch. What is merged is retracted and names its successor, so the graph still tells what it knew before.
/// </summary>
public sealed class Consolidation(Store store, AuditLog audit, TimeProvider time)
{
    /// <param name="actor">Who asked for it, for the audit log.</param>
    /// <param name="task">Names it there.</param>
    public Task<Consolidated> RunAsync(
        OpenedGraph graph,
        ConsolidationScope scope,
        string actor,
        string task,
        CancellationToken cancellation = default
    )
    {
        graph.Demand(GraphRole.Writer);
        return store.WriteAsync(
            graph.Workspace,
            db =>
                GraphWrite.RunAsync(
                    db,
                    graph,
                    time,
                    async write =>
                    {
                        var done = await RunAsync(write, scope);
                        if (!scope.DryRun)
                            await audit.AppendAsync(
                                db,
                                graph.Workspace,
                                actor,
                                "graph.consolidated",
                                task
                            );
                        return done;
                    }
                ),
            cancellation
        );
    }

    private static async ValueTask<Consolidated> RunAsync(
        GraphWrite write,
        ConsolidationScope scope
    )
    {
        var merged = await SameEntitiesAsync(write);
        if (!scope.DryRun)
        {
            foreach (var (from, to) in merged)
                await MergeAsync(write, from, to);
        }
        var facts = await write.FindAsync(
            "f.retracted_at IS NULL AND ($3 = '' OR e.session = $3) ORDER BY f.id DESC LIMIT $4",
            scope.Session ?? "",
            (long)scope.MaxFacts
        );
        var groups = facts
            .GroupBy(fact => Saying(fact, merged))
            .SelectMany(same => Touching([.. same.OrderBy(Start).ThenBy(fact => fact.Id)]))
            .Where(same => same.Count > 1)
            .ToList();
        if (!scope.DryRun)
        {
            foreach (var same in groups)
                await MergeAsync(write, same);
        }
        return new Consolidated(
            scope.DryRun,
            facts.Count,
            groups.Sum(same => same.Count - 1),
            merged.Count
        );
    }

    /// <summary>Entities that are another, older one by a name of theirs, and which.</summary>
    private static async ValueTask<Dictionary<Id<Entity>, Id<Entity>>> SameEntitiesAsync(
        GraphWrite write
    )
    {
        var rows = await write.Db.QueryAsync(
            """
            SELECT n.key, e.id, e.type FROM entity_names n JOIN entities e ON e.id = n.entity_id
            WHERE n.workspace_id = $1 AND n.graph_id = $2 AND n.key IN (
                SELECT key FROM entity_names WHERE workspace_id = $1 AND graph_id = $2
                GROUP BY key HAVING COUNT(*) > 1)
            ORDER BY e.id
            """,
            row => (Key: row.Text(0), Id: row.Id<Entity>(1), Type: row.Text(2)),
            write.Workspace.Value,
            write.Graph.Value
        );
        var merged = new Dictionary<Id<Entity>, Id<Entity>>();
        foreach (var named in rows.GroupBy(row => row.Key, StringComparer.Ordinal))
        {
            // Of two types it cannot be told which of them one without a type is.
            if (named.Select(row => row.Type).Where(type => type.Length > 0).Distinct().Count() > 1)
                continue;
            var keeper = Root(merged, named.First().Id);
            foreach (var other in named.Skip(1).Select(row => Root(merged, row.Id)))
                if (other != keeper)
                    merged[other] = keeper;
        }
        return merged.Keys.ToDictionary(id => id, id => Root(merged, id));
    }

    private static Id<Entity> Root(Dictionary<Id<Entity>, Id<Entity>> merged, Id<Entity> id)
    {
        while (merged.TryGetValue(id, out var next))
            id = next;
        return id;
    }

    private static async ValueTask MergeAsync(GraphWrite write, Id<Entity> from, Id<Entity> to)
    {
        foreach (var fact in await Entities.FactsOfAsync(write, from))
        {
            var moved = fact with
            {
                Id = write.NewId<Fact>(),
                SubjectId = fact.SubjectId == from ? to : fact.SubjectId,
                ObjectId = fact.ObjectId == from ? to : fact.ObjectId,
                RecordedAt = write.Now,
            };
            await write.RetractAsync(fact, moved.Id);
            await write.AddFactAsync(moved);
        }
        var entity = await EntityRows.GetAsync(write.Db, write.Graph, from);
        await Entities.RetireAsync(write, from, to);
        foreach (var name in (string[])[entity.Name, .. entity.Aliases])
            await write.Names.AddNameAsync(to, Terms.Key(name), name);
    }

    private static async ValueTask MergeAsync(GraphWrite write, List<FactView> same)
    {
        // Not resting on a document when another rests on what somebody said: that outlives the document. Nor in a guest's
        // words when the graph's own workspace says the same.
        var first = same.OrderBy(fact => fact.RestsOnDocument)
            .ThenBy(fact => fact.IsOthersWords)
            .ThenBy(fact => fact.IsPart)
            .First();
        var whole = first with
        {
            Id = write.NewId<Fact>(),
            ValidFrom = same[0].ValidFrom,
            ValidTo = same.Exists(fact => fact.ValidTo is null)
                ? null
                : same.Max(fact => fact.ValidTo),
            Confidence = same.Max(fact => fact.Confidence),
            RecordedAt = write.Now,
        };
        foreach (var fact in same)
            await write.RetractAsync(fact, whole.Id);
        await write.AddFactAsync(whole);
    }

    /// <summary>What a fact says: its relation, else its words.</summary>
    private static string Saying(FactView fact, Dictionary<Id<Entity>, Id<Entity>> merged)
    {
        if (fact is not { SubjectId: { } subject, Predicate: { } predicate, Object: { } value })
            return $"text {string.Join(' ', Terms.Words(fact.Text))}";
        var other = fact.ObjectId is { } id
            ? Root(merged, id).ToString()
            : value.ToLowerInvariant();
        return $"{Root(merged, subject)} {predicate} {other}";
    }

    /// <summary>Parts facts, ordered by their start, into those whose times overlap or touch.</summary>
    private static List<List<FactView>> Touching(List<FactView> facts)
    {
        var groups = new List<List<FactView>>();
        long? end = null;
        foreach (var fact in facts)
        {
            if (groups.Count > 0 && (end is null || Start(fact) <= end))
            {
                groups[^1].Add(fact);
                end =
                    end is null || fact.Valid.To is null
                        ? null
                        : Math.Max(end.Value, fact.Valid.To.Value);
                continue;
            }
            groups.Add([fact]);
            end = fact.Valid.To;
        }
        return groups;
    }

    private static long Start(FactView fact) => fact.Valid.From ?? long.MinValue;
}
