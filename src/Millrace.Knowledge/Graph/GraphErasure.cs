using Millrace.Core.Identity;
using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Knowledge.Graph.Vectors;

namespace Millrace.Knowledge.Graph;

/// <summary>Removes what is in a graph for good, with the words and the vectors of its facts; a few rows in each write.</summary>
public sealed class GraphErasure
{
    // So that emptying a large graph lets other writes pass.
    private const int AtOnce = 500;

    private readonly Store _store;
    private readonly FactVectors _vectors;

    internal GraphErasure(Store store, FactVectors vectors) => (_store, _vectors) = (store, vectors);

    /// <summary>Removes all of it.</summary>
    internal async Task EraseAsync(
        Id<Workspace> workspace,
        Id<KnowledgeGraph> graph,
        CancellationToken cancellation
    )
    {
        while (
            await _store.WriteAsync(
                workspace,
                db => EraseSomeAsync(db, graph, DateTimeOffset.MaxValue),
                cancellation
            )
        ) { }
    }

    /// <summary>Removes what was in it when it was emptied. What was written since stays, however often this is done.</summary>
    internal async Task EmptyAsync(
        Id<Workspace> workspace,
        Id<KnowledgeGraph> graph,
        CancellationToken cancellation
    )
    {
        while (
            await _store.WriteAsync(workspace, db => EmptySomeAsync(db, graph), cancellation)
        ) { }
    }

    private async ValueTask<bool> EmptySomeAsync(Db db, Id<KnowledgeGraph> graph)
    {
        var emptied = await db.FirstAsync(
            "SELECT emptied_at FROM graphs WHERE id = $1 AND workspace_id = $2",
            row => row.TimeOrNull(0),
            graph.Value,
            db.Workspace.Value
        );
        if (emptied is not { } until)
            return false;
        if (await EraseSomeAsync(db, graph, until))
            return true;
        // It may have been emptied again meanwhile.
        return await db.ExecuteAsync(
                "UPDATE graphs SET emptied_at = NULL WHERE id = $1 AND workspace_id = $2 AND emptied_at = $3",
                graph.Value,
                db.Workspace.Value,
                until
            ) == 0;
    }

    /// <summary>Removes some of what the graph knew at a time. Whether there may be more.</summary>
    private async ValueTask<bool> EraseSomeAsync(
        Db db,
        Id<KnowledgeGraph> graph,
        DateTimeOffset until
    )
    {
        object?[] arguments = [db.Workspace.Value, graph.Value, until];
        var facts = await db.QueryAsync(
            Some("facts", "id", "recorded_at"),
            row => row.Id<Fact>(0),
            arguments
        );
        foreach (var fact in facts)
        {
            await FactWords.RemoveAsync(db, fact);
            await db.SendAsync(
                "DELETE FROM facts WHERE id = $1 AND workspace_id = $2",
                fact.Value,
                db.Workspace.Value
            );
        }
        await _vectors.RemoveAsync(db, facts);
        if (facts.Count > 0)
            return true;
        var entities = Some("entities", "id", "created_at");
        var rows = 0;
        foreach (
            var (table, key, some) in new[]
            {
                ("episodes", "id", Some("episodes", "id", "created_at")),
                ("entity_names", "entity_id", entities),
                ("entities", "id", entities),
                ("graph_sessions", "session", Some("graph_sessions", "session", "mapped_at")),
            }
        )
            rows += await db.ExecuteAsync(
                $"DELETE FROM {table} WHERE workspace_id = $1 AND graph_id = $2 AND {key} IN ({some})",
                arguments
            );
        return rows > 0;
    }

    private static string Some(string table, string key, string time) =>
        $"SELECT {key} FROM {table} WHERE workspace_id = $1 AND graph_id = $2 AND {time} <= $3 ORDER BY {key} LIMIT {AtOnce}";
}
