using Millrace.Core.Failures;
using Millrace.Core.Ids;
using Millrace.Core.Storage;

namespace Millrace.Knowledge.Graph;

/// <summary>The entities of a graph: shown, made, changed and retired.</summary>
public sealed class Entities(Store store, TimeProvider time)
{
    /// <summary>Those that the graph knew at a moment, the latest first.</summary>
    public Task<List<EntityView>> ListAsync(
        OpenedGraph graph,
        DateTimeOffset? knownAt,
        int limit,
        int offset,
        CancellationToken cancellation = default
    ) =>
        store.ReadAsync(
            graph.Workspace,
            db =>
                EntityRows.FindAsync(
                    db,
                    graph.Id,
                    "n.created_at <= $3 AND (n.retired_at IS NULL OR n.retired_at > $3) ORDER BY n.id DESC LIMIT $4 OFFSET $5",
                    new Moment(default, knownAt).Known,
                    (long)limit,
                    (long)offset
                ),
            cancellation
        );

    /// <exception cref="NotFound">The graph has no such entity.</exception>
    public Task<EntityView> GetAsync(
        OpenedGraph graph,
        Id<Entity> id,
        CancellationToken cancellation = default
    ) =>
        store.ReadAsync(graph.Workspace, db => EntityRows.GetAsync(db, graph.Id, id), cancellation);

    /// <summary>Makes one, whether or not another has its name.</summary>
    public Task<EntityView> CreateAsync(
        OpenedGraph graph,
        EntityChange entity,
        CancellationToken cancellation = default
    )
    {
        graph.Demand(GraphRole.Writer);
        return GraphWrite.RunAsync(
            store,
            graph,
            time,
            async write =>
            {
                var mention = new Mention(entity.Name!, entity.Type ?? "") { Source = "user" };
                var (id, _) = await write.Names.AddAsync(
                    mention,
                    Terms.Key(mention.Name),
                    entity.Summary ?? "",
                    entity.Attributes
                );
                foreach (var alias in entity.Aliases ?? [])
                    await write.Names.AddNameAsync(id, Terms.Key(alias), alias);
                return await EntityRows.GetAsync(write.Db, graph.Id, id);
            },
            cancellation
        );
    }

    /// <exception cref="NotFound">The graph has no such entity, or no longer.</exception>
    public Task<EntityView> ChangeAsync(
        OpenedGraph graph,
        Id<Entity> id,
        EntityChange change,
        CancellationToken cancellation = default
    )
    {
        graph.Demand(GraphRole.Writer);
        return GraphWrite.RunAsync(
            store,
            graph,
            time,
            write => ChangeAsync(write, id, change),
            cancellation
        );
    }

    /// <summary>Retires one, and takes back what is held of it.</summary>
    /// <exception cref="NotFound">The graph has no such entity, or no longer.</exception>
    public Task RetireAsync(
        OpenedGraph graph,
        Id<Entity> id,
        CancellationToken cancellation = default
    )
    {
        graph.Demand(GraphRole.Writer);
        return GraphWrite.RunAsync(
            store,
            graph,
            time,
            async write =>
            {
                await EntityRows.LiveAsync(write, id);
                foreach (var fact in await FactsOfAsync(write, id))
                    await write.RetractAsync(fact, null);
                await RetireAsync(write, id, null);
            },
            cancellation
        );
    }

    /// <summary>The facts about an entity that are not taken back.</summary>
    internal static ValueTask<List<FactView>> FactsOfAsync(GraphWrite write, Id<Entity> id) =>
        write.FindAsync(
            "f.retracted_at IS NULL AND (f.subject_id = $3 OR f.object_id = $3) ORDER BY f.id",
            id.Value
        );

    /// <summary>Ends an entity, in favour of another or none. Its names mean it no longer.</summary>
    internal static async ValueTask RetireAsync(
        GraphWrite write,
        Id<Entity> id,
        Id<Entity>? mergedInto
    )
    {
        await write.Db.ExecuteAsync(
            "UPDATE entities SET retired_at = $1, updated_at = $1, merged_into = $2 WHERE id = $3 AND workspace_id = $4",
            write.Now,
            mergedInto?.Value,
            id.Value,
            write.Workspace.Value
        );
        await DropNamesAsync(write, id);
        write.CountNodes(-1);
    }

    private static async ValueTask<EntityView> ChangeAsync(
        GraphWrite write,
        Id<Entity> id,
        EntityChange change
    )
    {
        var entity = await EntityRows.LiveAsync(write, id);
        await write.Db.ExecuteAsync(
            """
            UPDATE entities SET name = $1, type = $2, summary = $3, attributes = $4, updated_at = $5, source = $8,
                written_by = CASE WHEN $9 THEN $10 ELSE written_by END
            WHERE id = $6 AND workspace_id = $7
            """,
            change.Name ?? entity.Name,
            change.Type ?? entity.Type,
            change.Summary ?? entity.Summary,
            change.Attributes ?? entity.Attributes,
            write.Now,
            id.Value,
            write.Workspace.Value,
            change.Type is null ? entity.Source : "user",
            change.Name is not null,
            write.Guest?.Value
        );
        if (change.Aliases is not null)
            await DropNamesAsync(write, id);
        // A name that is no longer its own stays one that it is found by.
        string[] names =
        [
            change.Name ?? entity.Name,
            .. change.Aliases ?? entity.Aliases,
            .. change.Aliases is null ? [entity.Name] : (string[])[],
        ];
        foreach (var name in names)
            await write.Names.AddNameAsync(id, Terms.Key(name), name);
        return await EntityRows.GetAsync(write.Db, write.Graph, id);
    }

    private static ValueTask DropNamesAsync(GraphWrite write, Id<Entity> id) =>
        write.Db.SendAsync(
            "UPDATE entity_names SET dropped_at = $1 WHERE workspace_id = $2 AND entity_id = $3 AND dropped_at IS NULL",
            write.Now,
            write.Workspace.Value,
            id.Value
        );
}
