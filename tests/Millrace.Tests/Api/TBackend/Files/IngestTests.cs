using System.IO.Compression;
using Microsoft.Extensions.DependencyInjection;
using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Core.Work;
using Millrace.Knowledge.Ingest;
using Millrace.Testing;

namespace Millrace.Tests.Api.TBackend.Files;

public sealed class IngestTests
{
    private const string WaitingOrRunning =
        "work_items WHERE kind LIKE 'documents.%' AND state IN ('waiting', 'running')";

    private static readonly string Long = string.Join(
        "\n\n",
        Enumerable
            .Range(0, 600)
            .Select(at =>
                $"Paragraph {at} tells of item{at}. {string.Concat(Enumerable.Repeat("More is said of it here. ", 20))}"
            )
    );

    [Theory, OnEachDatabase]
    public async Task Work_that_was_begun_and_left_is_done_again_without_a_trace_of_the_first(
        Dialect dialect
    )
    {
        await using var server = await TestServer.StartAsync(dialect);
        using var client = server.Client();
        var store = await client.NewStoreAsync();
        var entry = await client.AddAsync(store, await client.UploadTextAsync(Long));
        entry["status"]!.ToString().ShouldBe("completed");
        var chunks = entry["chunks"]!.GetValue<long>();
        chunks.ShouldBeGreaterThan(200);
        var document = await AsIfKilledAsync(server);

        (await client.FindAsync(store, "item17")).ShouldBeEmpty();
        await ReadAgainAsync(server, document);

        (await CountAsync(server, "chunks")).ShouldBe(chunks);
        (await CountAsync(server, "chunk_words")).ShouldBe(chunks);
        var found = await client.FindAsync(store, "item17");
        found[0]!["text"]!.ToString().ShouldContain("item17.");
        using var shown = await client.GetAsync($"/files/vector-stores/{store}/files");
        (await shown.SucceedAsync())[0]!["chunks"]!.GetValue<long>().ShouldBe(chunks);
    }

    [Theory, OnEachDatabase]
    public async Task What_a_deleted_file_left_is_cleared_away(Dialect dialect)
    {
        await using var server = await TestServer.StartAsync(dialect);
        using var client = server.Client();
        var store = await client.NewStoreAsync();
        var file = await client.UploadTextAsync(Long);
        await client.AddAsync(store, file);
        (await CountAsync(server, "chunk_vectors")).ShouldBeGreaterThan(0);
        (await client.DeleteAsync($"/files/{file}").StatusAsync()).ShouldBe(200);
        (await client.FindAsync(store, "item17")).ShouldBeEmpty();

        var document = await server
            .Services.GetRequiredService<Store>()
            .ReadAsync(
                Reach.Installation,
                db =>
                    db.FirstAsync(
                        "SELECT payload FROM work_items WHERE kind = 'documents.remove'",
                        row => row.Text(0)
                    )
            );
        document.ShouldNotBeNull();
        await RunAsync(server, "documents.remove", document);

        foreach (var table in Tables)
            (await CountAsync(server, table)).ShouldBe(0, table);
    }

    [Theory, OnEachDatabase]
    public async Task A_file_that_is_taken_out_while_it_is_read_leaves_nothing(Dialect dialect)
    {
        await using var server = await TestServer.StartAsync(dialect);
        using var client = server.Client();
        var store = await client.NewStoreAsync();
        var file = await client.UploadTextAsync(string.Join("\n\n", Long, Long, Long, Long));
        var adding = client.PostAsync(
            $"/files/vector-stores/{store}/files",
            Wire.Json(new { file_id = file })
        );
        while (await CountAsync(server, "chunks") == 0)
            await Task.Yield();

        var path = $"/files/vector-stores/{store}/files/{file}";
        (await client.DeleteAsync(path).StatusAsync()).ShouldBe(200);
        (await adding.StatusAsync()).ShouldBeOneOf(200, 404);
        (await client.DeleteAsync($"/files/{file}").StatusAsync()).ShouldBe(200);
        while (await CountAsync(server, WaitingOrRunning) > 0)
            await Task.Yield();

        foreach (var table in Tables)
            (await CountAsync(server, table)).ShouldBe(0, table);
        Directory
            .EnumerateFiles(Path.Combine(server.Folder, "files"), "*", SearchOption.AllDirectories)
            .ShouldBeEmpty();
        (
            await CountAsync(
                server,
                "work_items WHERE kind = 'documents.read' AND state = 'cancelled'"
            )
        ).ShouldBe(1, "it was read to its end before it was taken out");
    }

