using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Millrace.Core.Identity;
using Millrace.Core.Identity.Erasure;
using Millrace.Core.Ids;
using Millrace.Core.Secrets;
using Millrace.Core.Storage;
using Millrace.Core.Work;
using Millrace.Testing;
using Millrace.Tests.Api.TBackend.Files;
using Millrace.Tests.Api.TBackend.Graph;

namespace Millrace.Tests.Api.TBackend;

/// <summary>What is left of a key's data when the key is deleted. (t-backend §19)</summary>
public sealed class ErasureTests
{
    // A key's number and what was done with it stay, so that no later key is taken for it.
    private static readonly string[] Kept = ["api_keys", "audit_records"];

    private static readonly string[] Filled =
    [
        "chunk_vectors",
        "chunks",
        "data_keys",
        "documents",
        "entities",
        "entity_names",
        "episodes",
        "facts",
        "files",
        "graph_grants",
        "graphs",
        "idempotency_keys",
        "runs",
        "secrets",
        "sessions",
        "steps",
        "store_files",
        "turns",
        "usage_days",
        "vector_stores",
        "work_items",
    ];

    [Theory, OnEachDatabase]
    public async Task Of_a_deleted_key_nothing_is_left_and_of_another_everything(Dialect dialect)
    {
        await using var server = await TestServer.StartAsync(dialect);
        var keys = server.Services.GetRequiredService<ApiKeys>();
        var (gone, other) = (await server.NewKeyAsync(), await server.NewKeyAsync());
        var (goneKey, otherKey) = (
            await keys.AuthenticateAsync(gone),
            await keys.AuthenticateAsync(other)
        );
        await FillAsync(server, gone, goneKey);
        await FillAsync(server, other, otherKey);
        var before = await CountAsync(server, goneKey.Workspace);
        Filled.Where(table => before[table] == 0).ShouldBeEmpty();
        var others = await CountAsync(server, otherKey.Workspace);
        var (chunkWords, factWords) = await WordsAsync(server);

        await server
            .Services.GetRequiredService<KeyDeletion>()
            .DeleteAsync(goneKey.KeyNumber, isImmediate: true);
        using (var client = server.Client(gone))
            (await client.GetAsync("/files").StatusAsync()).ShouldBe(401);
        await ErasedAsync(server);

        foreach (var (table, rows) in await CountAsync(server, goneKey.Workspace))
        {
            if (!Kept.Contains(table))
                rows.ShouldBe(0, table);
        }
        (await CountAsync(server, otherKey.Workspace)).ShouldBe(others);
        (await WordsAsync(server)).ShouldBe((chunkWords / 2, factWords / 2));
        Directory.Exists(FolderOf(server, goneKey)).ShouldBeFalse();
        Directory.GetFiles(FolderOf(server, otherKey)).Length.ShouldBe(1);
        var rest = (await keys.ListAsync()).Single(key => key.Key.Number == goneKey.KeyNumber).Key;
        (rest.Owner, rest.Name, rest.Hint).ShouldBe(("", "", ""));
        using var found = server.Client(other);
        (await found.FindAsync(await StoreAsync(found), "herons")).Count.ShouldBe(1);
    }

    [Fact]
    public async Task An_erasure_that_was_cut_off_is_finished_by_the_next()
    {
        await using var server = await TestServer.StartAsync();
        var keys = server.Services.GetRequiredService<ApiKeys>();
        var gone = await keys.AuthenticateAsync(await server.NewKeyAsync());
        // There is nothing but the key itself, as after an attempt that died before its end.
        await server
            .Services.GetRequiredService<KeyDeletion>()
            .DeleteAsync(gone.KeyNumber, isImmediate: true);
        await ErasedAsync(server);
        (await keys.ListAsync())
            .Single(key => key.Key.Number == gone.KeyNumber)
            .Key.Owner.ShouldBeEmpty();
    }

