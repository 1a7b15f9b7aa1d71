using System.Runtime.InteropServices;
using Millrace.Core.Identity;
using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Knowledge.Vectors;

namespace Millrace.Knowledge.Graph.Vectors;

/// <summary>A fact in the index of vectors; its graph stands beside it, so that the index itself keeps graphs apart.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct FactKey(Guid Graph, Guid Fact);

/// <summary>The vectors of all facts, an index for each workspace, in memory while they are used; the database has them for good.</summary>
internal sealed class FactVectors(Store store, VectorChanges changes) : IDisposable
{
    private const string Group = "facts";

    private readonly VectorIndexes<FactKey> _indexes = new(new StoredFactVectors(store), changes);

    public Task<VectorIndex<FactKey>> OpenAsync(
        Id<Workspace> workspace,
        string model,
        int dimensions,
        CancellationToken cancellation
    ) =>
        _indexes.OpenAsync(
            new VectorScope(workspace.Value, Group, model, dimensions),
            cancellation
        );

    /// <summary>Tells the indexes of all processes, within the caller's write, of facts that got a vector or lost it.</summary>
    public ValueTask TellAsync(Db db, IReadOnlyCollection<FactKey> facts) =>
        changes.TellAsync(db, Group, facts);

    /// <summary>Removes the vectors of facts that are being erased, as the last thing that the caller's write does.</summary>
    public async ValueTask RemoveAsync(Db db, IReadOnlyCollection<Id<Fact>> facts)
    {
        var removed = await db.QueryEachAsync(
            "DELETE FROM fact_vectors WHERE fact_id = $1 RETURNING graph_id, fact_id",
            row => new FactKey(row.Id<KnowledgeGraph>(0).Value, row.Id<Fact>(1).Value),
            [.. facts.Select(fact => (object?[])[fact.Value])]
        );
        await TellAsync(db, [.. removed.SelectMany(keys => keys).Distinct()]);
    }

    /// <summary>Lets go what this process holds of a workspace that is erased.</summary>
    public void Forget(Id<Workspace> workspace) => _indexes.DropAll(workspace.Value);

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
}
