using System.Text;
using System.Text.Json;
using Millrace.Core.Identity;
using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Core.Text;
using Millrace.Knowledge.Ingest;

namespace Millrace.Knowledge.Search;

/// <summary>
/// Finds chunks by their words: FTS5 and PostgreSQL's GIN tell which chunks hold a word, and BM25 over the workspace's
/// own counts ranks them, the same on both. The workspace's term is part of every query, so that the index itself keeps
/// workspaces apart.
/// </summary>
internal static class WordIndex
{
    private const int MostTerms = 32;

    /// <summary>Chunks that are ranked. Up to so many, all that hold a word are; of more, those with the rarest words.</summary>
    private const long MostRanked = 1_000;

    /// <summary>Where words that few hold give less, common ones are looked up too.</summary>
    private const int Enough = 20;

    private const string OnSqlite = """
        SELECT t.chunk_id, t.document_id, t.length, t.terms FROM chunk_words w JOIN chunk_terms t ON t.chunk_id = w.rowid
        WHERE chunk_words MATCH $1
        """;
    private const string OnPostgres = """
        SELECT t.chunk_id, t.document_id, t.length, t.terms FROM chunk_words w JOIN chunk_terms t ON t.chunk_id = w.chunk_id
        WHERE w.words @@ CAST($1 AS tsquery)
        """;
    private const string OfSqlite =
        $"{OnSqlite} AND hex(t.document_id) IN (SELECT value FROM json_each($2)) LIMIT $3";
    private const string OfPostgres = $"{OnPostgres} AND t.document_id = ANY($2) LIMIT $3";

    /// <summary>Chunks of these documents that hold a word of the question, the best first.</summary>
    public static async ValueTask<List<long>> FindAsync(
        Db db,
        string question,
        IReadOnlyDictionary<Id<Document>, Searchable> documents,
        int most
    )
    {
        var terms = Terms.OfQuestion(question, MostTerms);
        if (terms.Count == 0 || documents.Count == 0)
            return [];
        var (all, counts) = await WordCounts.FindAsync(db, terms);
        var rarest = counts
            .OrderBy(word => word.Value.Chunks)
            .ThenBy(word => word.Key, StringComparer.Ordinal)
            .ToList();
        var holders = 0L;
        var rare = rarest
            .TakeWhile(word => (holders += word.Value.Chunks) <= MostRanked)
            .Select(word => word.Key)
            .ToList();
        var found = rare.Count > 0 ? await HoldersAsync(db, rare) : [];
        found.RemoveAll(chunk => !documents.ContainsKey(chunk.Document));
        if (found.Count < Enough)
            found.AddRange(
                await CommonAsync(
                    db,
                    [.. rarest.Skip(rare.Count).Select(word => word.Key)],
                    documents.Keys
                )
            );
        var rank = new WordRank(all, counts);
        return
        [
            .. found
                .DistinctBy(chunk => chunk.Id)
                .Select(chunk => (chunk.Id, Rank: rank.Of(chunk.Words, chunk.Length)))
                .OrderByDescending(chunk => chunk.Rank)
                .ThenBy(chunk => chunk.Id)
                .Take(most)
                .Select(chunk => chunk.Id),
        ];
    }

    /// <summary>Writes the words of a document's new chunks.</summary>
    public static async ValueTask AddAsync(
        Db db,
        Id<Document> document,
        IReadOnlyCollection<(long Chunk, List<string> Terms)> chunks
    )
    {
        var counted = new List<Dictionary<string, int>>(chunks.Count);
        foreach (var (chunk, terms) in chunks)
        {
            var times = WordTimes.Of(terms);
            counted.Add(times);
            if (db.Dialect is Dialect.Sqlite)
                await db.SendAsync(
                    "INSERT INTO chunk_words (rowid, scope, terms) VALUES ($1, $2, $3)",
                    chunk,
                    ScopeOf(db.Workspace),
                    string.Join(' ', terms)
                );
            else
                await db.SendAsync(
                    "INSERT INTO chunk_words (chunk_id, words) VALUES ($1, CAST($2 AS tsvector))",
                    chunk,
                    VectorOf(db.Workspace, terms)
                );
            await db.SendAsync(
                "INSERT INTO chunk_terms (chunk_id, workspace_id, document_id, length, terms) VALUES ($1, $2, $3, $4, $5)",
                chunk,
                db.Workspace.Value,
                document.Value,
                (long)terms.Count,
                WordTimes.Stored(times)
            );
        }
        await WordCounts.AddAsync(db, counted);
    }