    [Fact]
    public async Task Data_is_kept_for_30_days_and_as_long_as_another_key_opens_it()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(56));
        await using var server = await TestServer.StartAsync(time: time);
        var keys = server.Services.GetRequiredService<ApiKeys>();
        var deletion = server.Services.GetRequiredService<KeyDeletion>();
        var first = await keys.AuthenticateAsync(await server.NewKeyAsync());
        var name = (await keys.ListAsync())[^1].Workspace;
        var second = await server.NewKeyAsync(new() { Workspace = name });
        using var client = server.Client(second);
        var file = await client.UploadTextAsync("Herons nest in the reeds.");

        (await deletion.DeleteAsync(first.KeyNumber, isImmediate: false)).ShouldBe(
            time.GetUtcNow().AddDays(30)
        );
        await deletion.DeleteAsync(first.KeyNumber, isImmediate: true);
        await ErasedAsync(server);

        (await client.GetAsync($"/files/{file}/content").StatusAsync()).ShouldBe(200);
    }

    private static async Task FillAsync(TestServer server, string key, Principal principal)
    {
        using var client = server.Client(key);
        var store = await client.NewStoreAsync();
        client.DefaultRequestHeaders.Add("X-Idempotency-Key", "k1");
        var file = await client.UploadTextAsync("Herons nest in the reeds.");
        await client.AddAsync(store, file);
        client.DefaultRequestHeaders.Remove("X-Idempotency-Key");
        await client.SayAsync(new { message = "Where do herons nest?", session_id = "s" });
        await client.SayAsync(new { message = "And where else?", session_id = "s" });
        var graph = await client.DefaultGraphAsync();
        await client.SendAsync(
            HttpMethod.Post,
            $"/graph/{graph}/facts",
            """[{"fact":"Bob moved to Oslo in 2021","session_id":"s"}]"""
        );
        await client.SendAsync(
            HttpMethod.Post,
            $"/graph/{graph}/share",
            """{"key_id":1,"role":"reader"}"""
        );
        await server
            .Services.GetRequiredService<SecretsService>()
            .PutAsync(principal.Workspace, "token", "secret", "test", CancellationToken.None);
        while ((await CountAsync(server, principal.Workspace))["usage_days"] == 0)
            await Task.Yield();
    }

    private static async Task<string> StoreAsync(HttpClient client)
    {
        using var answer = await client.GetAsync("/files/vector-stores");
        return (await answer.SucceedAsync())[0]!["id"]!.ToString();
    }

    private static string FolderOf(TestServer server, Principal principal) =>
        Path.Combine(server.Folder, "files", principal.Workspace.ToString());

    /// <summary>Returns when the erasure that is due is done.</summary>
    private static async Task ErasedAsync(TestServer server)
    {
        while (
            !await QueryAsync(
                server,
                db =>
                    db.FirstAsync(
                        "SELECT 1 FROM work_items WHERE kind = 'workspaces.erase' AND state = 'done'",
                        _ => true
                    )
            )
        )
            await Task.Yield();
    }

    /// <summary>How many rows of the workspace's are in each table of the schema that has rows of workspaces.</summary>
    private static Task<Dictionary<string, long>> CountAsync(
        TestServer server,
        Id<Workspace> workspace
    ) =>
        QueryAsync(
            server,
            async db =>
            {
                var tables = await db.QueryAsync(
                    db.Dialect is Dialect.Sqlite
                        ? "SELECT t.name FROM sqlite_master t JOIN pragma_table_info(t.name) c WHERE t.type = 'table' AND c.name = 'workspace_id'"
                        : "SELECT table_name FROM information_schema.columns WHERE column_name = 'workspace_id' AND table_schema = current_schema()",
                    row => row.Text(0)
                );
                var counts = new Dictionary<string, long>(StringComparer.Ordinal);
                foreach (var table in tables)
                    counts[table] = await db.FirstAsync(
                        $"SELECT COUNT(*) FROM {table} WHERE workspace_id = $1",
                        row => row.Int64(0),
                        workspace.Value
                    );
                return counts;
            }
        );

    private static Task<(long Chunks, long Facts)> WordsAsync(TestServer server) =>
        QueryAsync(
            server,
            async db =>
                (
                    await db.FirstAsync("SELECT COUNT(*) FROM chunk_words", row => row.Int64(0)),
                    await db.FirstAsync("SELECT COUNT(*) FROM fact_words", row => row.Int64(0))
                )
        );

    private static Task<T> QueryAsync<T>(TestServer server, Func<Db, ValueTask<T>> query) =>
        server.Services.GetRequiredService<Store>().ReadAsync(Reach.Installation, query);
}
