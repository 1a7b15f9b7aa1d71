using Millrace.Core.Identity;
using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Knowledge.Search;
using Millrace.Knowledge.Vectors;

namespace Millrace.Knowledge.Graph.Vectors;

/// <summary>The vectors of facts, in the database.</summary>
internal sealed class StoredFactVectors(Store store) : VectorSource<FactKey>
{
    private const long RowsAtOnce = 2_000;

    private const string Of = """
        SELECT graph_id, fact_id, vector FROM fact_vectors WHERE workspace_id = $1 AND model = $2 AND dimensions = $3
        """;

    public override async IAsyncEnumerable<KeyValuePair<FactKey, ReadOnlyMemory<float>>> AllAsync(
        VectorScope scope
    )
    {
        var last = Guid.Empty;
        while (true)
        {
            var behind = last;
            var rows = await ReadAsync(
                scope,
                db =>
                    db.QueryAsync(
                        $"{Of} AND fact_id > $4 ORDER BY fact_id LIMIT $5",
                        Read,
                        scope.Workspace,
                        scope.Model,
                        (long)scope.Dimensions,
                        behind,
                        RowsAtOnce
                    )
            );
            foreach (var row in rows)
                yield return row;
            if (rows.Count < RowsAtOnce)
                yield break;
            last = rows[^1].Key.Fact;
        }
    }

    public override async Task<
        IReadOnlyList<KeyValuePair<FactKey, ReadOnlyMemory<float>>>
    > FindAsync(VectorScope scope, IReadOnlyCollection<FactKey> keys)
    {
        var facts = keys.Select(key => key.Fact).ToArray();
        return await ReadAsync(
            scope,
            db =>
                db.Dialect is Dialect.Postgres
                    ? FindAsync(db, scope, "= ANY($4)", facts)
                    : EachAsync(db, scope, facts)
        );
    }

    // In process, so that each costs no way there and back.
    private static async ValueTask<List<KeyValuePair<FactKey, ReadOnlyMemory<float>>>> EachAsync(
        Db db,
        VectorScope scope,
        Guid[] facts
    )
    {
        var found = new List<KeyValuePair<FactKey, ReadOnlyMemory<float>>>(facts.Length);
        foreach (var fact in facts)
            found.AddRange(await FindAsync(db, scope, "= $4", fact));
        return found;
    }

    private static ValueTask<List<KeyValuePair<FactKey, ReadOnlyMemory<float>>>> FindAsync(
        Db db,
        VectorScope scope,
        string condition,
        object facts
    ) =>
        db.QueryAsync(
            $"{Of} AND fact_id {condition}",
            Read,
            scope.Workspace,
            scope.Model,
            (long)scope.Dimensions,
            facts
        );

    private Task<List<KeyValuePair<FactKey, ReadOnlyMemory<float>>>> ReadAsync(
        VectorScope scope,
        Func<Db, ValueTask<List<KeyValuePair<FactKey, ReadOnlyMemory<float>>>>> read
    ) => store.ReadAsync(new Id<Workspace>(scope.Workspace), read);

    private static KeyValuePair<FactKey, ReadOnlyMemory<float>> Read(Row row) =>
        new(
            new FactKey(row.Id<KnowledgeGraph>(0).Value, row.Id<Fact>(1).Value),
            DocumentVectors.Widened(row.Bytes(2))
        );
}
