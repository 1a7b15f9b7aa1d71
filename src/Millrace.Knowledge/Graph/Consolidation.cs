using Millrace.Core.Audit;
using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Knowledge.Graph.Vectors;

namespace Millrace.Knowledge.Graph;

/// <summary>What a consolidation looks at, and whether it only tells what it would do.</summary>
/// <param name="Session">Only facts that were said in this session of the caller's; all when null.</param>
public sealed record ConsolidationScope(
    bool DryRun = false,
    int MaxFacts = 10_000,
    string? Session = null
);

public sealed record Consolidated(bool DryRun, int FactsExamined, int FactsMerged, int NodesMerged);

/// <summary>
/// Makes one of what is there more than once: entities of one name and no two types, and facts that say the same of
/// times that touch. What is merged is retracted and names its successor, so the graph still tells what it knew before.
/// What is the same is found out by reading; each write merges a little of it, if it is as it was read.
/// </summary>
public sealed class Consolidation
{
    // Of one write, so that others pass.
    private const int EntitiesAtOnce = 10;
    private const int FactsAtOnce = 50;

    private readonly Store _store;
    private readonly AuditLog _audit;
    private readonly FactEmbedding _embedding;
    private readonly TimeProvider _time;

    internal Consolidation(
        Store store,
        AuditLog audit,
        FactEmbedding embedding,
        TimeProvider time
    ) => (_store, _audit, _embedding, _time) = (store, audit, embedding, time);

    /// <param name="actor">Who asked for it, for the audit log.</param>
    /// <param name="task">Names it there.</param>
    public async Task<Consolidated> RunAsync(
        OpenedGraph graph,
        ConsolidationScope scope,
        string actor,
        string task,
        CancellationToken cancellation = default
    )
    {
        graph.Demand(GraphRole.Writer);
        var same = await _store.ReadAsync(
            graph.Workspace,
            db => SameEntitiesAsync(db, graph.Id),
            cancellation
        );
        var merged = same.ToDictionary(entity => entity.Id, entity => entity.Keeper);
        if (!scope.DryRun)
        {
            var count = await WriteAsync(graph, same, EntitiesAtOnce, MergeAsync, cancellation);
            var left = await MergeFactsAsync(graph, scope, count, cancellation);
            await _store.WriteAsync(
                graph.Workspace,
                db => _audit.AppendAsync(db, graph.Workspace, actor, "graph.consolidated", task),
                cancellation
            );
            return left;
        }
        var facts = await FactsAsync(graph, scope, cancellation);
        return new Consolidated(
            DryRun: true,
            facts.Count,
            Groups(facts, merged).Sum(group => group.Count - 1),
            same.Count
        );
    }

    private async Task<Consolidated> MergeFactsAsync(
        OpenedGraph graph,
        ConsolidationScope scope,
        int entities,
        CancellationToken cancellation
    )
    {
        // What was merged has its facts moved by now; what was not is not the same.
        var facts = await FactsAsync(graph, scope, cancellation);
        var count = await WriteAsync(
            graph,
            Groups(facts, []),
            FactsAtOnce,
            MergeAsync,
            cancellation
        );
        return new Consolidated(DryRun: false, facts.Count, count, entities);
    }

    /// <summary>Merges what is the same, a few in each write. How many were.</summary>
    private async Task<int> WriteAsync<T>(
        OpenedGraph graph,
        List<T> same,
        int atOnce,
        Func<GraphWrite, T, ValueTask<int>> merge,
        CancellationToken cancellation
    )
    {
        var merged = 0;
        foreach (var some in same.Chunk(atOnce))
            merged += await GraphWrite.RunAsync(
                _store,
                graph,
                _time,
                async write =>
                {
                    var count = 0;
                    foreach (var one in some)
                        count += await merge(write, one);
                    await _embedding.QueueAsync(write);
                    return count;
                },
                cancellation
            );
        return merged;
    }

