using Millrace.Core.Identity;
using Millrace.Core.Identity.Erasure;
using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Knowledge.Graph.Vectors;

namespace Millrace.Knowledge.Graph;

/// <summary>Erases what is in a workspace's graphs, with the words and vectors of their facts.</summary>
internal sealed class GraphData(Store store, GraphErasure erasure, FactVectors vectors)
    : IWorkspaceData
{
    public async Task EraseAsync(Id<Workspace> workspace, CancellationToken cancellation)
    {
        foreach (var graph in await GraphsAsync(workspace, cancellation))
            await erasure.EraseAsync(workspace, graph, cancellation);
        vectors.Forget(workspace);
    }

    /// <summary>Also those that were deleted, and whose facts had not been cleared away yet.</summary>
    private Task<List<Id<KnowledgeGraph>>> GraphsAsync(
        Id<Workspace> workspace,
        CancellationToken cancellation
    ) =>
        store.ReadAsync(
            workspace,
            db =>
                db.QueryAsync(
                    """
                    SELECT id FROM graphs WHERE workspace_id = $1
                    UNION SELECT graph_id FROM facts WHERE workspace_id = $1
                    """,
                    row => row.Id<KnowledgeGraph>(0),
                    workspace.Value
                ),
            cancellation
        );
}
