using Millrace.Core.Failures;
using Millrace.Core.Ids;
using Millrace.Core.Storage;

namespace Millrace.Knowledge.Graph;

/// <summary>An entity with its other names.</summary>
public sealed record EntityView(
    Id<Entity> Id,
    Id<KnowledgeGraph> GraphId,
    string Name,
    string Type,
    string? Source,
    IReadOnlyList<string> Aliases,
    string Summary,
    string? Attributes,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    DateTimeOffset? RetiredAt,
    Id<Entity>? MergedInto
);

/// <summary>What is said of an entity; of a change, what is null stays.</summary>
public sealed record EntityChange
{
    public string? Name { get; init; }

    public string? Type { get; init; }

    public string? Summary { get; init; }

    /// <summary>A JSON object.</summary>
    public string? Attributes { get; init; }

    /// <summary>All its other names.</summary>
    public IReadOnlyList<string>? Aliases { get; init; }
}

/// <summary>Reads entities with their other names.</summary>
internal static class EntityRows
{
    private const string Columns =
        "n.id, n.graph_id, n.name, n.type, n.summary, n.attributes, n.created_at, n.updated_at, n.retired_at, n.merged_into, n.source";

    /// <summary>Entities of a graph, by what follows <c>WHERE n.workspace_id = $1 AND n.graph_id = $2 AND</c>.</summary>
    public static async ValueTask<List<EntityView>> FindAsync(
        Db db,
        Id<KnowledgeGraph> graph,
        string where,
        params object?[] arguments
    ) =>
        await WithAliasesAsync(
            db,
            await db.QueryAsync(
                $"SELECT {Columns} FROM entities n WHERE n.workspace_id = $1 AND n.graph_id = $2 AND {where}",
                View,
                [db.Workspace.Value, graph.Value, .. arguments]
            )
        );

    /// <summary>Null where the graph has no such entity.</summary>
    public static async ValueTask<EntityView?> FindAsync(
        Db db,
        Id<KnowledgeGraph> graph,
        Id<Entity> id
    ) => (await FindAsync(db, graph, "n.id = $3", id.Value)).FirstOrDefault();

    public static async ValueTask<EntityView> GetAsync(
        Db db,
        Id<KnowledgeGraph> graph,
        Id<Entity> id
    ) =>
        await FindAsync(db, graph, id)
        ?? throw new NotFound("node_not_found", "There is no such node in that graph.");

    /// <summary>In the order of their ids as given; those that are gone are left out.</summary>
    public static async ValueTask<List<EntityView>> GetEachAsync(
        Db db,
        Id<KnowledgeGraph> graph,
        IEnumerable<Id<Entity>> ids
    )
    {
        var each = await db.QueryEachAsync(
            $"SELECT {Columns} FROM entities n WHERE n.workspace_id = $1 AND n.graph_id = $2 AND n.id = $3",
            View,
            [.. ids.Select(id => (object?[])[db.Workspace.Value, graph.Value, id.Value])]
        );
        return await WithAliasesAsync(db, [.. each.SelectMany(rows => rows)]);
    }

    public static async ValueTask<EntityView> LiveAsync(GraphWrite write, Id<Entity> id)
    {
        var entity = await GetAsync(write.Db, write.Graph, id);
        return entity.RetiredAt is null && entity.CreatedAt > write.Emptied
            ? entity
            : throw new NotFound("node_retired", "That node was deleted or merged into another.");
    }

    private static async ValueTask<List<EntityView>> WithAliasesAsync(
        Db db,
        List<EntityView> entities
    )
    {
        var each = await db.QueryEachAsync(
            "SELECT name, dropped_at FROM entity_names WHERE workspace_id = $1 AND entity_id = $2 ORDER BY key",
            row => (Name: row.Text(0), DroppedAt: row.TimeOrNull(1)),
            entities.ConvertAll(entity => new object?[] { db.Workspace.Value, entity.Id.Value })
        );
        return
        [
            .. entities.Zip(
                each,
                (entity, names) =>
                    entity with
                    {
                        // One that is retired has those that it had at last.
                        Aliases =
                        [
                            .. names
                                .Where(name =>
                                    name.Name != entity.Name && name.DroppedAt == entity.RetiredAt
                                )
                                .Select(name => name.Name),
                        ],
                    }
            ),
        ];
    }

    private static EntityView View(Row row) =>
        new(
            row.Id<Entity>(0),
            row.Id<KnowledgeGraph>(1),
            row.Text(2),
            row.Text(3),
            row.TextOrNull(10),
            [],
            row.Text(4),
            row.TextOrNull(5),
            row.Time(6),
            row.Time(7),
            row.TimeOrNull(8),
            row.IdOrNull<Entity>(9)
        );
}
