using Millrace.Core.Identity;
using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Core.Work;
using Millrace.Knowledge.Graph.Recognition;

namespace Millrace.Knowledge.Graph;

/// <summary>What the graphs of the installation hold together, and how far the work on them is.</summary>
public sealed record GraphCounts(
    long Graphs,
    long Facts,
    long FactsHeld,
    long Nodes,
    long Episodes,
    long FactsIndexed,
    long TasksWaiting,
    long TasksDead,
    bool NamesInstalled
);

/// <summary>Counts, for an operator. It reads whole tables.</summary>
public sealed class GraphCensus(Store store, Gazetteer names)
{
    private static readonly (string Name, string Sql)[] Counts =
    [
        ("graphs", "SELECT COUNT(*) FROM graphs"),
        ("facts", "SELECT COUNT(*) FROM facts"),
        ("held", "SELECT COUNT(*) FROM facts WHERE retracted_at IS NULL"),
        ("nodes", "SELECT COUNT(*) FROM entities WHERE retired_at IS NULL"),
        ("episodes", "SELECT COUNT(*) FROM episodes"),
        ("indexed", "SELECT COUNT(*) FROM fact_words"),
        (
            "waiting",
            "SELECT COUNT(*) FROM work_items WHERE kind LIKE 'graph.%' AND state IN ('waiting', 'running')"
        ),
        ("dead", "SELECT COUNT(*) FROM work_items WHERE kind LIKE 'graph.%' AND state = 'dead'"),
    ];

    public Task<GraphCounts> TakeAsync(CancellationToken cancellation = default) =>
        store.ReadAsync(
            Reach.Installation,
            async db =>
            {
                var counts = new Dictionary<string, long>(StringComparer.Ordinal);
                foreach (var (name, sql) in Counts)
                    counts[name] = await db.FirstAsync(sql, row => row.Int64(0));
                return new GraphCounts(
                    counts["graphs"],
                    counts["facts"],
                    counts["held"],
                    counts["nodes"],
                    counts["episodes"],
                    counts["indexed"],
                    counts["waiting"],
                    counts["dead"],
                    names.IsInstalled
                );
            },
            cancellation
        );
}