    private Task<List<FactView>> FactsAsync(
        OpenedGraph graph,
        ConsolidationScope scope,
        CancellationToken cancellation
    ) =>
        _store.ReadAsync(
            graph.Workspace,
            db =>
                db.QueryAsync(
                    $"""
                    SELECT {FactView.Columns} FROM facts f {FactView.Joins}
                    WHERE f.workspace_id = $1 AND f.graph_id = $2 AND f.retracted_at IS NULL
                    AND ($3 = '' OR (e.session_workspace_id = $5 AND e.session = $3)) ORDER BY f.id DESC LIMIT $4
                    """,
                    FactView.Read,
                    db.Workspace.Value,
                    graph.Id.Value,
                    scope.Session ?? "",
                    (long)scope.MaxFacts,
                    graph.Caller.Value
                ),
            cancellation
        );

    private static List<List<FactView>> Groups(
        List<FactView> facts,
        Dictionary<Id<Entity>, Id<Entity>> merged
    ) =>
        [
            .. facts
                .GroupBy(fact => Saying(fact, merged))
                .SelectMany(same => Touching([.. same.OrderBy(Start).ThenBy(fact => fact.Id)]))
                .Where(same => same.Count > 1),
        ];

    /// <summary>Entities that are another, older one by a name of theirs, and which.</summary>
    private static async ValueTask<List<SameEntity>> SameEntitiesAsync(
        Db db,
        Id<KnowledgeGraph> graph
    )
    {
        var rows = await db.QueryAsync(
            """
            SELECT n.key, e.id, e.type, e.updated_at FROM entity_names n JOIN entities e ON e.id = n.entity_id
            WHERE n.workspace_id = $1 AND n.graph_id = $2 AND n.dropped_at IS NULL AND n.key IN (
                SELECT key FROM entity_names WHERE workspace_id = $1 AND graph_id = $2 AND dropped_at IS NULL
                GROUP BY key HAVING COUNT(*) > 1)
            ORDER BY e.id
            """,
            row =>
                (
                    Key: row.Text(0),
                    Id: row.Id<Entity>(1),
                    Type: row.Text(2),
                    ChangedAt: row.Time(3)
                ),
            db.Workspace.Value,
            graph.Value
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
        var changed = rows.DistinctBy(row => row.Id)
            .ToDictionary(row => row.Id, row => row.ChangedAt);
        return
        [
            .. from id in merged.Keys
            let keeper = Root(merged, id)
            select new SameEntity(id, keeper, changed[id], changed[keeper]),
        ];
    }

    private static Id<Entity> Root(Dictionary<Id<Entity>, Id<Entity>> merged, Id<Entity> id)
    {
        while (merged.TryGetValue(id, out var next))
            id = next;
        return id;
    }

    private static async ValueTask<int> MergeAsync(GraphWrite write, SameEntity same)
    {
        var (from, to) = (same.Id, same.Keeper);
        // One that was retired, changed or erased since it was read is left to the next consolidation.
        if (
            await EntityRows.FindAsync(write.Db, write.Graph, from)
                is not { RetiredAt: null } entity
            || await EntityRows.FindAsync(write.Db, write.Graph, to)
                is not { RetiredAt: null } keeper
            || entity.CreatedAt <= write.Emptied
            || keeper.CreatedAt <= write.Emptied
            || entity.UpdatedAt != same.ChangedAt
            || keeper.UpdatedAt != same.KeeperChangedAt
        )
            return 0;
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
        await Entities.RetireAsync(write, from, to);
        foreach (var name in (string[])[entity.Name, .. entity.Aliases])
            await write.Names.AddNameAsync(to, Terms.Key(name), name);
        return 1;
    }

    private static async ValueTask<int> MergeAsync(GraphWrite write, List<FactView> same)
    {
        var each = await write.FindEachAsync(
            "f.id = $3 AND f.retracted_at IS NULL",
            same.ConvertAll(fact => new object?[] { fact.Id.Value })
        );
        // A row that stands says what it said when it was read.
        if (each.Exists(found => found.Count == 0))
            return 0;
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
        return same.Count - 1;
    }

    internal static string Saying(FactView fact) => Saying(fact, []);

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

    /// <summary>An entity that is another, and when both were changed last.</summary>
    private sealed record SameEntity(
        Id<Entity> Id,
        Id<Entity> Keeper,
        DateTimeOffset ChangedAt,
        DateTimeOffset KeeperChangedAt
    );
}
