using Millrace.Core.Storage;

namespace Millrace.Knowledge.Search;

/// <summary>
/// In how many chunks of a workspace each word stands. It is kept by workspace and changed with the chunks, so that how
/// rare a word is depends on nobody else's documents.
/// </summary>
internal static class WordCounts
{
    /// <summary>The count of all chunks stands under the word that is none.</summary>
    private const string All = "";

    /// <summary>The counts of these words that the workspace has.</summary>
    public static async ValueTask<(WordCount All, Dictionary<string, WordCount> Words)> FindAsync(
        Db db,
        IReadOnlyCollection<string> words
    )
    {
        var each = await db.QueryEachAsync(
            "SELECT word, chunks, times FROM word_counts WHERE workspace_id = $1 AND word = $2",
            row => (Word: row.Text(0), Count: new WordCount(row.Int64(1), row.Int64(2))),
            [.. words.Append(All).Select(word => (object?[])[db.Workspace.Value, word])]
        );
        var counts = each.SelectMany(rows => rows)
            .ToDictionary(row => row.Word, row => row.Count, StringComparer.Ordinal);
        counts.Remove(All, out var all);
        return (all ?? new WordCount(0, 0), counts);
    }

    /// <summary>Counts the words of chunks that are written in the same write.</summary>
    public static ValueTask AddAsync(Db db, IReadOnlyCollection<Dictionary<string, int>> chunks) =>
        ChangeAsync(db, chunks, 1);

    /// <summary>Counts the words of chunks no longer that are removed in the same write.</summary>
    public static async ValueTask RemoveAsync(
        Db db,
        IReadOnlyCollection<Dictionary<string, int>> chunks
    )
    {
        await ChangeAsync(db, chunks, -1);
        foreach (var word in chunks.SelectMany(chunk => chunk.Keys).Append(All).ToHashSet())
            await db.SendAsync(
                "DELETE FROM word_counts WHERE workspace_id = $1 AND word = $2 AND chunks <= 0",
                db.Workspace.Value,
                word
            );
    }

    private static async ValueTask ChangeAsync(
        Db db,
        IReadOnlyCollection<Dictionary<string, int>> chunks,
        int sign
    )
    {
        if (chunks.Count == 0)
            return;
        // Always in one order, so that of two writers one waits for the other and never both.
        var counts = new SortedDictionary<string, WordCount>(StringComparer.Ordinal)
        {
            [All] = new(chunks.Count, chunks.Sum(chunk => chunk.Values.Sum(times => (long)times))),
        };
        foreach (var (word, times) in chunks.SelectMany(chunk => chunk))
        {
            var before = counts.GetValueOrDefault(word) ?? new WordCount(0, 0);
            counts[word] = new WordCount(before.Chunks + 1, before.Times + times);
        }
        foreach (var (word, count) in counts)
            await db.SendAsync(
                """
                INSERT INTO word_counts (workspace_id, word, chunks, times) VALUES ($1, $2, $3, $4)
                ON CONFLICT (workspace_id, word) DO UPDATE
                SET chunks = word_counts.chunks + excluded.chunks, times = word_counts.times + excluded.times
                """,
                db.Workspace.Value,
                word,
                sign * count.Chunks,
                sign * count.Times
            );
    }
}

/// <param name="Chunks">How many hold the word.</param>
/// <param name="Times">How often it stands in all of them.</param>
internal sealed record WordCount(long Chunks, long Times);
