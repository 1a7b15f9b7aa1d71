using System.Text;
using System.Text.Json;
using Millrace.Core.Identity;
using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Core.Text;
using Millrace.Knowledge.Ingest;

namespace Millrace.Knowledge.Search;

/// <summary>
/// Finds chunks by their words: FTS5 by BM25, PostgreSQL by its own rank over GIN. The workspace's term is part of
/// every query, so that the index itself keeps workspaces apart; it counts for nothing in the rank.
/// </summary>
internal static class WordIndex
{
    private const int MostTerms = 32;

    private const string OnSqlite = """
        SELECT c.id FROM chunk_words JOIN chunks c ON c.id = chunk_words.rowid
        WHERE chunk_words MATCH $1 AND hex(c.document_id) IN (SELECT value FROM json_each($2))
        ORDER BY bm25(chunk_words, 0.0, 1.0), c.id LIMIT $3
        """;
    private const string OnPostgres = """
        SELECT c.id FROM chunk_words w JOIN chunks c ON c.id = w.chunk_id
        WHERE w.words @@ CAST($1 AS tsquery) AND c.document_id = ANY($2)
        ORDER BY ts_rank('{0, 0, 0, 1}', w.words, CAST($3 AS tsquery), 1) DESC, c.id LIMIT $4
        """;

    /// <summary>Chunks of these documents that hold a word of the question, the best first.</summary>
    public static async ValueTask<List<long>> FindAsync(
        Db db,
        string question,
        IReadOnlyCollection<Id<Document>> documents,
        int most
    )
    {
        var terms = Terms.OfQuestion(question, MostTerms);
        if (terms.Count == 0 || documents.Count == 0)
            return [];
        var scope = ScopeOf(db.Workspace);
        if (db.Dialect is Dialect.Sqlite)
        {
            var words = string.Join(" OR ", terms.Select(term => $"\"{term}\""));
            return await db.QueryAsync(
                OnSqlite,
                row => row.Int64(0),
                $"scope : {scope} AND terms : ({words})",
                JsonSerializer.Serialize(documents.Select(Hex)),
                (long)most
            );
        }
        var any = string.Join(" | ", terms.Select(term => $"'{term}'"));
        return await db.QueryAsync(
            OnPostgres,
            row => row.Int64(0),
            $"'{scope}' & ({any})",
            documents.Select(id => id.Value).ToArray(),
            any,
            (long)most
        );
    }

    private static string Hex(Id<Document> id) =>
        Convert.ToHexString(id.Value.ToByteArray(bigEndian: true));

    /// <summary>The term that stands with every chunk of a workspace and with no other.</summary>
    public static string ScopeOf(Id<Workspace> workspace) => $"workspace{workspace}";

    /// <summary>A tsvector's text: the workspace's term with the lowest weight, the others with the highest.</summary>
    public static string VectorOf(Id<Workspace> workspace, IEnumerable<string> terms)
    {
        // Of more places of one word PostgreSQL keeps none, nor places beyond these.
        const int MostPlaces = 255;
        const int LastPlace = 16_383;
        var text = new StringBuilder().Append('\'').Append(ScopeOf(workspace)).Append("':1");
        var places = terms
            .Select((term, index) => (term, Place: Math.Min(index + 1, LastPlace)))
            .GroupBy(item => item.term, item => item.Place, StringComparer.Ordinal);
        foreach (var word in places)
        {
            text.Append(" '").Append(word.Key).Append("':");
            text.AppendJoin(',', word.Distinct().Take(MostPlaces).Select(place => $"{place}A"));
        }
        return text.ToString();
    }
}
