using Millrace.Core.Failures;
using Millrace.Core.Ids;
using Millrace.Core.Storage;

namespace Millrace.Knowledge.Graph;

/// <summary>Which facts a list holds.</summary>
public sealed record FactFilter
{
    public Moment Moment { get; init; }

    /// <summary>All that was ever written, whatever the moment.</summary>
    public bool IncludeInvalid { get; init; }

    /// <summary>
    /// Only those that hold all of these words. A text without any, such as punctuation or "the", has to stand in them as
    /// it is.
    /// </summary>
    public string? Text { get; init; }

    /// <summary>Only those that were said in this session of the caller's.</summary>
    public string? Session { get; init; }

    /// <summary>Only those about this entity.</summary>
    public Id<Entity>? Entity { get; init; }

    /// <summary>Relations between two entities, instead of statements.</summary>
    public bool Relations { get; init; }

    public int Limit { get; init; } = 100;

    public int Offset { get; init; }
}

/// <summary>Lists and shows facts, as they are or were.</summary>
public sealed class FactReader(Store store)
{
    private const string From = $"""
        SELECT {FactView.Columns} FROM facts f {FactView.Joins}
        WHERE f.workspace_id = $1 AND f.graph_id = $2 AND {FactView.IsTrue}
        """;

    private const string EverFrom = $"""
        SELECT {FactView.Columns} FROM facts f {FactView.Joins}
        WHERE f.workspace_id = $1 AND f.graph_id = $2 AND $3 = $3 AND $4 = $4
        """;

    private const string Page = "ORDER BY f.id DESC LIMIT $5 OFFSET $6";

    /// <summary>The latest first.</summary>
    public Task<List<FactView>> ListAsync(
        OpenedGraph graph,
        FactFilter filter,
        CancellationToken cancellation = default
    ) => store.ReadAsync(graph.Workspace, db => ListAsync(db, graph, filter), cancellation);

    /// <exception cref="NotFound">The graph has no such fact.</exception>
    public Task<FactView> GetAsync(
        OpenedGraph graph,
        Id<Fact> id,
        CancellationToken cancellation = default
    ) =>
        store.ReadAsync(
            graph.Workspace,
            async db => await FindAsync(db, graph.Id, id) ?? throw Unknown(),
            cancellation
        );

    /// <exception cref="NotFound">The graph has no such fact, or it relates no two entities.</exception>
    public async Task<FactView> GetEdgeAsync(
        OpenedGraph graph,
        Id<Fact> id,
        CancellationToken cancellation = default
    )
    {
        var fact = await store.ReadAsync(
            graph.Workspace,
            db => FindAsync(db, graph.Id, id),
            cancellation
        );
        return fact is { IsEdge: true } ? fact : throw UnknownEdge();
    }

    /// <summary>All versions of a fact, in the order in which they were written.</summary>
    public Task<List<FactView>> HistoryAsync(
        OpenedGraph graph,
        FactView fact,
        CancellationToken cancellation = default
    ) =>
        store.ReadAsync(
            graph.Workspace,
            db =>
                db.QueryAsync(
                    $"""
                    SELECT {FactView.Columns} FROM facts f {FactView.Joins}
                    WHERE f.workspace_id = $1 AND f.graph_id = $2 AND {FactView.IsVersion} ORDER BY f.id
                    """,
                    FactView.Read,
                    db.Workspace.Value,
                    graph.Id.Value,
                    fact.OriginId.Value
                ),
            cancellation
        );

    /// <summary>The graph of a fact, for those who name the fact alone; null when there is none such in the installation.</summary>
    public Task<Id<KnowledgeGraph>?> GraphOfAsync(
        Id<Fact> id,
        CancellationToken cancellation = default
    ) =>
        store.ReadAsync(
            Reach.Installation,
            db =>
                db.FirstAsync(
                    "SELECT graph_id FROM facts WHERE id = $1",
                    row => (Id<KnowledgeGraph>?)row.Id<KnowledgeGraph>(0),
                    id.Value
                ),
            cancellation
        );

    internal static ValueTask<List<FactView>> ListAsync(
        Db db,
        OpenedGraph graph,
        FactFilter filter
    )
    {
        var kind = filter.Relations
            ? "f.subject_id IS NOT NULL AND f.object_id IS NOT NULL"
            : "f.is_part = FALSE";
        var where = new List<string> { kind };
        var arguments = new List<object?>
        {
            db.Workspace.Value,
            graph.Id.Value,
            filter.Moment.At,
            filter.Moment.Known,
            (long)filter.Limit,
            (long)filter.Offset,
        };
        if (filter.Session is { } session)
        {
            arguments.AddRange([graph.Caller.Value, session]);
            where.Add(
                $"e.session_workspace_id = ${arguments.Count - 1} AND e.session = ${arguments.Count}"
            );
        }
        if (filter.Entity is { } entity)
        {
            arguments.Add(entity.Value);
            where.Add(
                $"""
                f.id IN (SELECT id FROM facts WHERE workspace_id = $1 AND graph_id = $2 AND subject_id = ${arguments.Count}
                    UNION ALL SELECT id FROM facts WHERE workspace_id = $1 AND graph_id = $2 AND object_id = ${arguments.Count})
                """
            );
        }
        if (filter.Text?.Trim() is { Length: > 0 } text)
        {
            var terms = Terms.Of(text);
            arguments.Add(
                terms.Count > 0
                    ? FactWords.Query(db, graph.Id, terms, all: true)
                    : text.ToLowerInvariant()
            );
            where.Add(
                (terms.Count > 0, db.Dialect) switch
                {
                    (true, Dialect.Sqlite) =>
                        $"f.id IN (SELECT fact_id FROM fact_words WHERE fact_words MATCH ${arguments.Count})",
                    (true, _) =>
                        $"f.id IN (SELECT fact_id FROM fact_words WHERE terms @@ CAST(${arguments.Count} AS tsquery))",
                    (false, Dialect.Sqlite) => $"instr(lower(f.text), ${arguments.Count}) > 0",
                    (false, _) => $"strpos(lower(f.text), ${arguments.Count}) > 0",
                }
            );
        }
        return db.QueryAsync(
            $"{(filter.IncludeInvalid ? EverFrom : From)} AND {string.Join(" AND ", where)} {Page}",
            FactView.Read,
            [.. arguments]
        );
    }

    internal static async ValueTask<FactView?> FindAsync(
        Db db,
        Id<KnowledgeGraph> graph,
        Id<Fact> id
    ) =>
        (
            await db.QueryAsync(
                $"SELECT {FactView.Columns} FROM facts f {FactView.Joins} WHERE f.workspace_id = $1 AND f.graph_id = $2 AND f.id = $3",
                FactView.Read,
                db.Workspace.Value,
                graph.Value,
                id.Value
            )
        ).FirstOrDefault();

    internal static NotFound Unknown() =>
        new("fact_not_found", "There is no such fact in that graph.");

    internal static NotFound UnknownEdge() =>
        new("edge_not_found", "There is no such edge in that graph.");
}
