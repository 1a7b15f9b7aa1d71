using Millrace.Core.Ids;
using Millrace.Core.Storage;

namespace Millrace.Knowledge.Graph;

/// <summary>
/// The keyword index of facts. Each entry begins with its graph's own term, which every search demands, so that a
/// search walks one graph's facts only.
/// </summary>
internal static class FactWords
{
    public static ValueTask AddAsync(Db db, FactView fact)
    {
        string[] terms = [GraphTerm(fact.GraphId), .. TermsOf(fact)];
        return db.Dialect is Dialect.Sqlite
            ? db.SendAsync(
                "INSERT INTO fact_words (terms, fact_id) VALUES ($1, $2)",
                string.Join(' ', terms),
                fact.Id.Value
            )
            : db.SendAsync(
                "INSERT INTO fact_words (fact_id, terms) VALUES ($1, array_to_tsvector($2))",
                fact.Id.Value,
                terms
            );
    }

    public static async ValueTask RemoveAsync(Db db, FactView fact)
    {
        if (db.Dialect is Dialect.Postgres)
        {
            await db.SendAsync("DELETE FROM fact_words WHERE fact_id = $1", fact.Id.Value);
            return;
        }
        // By its own words, since its entities may have other names by now; should it not be found by them, among all.
        if (await RemoveAsync(db, fact, Terms.Of(fact.Text)) == 0)
            await RemoveAsync(db, fact, []);
    }

    private static ValueTask<int> RemoveAsync(Db db, FactView fact, List<string> terms) =>
        db.ExecuteAsync(
            "DELETE FROM fact_words WHERE rowid IN (SELECT rowid FROM fact_words WHERE fact_words MATCH $1 AND fact_id = $2)",
            Query(db, fact.GraphId, terms, all: true),
            fact.Id.Value
        );

    /// <summary>Facts that hold all or any of the terms, true at a moment; the latest first.</summary>
    public static ValueTask<List<FactView>> FindAsync(
        Db db,
        Id<KnowledgeGraph> graph,
        IReadOnlyList<string> terms,
        bool all,
        Moment moment,
        int limit
    ) =>
        db.QueryAsync(
            db.Dialect is Dialect.Sqlite
                ? $"""
                SELECT {FactView.Columns} FROM fact_words w JOIN facts f ON f.id = w.fact_id {FactView.Joins}
                WHERE w.fact_words MATCH $1 AND f.workspace_id = $2 AND {FactView.IsTrue} ORDER BY w.rowid DESC LIMIT $5
                """
                : $"""
                SELECT {FactView.Columns} FROM fact_words w JOIN facts f ON f.id = w.fact_id {FactView.Joins}
                WHERE w.terms @@ CAST($1 AS tsquery) AND f.workspace_id = $2 AND {FactView.IsTrue} ORDER BY f.id DESC LIMIT $5
                """,
            FactView.Read,
            Query(db, graph, terms, all),
            db.Workspace.Value,
            moment.At,
            moment.Known,
            (long)limit
        );

    /// <summary>Everything that a fact is found by, in its own words and those of its relation.</summary>
    public static List<string> TermsOf(FactView fact) =>
        Terms.Of(
            fact.Predicate is null
                ? fact.Text
                : $"{fact.Text} {fact.Subject} {fact.Predicate.Replace('_', ' ')} {fact.Object}"
        );

    public static string GraphTerm(Id<KnowledgeGraph> graph) => $"g{graph}";

    // Terms are letters and digits only, so quoting them is enough.
    public static string Query(
        Db db,
        Id<KnowledgeGraph> graph,
        IReadOnlyList<string> terms,
        bool all
    )
    {
        var (quote, and, or) =
            db.Dialect is Dialect.Sqlite ? ("\"", " AND ", " OR ") : ("'", " & ", " | ");
        var quoted = terms.Select(term => $"{quote}{term}{quote}");
        var whole = $"{quote}{GraphTerm(graph)}{quote}";
        return terms.Count == 0 ? whole : $"{whole}{and}({string.Join(all ? and : or, quoted)})";
    }
}
