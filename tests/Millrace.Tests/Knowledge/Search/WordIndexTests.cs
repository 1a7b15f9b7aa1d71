using Millrace.Core.Identity;
using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Knowledge.Ingest;
using Millrace.Knowledge.Search;
using Millrace.Testing;

namespace Millrace.Tests.Knowledge.Search;

public sealed class WordIndexTests
{
    [Theory, OnEachDatabase]
    public async Task Words_of_one_workspace_do_not_change_the_ranking_of_another(Dialect dialect)
    {
        await using var test = await TestStore.CreateAsync(dialect);
        var mine = await test.AddWorkspaceAsync("mine");
        var theirs = await test.AddWorkspaceAsync("theirs");
        // "harbour" is common here and "anchor" is rare; there it is the other way about.
        await AddAsync(test.Store, mine, 1, "anchor", "harbour", "harbour", "harbour");
        (await FindAsync(test.Store, mine, "harbour anchor")).ShouldBe([1, 2, 3, 4]);

        await AddAsync(test.Store, theirs, 100, [.. Enumerable.Repeat("anchor", 50)]);
        await AddAsync(test.Store, theirs, 200, "harbour and many other words beside it");

        (await FindAsync(test.Store, mine, "harbour anchor")).ShouldBe([1, 2, 3, 4]);
        (await FindAsync(test.Store, theirs, "harbour anchor"))[0].ShouldBe(200);
    }

    [Theory, OnEachDatabase]
    public async Task Words_of_chunks_that_are_gone_count_no_longer(Dialect dialect)
    {
        await using var test = await TestStore.CreateAsync(dialect);
        var mine = await test.AddWorkspaceAsync("mine");
        await AddAsync(test.Store, mine, 1, "anchor", "harbour", "harbour", "anchor", "anchor");
        (await FindAsync(test.Store, mine, "harbour anchor"))[0].ShouldBe(2);

        await test.Store.WriteAsync(mine, db => WordIndex.RemoveAsync(db, [4, 5]));

        (await FindAsync(test.Store, mine, "harbour anchor")).ShouldBe([1, 2, 3]);
        await test.Store.WriteAsync(mine, db => WordIndex.RemoveAsync(db, [1, 2, 3]));
        (
            await test.Store.ReadAsync(
                mine,
                db => db.QueryAsync("SELECT word FROM word_counts", row => row.Text(0))
            )
        ).ShouldBeEmpty();
    }

    [Theory, OnEachDatabase]
    public async Task What_holds_more_of_the_words_is_found_though_all_of_them_are_common(
        Dialect dialect
    )
    {
        await using var test = await TestStore.CreateAsync(dialect);
        var mine = await test.AddWorkspaceAsync("mine");
        await AddAsync(
            test.Store,
            mine,
            1,
            [.. Enumerable.Range(0, 3_000).Select(number => number % 2 == 0 ? "anchor" : "harbour")]
        );
        await AddAsync(test.Store, mine, 5_000, "anchor harbour");
        await AddAsync(test.Store, mine, 5_001, "anchor harbour lantern");

        (await FindAsync(test.Store, mine, "harbour anchor"))[..2].ShouldBe([5_000, 5_001]);
        (await FindAsync(test.Store, mine, "harbour lantern anchor"))[0].ShouldBe(5_001);
    }

    [Theory, OnEachDatabase]
    public async Task Words_of_chunks_that_an_earlier_version_wrote_are_counted(Dialect dialect)
    {
        await using var test = await TestStore.CreateAsync(dialect);
        var mine = await test.AddWorkspaceAsync("mine");
        string[] texts = ["anchor harbour anchor", "harbour", "größe 4 harbour"];
        await test.Store.WriteAsync(
            mine,
            async db =>
            {
                foreach (var chunk in Enumerable.Range(1, texts.Length))
                    await db.ExecuteAsync(
                        """
                        INSERT INTO chunks (id, workspace_id, document_id, number, text, starts_at, ends_at, headings)
                        VALUES ($1, $2, $3, $1, '', 0, 0, '')
                        """,
                        (long)chunk,
                        mine.Value,
                        Document.Value
                    );
            }
        );
        await AddAsync(test.Store, mine, 1, texts);
        var written = await CountedAsync(test.Store, mine);
        var migration = Migrator
            .Files(new StorageMap("knowledge", typeof(WordIndex).Assembly), dialect)
            .Single(file => file.Name == "0006_word_counts");

        await test.Store.WriteAsync(
            mine,
            async db =>
            {
                await db.ExecuteAsync("DROP TABLE chunk_terms");
                await db.ExecuteAsync("DROP TABLE word_counts");
                foreach (var statement in Migrator.Statements(migration.Sql))
                    await db.ExecuteAsync(statement);
            }
        );

        (await CountedAsync(test.Store, mine)).ShouldBe(written);
        written.Count.ShouldBe(3 + 5);
    }

    private static Task<List<string>> CountedAsync(Store store, Id<Workspace> workspace) =>
        store.ReadAsync(
            workspace,
            async db =>
            {
                var chunks = await db.QueryAsync(
                    "SELECT chunk_id, length, terms, document_id, workspace_id FROM chunk_terms ORDER BY chunk_id",
                    row =>
                        $"{row.Int64(0)} {row.Int64(1)} {string.Join(' ', row.Text(2).Split(' ').Order(StringComparer.Ordinal))} {row.Id<Document>(3)} {row.Id<Workspace>(4)}"
                );
                var words = await db.QueryAsync(
                    "SELECT word, chunks, times, workspace_id FROM word_counts",
                    row => $"{row.Text(0)} {row.Int64(1)} {row.Int64(2)} {row.Id<Workspace>(3)}"
                );
                return (List<string>)[.. chunks, .. words.Order(StringComparer.Ordinal)];
            }
        );

    private static Task AddAsync(
        Store store,
        Id<Workspace> workspace,
        long first,
        params string[] chunks
    ) =>
        store.WriteAsync(
            workspace,
            db =>
                WordIndex.AddAsync(
                    db,
                    Document,
                    [.. chunks.Select((text, index) => (first + index, text.Split(' ').ToList()))]
                )
        );

    private static Task<List<long>> FindAsync(
        Store store,
        Id<Workspace> workspace,
        string question
    ) => store.ReadAsync(workspace, db => WordIndex.FindAsync(db, question, Documents, 100));

    private static readonly Id<Document> Document = Id<Document>.Random();

    private static readonly Dictionary<Id<Document>, Searchable> Documents = new()
    {
        [Document] = new(Document, null, null, "", "", "", null, null),
    };
}