    [Theory, OnEachDatabase]
    public async Task What_is_in_an_archive_is_found_under_its_name(Dialect dialect)
    {
        await using var server = await TestServer.StartAsync(dialect);
        using var client = server.Client();
        var store = await client.NewStoreAsync();
        using var bytes = new MemoryStream();
        using (var archive = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            Add("birds/herons.txt", "Herons nest in the reeds.");
            Add("otters.md", "# Otters\n\nOtters sleep on the bank.");

            void Add(string name, string text)
            {
                using var writer = new StreamWriter(archive.CreateEntry(name).Open());
                writer.Write(text);
            }
        }
        using var uploaded = await client.UploadAsync(bytes.ToArray(), "wildlife.zip");
        var file = await uploaded.SucceedAsync();
        file["content_type"]!.ToString().ShouldBe("application/zip");

        var entry = await client.AddAsync(store, file["file_id"]!.ToString());

        entry["status"]!.ToString().ShouldBe("completed");
        var found = (await client.FindAsync(store, "herons"))[0]!;
        found["filename"]!.ToString().ShouldBe("wildlife.zip");
        found["text"]!.ToString().ShouldContain("Herons nest in the reeds.");
        // The name in the archive is a heading, which is searched as well.
        (await client.FindAsync(store, "otters.md"))[0]!["text"]!
            .ToString()
            .ShouldContain("bank");
    }

    [Fact]
    public async Task Vectors_of_another_model_are_made_anew()
    {
        await using var server = await TestServer.StartAsync();
        using var client = server.Client();
        var store = await client.NewStoreAsync();
        await client.AddAsync(store, await client.UploadTextAsync("The cat sleeps."));
        var database = server.Services.GetRequiredService<Store>();
        await ExecuteAsync(database, "UPDATE documents SET model = 'earlier'");
        await ExecuteAsync(database, "UPDATE chunk_vectors SET model = 'earlier'");

        // While the earlier model is not there, words find it.
        (await client.FindAsync(store, "cat")).ShouldNotBeEmpty();
        var document = await DocumentAsync(database);
        await RunAsync(server, "documents.upkeep", "{}");
        await RunAsync(
            server,
            "documents.embed",
            System.Text.Json.JsonSerializer.Serialize(document.Value)
        );

        var models = await database.ReadAsync(
            Reach.Installation,
            db => db.QueryAsync("SELECT DISTINCT model FROM chunk_vectors", row => row.Text(0))
        );
        models.ShouldHaveSingleItem().ShouldNotBe("earlier");
    }

    /// <summary>The state in which a process leaves a document that it is reading.</summary>
    private static async Task<Id<Document>> AsIfKilledAsync(TestServer server)
    {
        var database = server.Services.GetRequiredService<Store>();
        await ExecuteAsync(database, "UPDATE documents SET state = 'reading', progress = 20");
        return await DocumentAsync(database);
    }

    private static Task ReadAgainAsync(TestServer server, Id<Document> document) =>
        RunAsync(
            server,
            "documents.read",
            System.Text.Json.JsonSerializer.Serialize(document.Value)
        );

    /// <summary>Queues work as the server does, and waits until its dispatcher has done it.</summary>
    private static async Task RunAsync(TestServer server, string kind, string payload)
    {
        var database = server.Services.GetRequiredService<Store>();
        var workspace = await database.ReadAsync(
            Reach.Installation,
            db =>
                db.FirstAsync(
                    "SELECT workspace_id FROM vector_stores",
                    row => row.Id<Millrace.Core.Identity.Workspace>(0)
                )
        );
        var handler = server.Services.GetServices<IWorkHandler>().Single(one => one.Kind == kind);
        var owner = kind == "documents.upkeep" ? default : workspace;
        var queue = server.Services.GetRequiredService<WorkQueue>();
        var id = await queue.EnqueueAsync(new NewWork(owner, handler.Kind, payload));
        while ((await queue.GetAsync(Reach.Installation, id)).State is not WorkState.Done)
            await Task.Yield();
    }

    private static Task<Id<Document>> DocumentAsync(Store database) =>
        database.ReadAsync(
            Reach.Installation,
            db => db.FirstAsync("SELECT id FROM documents", row => row.Id<Document>(0))
        );

    private static Task ExecuteAsync(Store database, string sql) =>
        database.WriteAsync(
            Reach.Installation,
            async db =>
            {
                await db.ExecuteAsync(sql);
            }
        );

    private static Task<long> CountAsync(TestServer server, string table) =>
        server
            .Services.GetRequiredService<Store>()
            .ReadAsync(
                Reach.Installation,
                async db =>
                    (await db.QueryAsync($"SELECT COUNT(*) FROM {table}", row => row.Int64(0)))[0]
            );

    private static readonly string[] Tables =
    [
        "chunks",
        "chunk_words",
        "chunk_terms",
        "word_counts",
        "chunk_vectors",
        "documents",
    ];
}
