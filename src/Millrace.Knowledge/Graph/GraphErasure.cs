using Millrace.Core.Identity;
using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Knowledge.Graph.Vectors;

namespace Millrace.Knowledge.Graph;

/// <summary>Removes what is in a graph for good, with the words and the vectors of its facts.</summary>
public sealed class GraphErasure
{
    // So that emptying a large graph lets other writes pass.
    private const int AtOnce = 500;

    private readonly Store _store;
    private readonly FactVectors _vectors;

    internal GraphErasure(Store store, FactVectors vectors) => (_store, _vectors) = (store, vectors);

    /// <summary>A few rows in each write.</summary>
    internal async Task EraseAsync(
        Id<Workspace> workspace,
        Id<KnowledgeGraph> graph,
        CancellationToken cancellation
    )
    {
        while (
            await _store.WriteAsync(workspace, db => EraseSomeAsync(db, graph), cancellation)
        ) { }
    }

    /// <summary>Whether there may be more.</summary>
    private async ValueTask<bool> EraseSomeAsync(Db db, Id<KnowledgeGraph> graph)
    {
        var facts = await db.QueryAsync(
            $"SELECT {FactView.Columns} FROM facts f {FactView.Joins} WHERE f.workspace_id = $1 AND f.graph_id = $2 LIMIT {AtOnce}",
            FactView.Read,
            db.Workspace.Value,
            graph.Value
        );
        foreach (var fact in facts)
        {
            await FactWords.RemoveAsync(db, fact);
            await db.SendAsync(
                "DELETE FROM facts WHERE id = $1 AND workspace_id = $2",
                fact.Id.Value,
                db.Workspace.Value
            );
        }
        await _vectors.RemoveAsync(db, facts);
        if (facts.Count > 0)
            return true;
        var rows = 0;
        foreach (
            var (table, key) in new[]
            {
                ("episodes", "id"),
                ("entity_names", "entity_id"),
                ("entities", "id"),
                ("graph_sessions", "session"),
            }
        )
            rows += await db.ExecuteAsync(
                $"""
                DELETE FROM {table} WHERE workspace_id = $1 AND graph_id = $2 AND {key} IN (
                    SELECT {key} FROM {table} WHERE workspace_id = $1 AND graph_id = $2 LIMIT {AtOnce})
                """,
                db.Workspace.Value,
                graph.Value
            );
        return rows > 0;
    }
}