    /// <summary>Takes the words of chunks away.</summary>
    public static async ValueTask RemoveAsync(Db db, IReadOnlyCollection<long> chunks)
    {
        var terms = await db.QueryEachAsync(
            "DELETE FROM chunk_terms WHERE chunk_id = $1 RETURNING terms",
            row => WordTimes.Read(row.Text(0)),
            [.. chunks.Select(chunk => (object?[])[chunk])]
        );
        foreach (var chunk in chunks)
            await db.SendAsync(
                db.Dialect is Dialect.Sqlite
                    ? "DELETE FROM chunk_words WHERE rowid = $1"
                    : "DELETE FROM chunk_words WHERE chunk_id = $1",
                chunk
            );
        await WordCounts.RemoveAsync(db, [.. terms.SelectMany(rows => rows)]);
    }

    /// <summary>All chunks of the workspace that hold one of some words.</summary>
    private static ValueTask<List<Holder>> HoldersAsync(Db db, IEnumerable<string> words) =>
        db.Dialect is Dialect.Sqlite
            ? db.QueryAsync(OnSqlite, Read, Query(db, words, all: false))
            : db.QueryAsync(OnPostgres, Read, Query(db, words, all: false));

    /// <summary>
    /// Some chunks of these documents that hold words which too many hold to rank them all: first those that hold all
    /// of them, then all but the most common one, and so on.
    /// </summary>
    private static async ValueTask<List<Holder>> CommonAsync(
        Db db,
        List<string> words,
        IEnumerable<Id<Document>> documents
    )
    {
        var found = new List<Holder>();
        if (words.Count == 0)
            return found;
        object reach =
            db.Dialect is Dialect.Sqlite
                ? JsonSerializer.Serialize(documents.Select(Hex))
                : documents.Select(id => id.Value).ToArray();
        for (var count = words.Count; count > 0 && found.Count < Enough; count--)
            found.AddRange(
                await db.QueryAsync(
                    db.Dialect is Dialect.Sqlite ? OfSqlite : OfPostgres,
                    Read,
                    Query(db, words.Take(count), all: true),
                    reach,
                    MostRanked
                )
            );
        return found;
    }

    private static Holder Read(Row row) =>
        new(row.Int64(0), row.Id<Document>(1), row.Int64(2), row.Text(3));

    private static string Query(Db db, IEnumerable<string> words, bool all)
    {
        var scope = ScopeOf(db.Workspace);
        return db.Dialect is Dialect.Sqlite
            ? $"scope : {scope} AND terms : ({string.Join(all ? " AND " : " OR ", words.Select(word => $"\"{word}\""))})"
            : $"'{scope}' & ({string.Join(all ? " & " : " | ", words.Select(word => $"'{word}'"))})";
    }

    private static string Hex(Id<Document> id) =>
        Convert.ToHexString(id.Value.ToByteArray(bigEndian: true));

    /// <summary>The term that stands with every chunk of a workspace and with no other.</summary>
    private static string ScopeOf(Id<Workspace> workspace) => $"workspace{workspace}";

    /// <summary>A tsvector's text: the workspace's term with the lowest weight, the others with the highest.</summary>
    private static string VectorOf(Id<Workspace> workspace, IEnumerable<string> terms)
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

    /// <summary>A chunk that holds a word, with all its words as they are stored.</summary>
    private sealed record Holder(long Id, Id<Document> Document, long Length, string Words);
}
