using Millrace.Core.Ids;
using Millrace.Core.Storage;

namespace Millrace.Knowledge.Graph;

/// <summary>
/// The keyword index of facts. Each entry begins with its graph's own term, which every search demands, so that a
/// search walks one graph's facts only.
/// </summary>
internal static class FactWords
{
    public static async ValueTask AddAsync(Db db, FactView fact)
    {
        string[] terms = [GraphTerm(fact.GraphId), .. TermsOf(fact)];
        if (db.Dialect is Dialect.Postgres)
        {
            await db.SendAsync(
                "INSERT INTO fact_words (fact_id, terms) VALUES ($1, array_to_tsvector($2))",
                fact.Id.Value,
                terms
            );
            return;
        }
        await db.SendAsync(
            "INSERT INTO fact_words (terms, fact_id) VALUES ($1, $2)",
            string.Join(' ', terms),
            fact.Id.Value
        );
        await db.SendAsync(
            "INSERT INTO fact_word_rows (fact_id, word_row) VALUES ($1, last_insert_rowid())",
            fact.Id.Value
        );
    }

    public static async ValueTask RemoveAsync(Db db, Id<Fact> fact)
    {
        if (db.Dialect is Dialect.Sqlite)
        {
            await db.SendAsync(
                "DELETE FROM fact_words WHERE rowid = (SELECT word_row FROM fact_word_rows WHERE fact_id = $1)",
                fact.Value
            );
            await db.SendAsync("DELETE FROM fact_word_rows WHERE fact_id = $1", fact.Value);
        }
        else
            await db.SendAsync("DELETE FROM fact_words WHERE fact_id = $1", fact.Value);
    }

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
