using Millrace.Core.Identity;
using Millrace.Core.Identity.Erasure;
using Millrace.Core.Ids;
using Millrace.Core.Storage;

namespace Millrace.Knowledge.Graph;

/// <summary>Erases what is in a workspace's graphs, with the words of their facts.</summary>
internal sealed class GraphData(Store store) : IWorkspaceData
{
    public async Task EraseAsync(Id<Workspace> workspace, CancellationToken cancellation)
    {
        foreach (var graph in await GraphsAsync(workspace, cancellation))
        {
            while (
                await store.WriteAsync(
                    workspace,
                    db => Graphs.EraseSomeAsync(db, graph),
                    cancellation
                )
            ) { }
        }
    }

    private Task<List<Id<KnowledgeGraph>>> GraphsAsync(
        Id<Workspace> workspace,
        CancellationToken cancellation
    ) =>
        store.ReadAsync(
            workspace,
            db =>
                db.QueryAsync(
                    "SELECT id FROM graphs WHERE workspace_id = $1",
                    row => row.Id<KnowledgeGraph>(0),
                    workspace.Value
                ),
            cancellation
        );
}
