using System.Runtime.InteropServices;
using Millrace.Core.Identity;
using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Knowledge.Search;
using Millrace.Knowledge.Vectors;

namespace Millrace.Knowledge.Graph.Vectors;

/// <summary>A fact in the index of vectors; its graph stands beside it, so that the index itself keeps graphs apart.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct FactKey(Guid Graph, Guid Fact);

/// <summary>The vectors of all facts, an index for each workspace, in memory while they are used; the database has them for good.</summary>
internal sealed class FactVectors(Store store) : IDisposable
{
    private const string Group = "facts";
    private const long RowsAtOnce = 2_000;

    private readonly VectorIndexes<FactKey> _indexes = new(scope => LoadAsync(store, scope));

    public Task<VectorIndex<FactKey>> OpenAsync(
        Id<Workspace> workspace,
        string model,
        int dimensions,
        CancellationToken cancellation
    ) => _indexes.OpenAsync(ScopeOf(workspace, model, dimensions), cancellation);

    /// <summary>Tells the index of a vector that was just committed.</summary>
    public void Add(FactVector vector) =>
        _indexes
            .Find(ScopeOf(vector.WorkspaceId, vector.Model, (int)vector.Dimensions))
            ?.Add(
                new FactKey(vector.GraphId.Value, vector.FactId.Value),
                DocumentVectors.Widened(vector.Vector)
            );

    /// <summary>The embedding models that a workspace's facts have vectors of; none for most workspaces.</summary>
    public Task<List<string>> ModelsAsync(
        Id<Workspace> workspace,
        CancellationToken cancellation
    ) =>
        store.ReadAsync(
            workspace,
            async db =>
            {
                var models = new List<string>();
                // From one model to the next along the key, whatever lies between.
                while (
                    await db.FirstAsync(
                        "SELECT model FROM fact_vectors WHERE workspace_id = $1 AND model > $2 ORDER BY model LIMIT 1",
                        row => row.Text(0),
                        db.Workspace.Value,
                        models.LastOrDefault("")
                    )
                        is { } next
                )
                    models.Add(next);
                return models;
            },
            cancellation
        );

    public void Dispose() => _indexes.Dispose();

    private static VectorScope ScopeOf(Id<Workspace> workspace, string model, int dimensions) =>
        new(workspace.Value, Group, model, dimensions);

    private static async IAsyncEnumerable<KeyValuePair<FactKey, ReadOnlyMemory<float>>> LoadAsync(
        Store store,
        VectorScope scope
    )
    {
        var last = Guid.Empty;
        while (true)
        {
            var behind = last;
            var rows = await store.ReadAsync(
                new Id<Workspace>(scope.Workspace),
                db =>
                    db.QueryAsync(
                        """
                        SELECT graph_id, fact_id, vector FROM fact_vectors
                        WHERE workspace_id = $1 AND model = $2 AND fact_id > $3 AND dimensions = $4
                        ORDER BY fact_id LIMIT $5
                        """,
                        row =>
                            (
                                Key: new FactKey(
                                    row.Id<KnowledgeGraph>(0).Value,
                                    row.Id<Fact>(1).Value
                                ),
                                Vector: row.Bytes(2)
                            ),
                        scope.Workspace,
                        scope.Model,
                        behind,
                        (long)scope.Dimensions,
                        RowsAtOnce
                    )
            );
            foreach (var (key, vector) in rows)
                yield return new(key, DocumentVectors.Widened(vector));
            if (rows.Count < RowsAtOnce)
                yield break;
            last = rows[^1].Key.Fact;
        }
    }
}
