using Microsoft.Extensions.DependencyInjection;
using Millrace.Core.Identity;
using Millrace.Core.Storage;
using Millrace.Core.Work;
using Millrace.Knowledge.Search;
using Millrace.Knowledge.Vectors;
using Millrace.Models.Embedded;
using Millrace.Testing;

namespace Millrace.Tests.Api.TBackend.Files;

/// <summary>Two servers on one database: what one of them reads or deletes, the other's search knows at once.</summary>
public sealed class TwoNodesTests
{
    [Fact]
    public async Task Both_find_by_meaning_what_one_of_them_read_and_forget_what_was_deleted()
    {
        await using var first = await TestServer.StartAsync(Dialect.Postgres);
        var database = first.Services.GetRequiredService<StorageOptions>().Postgres!;
        await using var second = await TestServer.StartAsync(
            settings: ("Storage:Postgres", database)
        );
        using var here = first.Client();
        using var there = second.Client(first.Key);
        var store = await here.NewStoreAsync();
        await here.AddAsync(store, await here.UploadTextAsync("The dog barks.", "dog.txt"));
        (await here.FindAsync(store, "dog")).ShouldNotBeEmpty();
        (await there.FindAsync(store, "dog")).ShouldNotBeEmpty();

        var file = await here.UploadTextAsync("The cat sleeps.", "cat.txt");
        await here.AddAsync(store, file);
        // Whichever of them read it: without the index of words only its vectors find it.
        await first
            .Services.GetRequiredService<Store>()
            .WriteAsync(
                Reach.Installation,
                async db => await db.ExecuteAsync("DELETE FROM chunk_words")
            );

        (await NamesAsync(here, store, "cat")).ShouldBe(["cat.txt"]);
        (await NamesAsync(there, store, "cat")).ShouldBe(["cat.txt"]);

        (await here.DeleteAsync($"/files/{file}").StatusAsync()).ShouldBe(200);
        (await NamesAsync(there, store, "cat")).ShouldBeEmpty();
        await RemovedAsync(first);
        (await IndexAsync(first)).Count.ShouldBe(1);
        (await IndexAsync(second)).Count.ShouldBe(1);
    }

    private static async Task<string[]> NamesAsync(HttpClient client, string store, string query) =>
        [.. (await client.FindAsync(store, query)).Select(found => found!["filename"]!.ToString())];

    /// <summary>Waits until one of the servers has cleared away what the deleted file left.</summary>
    private static async Task RemovedAsync(TestServer server)
    {
        var database = server.Services.GetRequiredService<Store>();
        while (
            await database.ReadAsync(
                Reach.Installation,
                db =>
                    db.FirstAsync(
                        "SELECT COUNT(*) FROM work_items WHERE kind = 'documents.remove' AND state <> 'done'",
                        row => row.Int64(0)
                    )
            ) > 0
        )
            await Task.Yield();
    }

    private static async Task<VectorIndex<PieceKey>> IndexAsync(TestServer server)
    {
        var workspace = await server
            .Services.GetRequiredService<Store>()
            .ReadAsync(
                Reach.Installation,
                db =>
                    db.FirstAsync(
                        "SELECT workspace_id FROM vector_stores",
                        row => row.Id<Workspace>(0)
                    )
            );
        return await server
            .Services.GetRequiredService<DocumentVectors>()
            .OpenAsync(
                workspace,
                UseLiteEmbedder.ModelId,
                // Those of the embedder that tests use.
                dimensions: 256,
                cancellation: TestContext.Current.CancellationToken
            );
    }
}
