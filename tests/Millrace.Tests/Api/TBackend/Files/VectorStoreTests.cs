using Millrace.Core.Storage;
using Millrace.Testing;

namespace Millrace.Tests.Api.TBackend.Files;

public sealed class VectorStoreTests
{
    private const string Whitepaper =
        "# Tokenomics\n\nThe supply of tokens is fixed at one million.\n\n# Team\n\nAda founded the company in Lisbon.\n";

    [Theory, OnEachDatabase]
    public async Task A_store_is_made_named_changed_listed_and_deleted(Dialect dialect)
    {
        await using var server = await TestServer.StartAsync(dialect);
        using var client = server.Client();
        using var made = await client.PostAsync(
            "/files/vector-stores",
            Wire.Json("""{"name":"my docs/2024 %2F ü","description":"d"}""")
        );
        var store = await made.SucceedAsync();
        var id = store["id"]!.ToString();
        id.ShouldMatch("^vs_[0-9a-f]{24}$");
        store["vector_store_id"]!.ToString().ShouldBe(id);
        store["created_at"]!.GetValue<long>().ShouldBeGreaterThan(1_700_000_000);
        store["file_counts"]!["total"]!.GetValue<long>().ShouldBe(0);
        var newer = await client.NewStoreAsync("my docs/2024 %2F ü");

        using var named = await client.GetAsync(
            $"/files/vector-stores/by-name/{Uri.EscapeDataString("my docs/2024 %2F ü")}"
        );
        (await named.SucceedAsync())["id"]!.ToString().ShouldBe(newer);
        (await client.GetAsync("/files/vector-stores/by-name/none").StatusAsync()).ShouldBe(404);

        using var changed = await client.PatchAsync(
            $"/files/vector-stores/{id}",
            Wire.Json("""{"name":"b","metadata":{"a":1}}""")
        );
        var after = await changed.SucceedAsync();
        after["name"]!.ToString().ShouldBe("b");
        after["description"]!.ToString().ShouldBe("d");
        after["metadata"]!["a"]!.GetValue<int>().ShouldBe(1);

        using var list = await client.GetAsync("/files/vector-stores?limit=1&offset=1");
        var shown = (await list.SucceedAsync()).AsArray().ShouldHaveSingleItem();
        shown!["id"]!.ToString().ShouldBe(id);

        using var deleted = await client.DeleteAsync($"/files/vector-stores/{id}");
        (await deleted.SucceedAsync())
            .ToJsonString()
            .ShouldBe($$"""{"id":"{{id}}","deleted":true,"success":true}""");
        (await client.GetAsync($"/files/vector-stores/{id}").StatusAsync()).ShouldBe(404);
    }

    [Theory, OnEachDatabase]
    public async Task A_file_that_is_added_is_found_with_its_place_until_it_is_taken_out(
        Dialect dialect
    )
    {
        await using var server = await TestServer.StartAsync(dialect);
        using var client = server.Client();
        var store = await client.NewStoreAsync();
        var file = await client.UploadTextAsync(
            Whitepaper,
            "whitepaper.md",
            ("metadata", """{"year":2025}""")
        );

        var entry = await client.AddAsync(store, file);
        entry["status"]!.ToString().ShouldBe("completed");
        entry["filename"]!.ToString().ShouldBe("whitepaper.md");
        entry["vector_store_id"]!.ToString().ShouldBe(store);
        entry["chunks"]!.GetValue<long>().ShouldBeGreaterThan(0);
        var again = await client.AddAsync(store, file);
        again["added_at"]!.ToString().ShouldBe(entry["added_at"]!.ToString());

        var found = (await client.FindAsync(store, "What is the token supply?"))[0]!;
        found["file_id"]!.ToString().ShouldBe(file);
        found["filename"]!.ToString().ShouldBe("whitepaper.md");
        found["score"]!.GetValue<double>().ShouldBeInRange(0.01, 1);
        found["metadata"]!["year"]!.GetValue<int>().ShouldBe(2025);
        found["text"]!.ToString().ShouldContain("one million");
        var snippet = found["snippet"]!.ToString();
        found["highlights"]!
            .AsArray()
            .Select(pair => snippet[pair![0]!.GetValue<int>()..pair[1]!.GetValue<int>()])
            .ShouldContain("tokens");
        (await client.FindAsync(store, "token supply", new { year = 2024 })).ShouldBeEmpty();
        (
            await client.FindAsync(store, "token supply", new { year = new[] { 2024, 2025 } })
        ).ShouldNotBeEmpty();
        (await client.FindAsync(store, "zebra quagga")).ShouldBeEmpty();
        (await client.FindAsync(store, "?!")).ShouldBeEmpty();

        using var taken = await client.DeleteAsync($"/files/vector-stores/{store}/files/{file}");
        (await taken.SucceedAsync())["deleted"]!.GetValue<bool>().ShouldBeTrue();
        (await client.FindAsync(store, "token supply")).ShouldBeEmpty();
        (await client.AddAsync(store, file))["status"]!.ToString().ShouldBe("completed");
        (await client.DeleteAsync($"/files/{file}").StatusAsync()).ShouldBe(200);
        (await client.FindAsync(store, "token supply")).ShouldBeEmpty();
    }

    [Theory, OnEachDatabase]
    public async Task Nothing_of_one_key_is_seen_with_another(Dialect dialect)
    {
        await using var server = await TestServer.StartAsync(dialect);
        using var client = server.Client();
        var store = await client.NewStoreAsync("same");
        var file = await client.UploadTextAsync(Whitepaper);
        await client.AddAsync(store, file);
        using var other = server.Client(await server.NewKeyAsync());
        var theirs = await other.NewStoreAsync("same");

        (await other.GetAsync($"/files/{file}").StatusAsync()).ShouldBe(404);
        (await other.GetAsync($"/files/{file}/content").StatusAsync()).ShouldBe(404);
        (await other.DeleteAsync($"/files/{file}").StatusAsync()).ShouldBe(404);
        (await other.GetAsync($"/files/vector-stores/{store}").StatusAsync()).ShouldBe(404);
        (await other.GetAsync($"/files/vector-stores/{store}/files").StatusAsync()).ShouldBe(404);
        (await other.DeleteAsync($"/files/vector-stores/{store}").StatusAsync()).ShouldBe(404);
        (await PostAsync(other, $"{store}/search", """{"query":"token"}""")).ShouldBe(404);
        (await PostAsync(other, $"{theirs}/files", $$"""{"file_id":"{{file}}"}""")).ShouldBe(404);
        (await PostAsync(other, $"{store}/files", "{nonsense")).ShouldBe(404);
        (await other.FindAsync(theirs, "token supply")).ShouldBeEmpty();
        using var named = await other.GetAsync("/files/vector-stores/by-name/same");
        (await named.SucceedAsync())["id"]!.ToString().ShouldBe(theirs);
        using var list = await other.GetAsync("/files/vector-stores");
        (await list.SucceedAsync()).AsArray().Count.ShouldBe(1);
        (await client.FindAsync(store, "token supply")).ShouldNotBeEmpty();
    }

    [Theory, OnEachDatabase]
    public async Task A_file_that_cannot_be_read_tells_why_and_is_tried_again(Dialect dialect)
    {
        await using var server = await TestServer.StartAsync(dialect);
        using var client = server.Client();
        var store = await client.NewStoreAsync();
        using var uploaded = await client.UploadAsync([], "empty.txt");
        var file = (await uploaded.SucceedAsync())["file_id"]!.ToString();

        var entry = await client.AddAsync(store, file);
        entry["status"]!.ToString().ShouldBe("failed");
        entry["last_error"]!["code"]!.ToString().ShouldBe("document_empty");
        (await client.AddAsync(store, file))["status"]!.ToString().ShouldBe("failed");
        using var shown = await client.GetAsync($"/files/vector-stores/{store}");
        (await shown.SucceedAsync())["file_counts"]!["failed"]!.GetValue<long>().ShouldBe(1);
    }

    [Theory, OnEachDatabase]
    public async Task A_new_version_of_a_document_takes_the_place_of_the_old_one(Dialect dialect)
    {
        await using var server = await TestServer.StartAsync(dialect);
        using var client = server.Client();
        var store = await client.NewStoreAsync();
        var old = await client.UploadTextAsync("The price is ten.", "p.txt", ("document_id", "p"));
        await client.AddAsync(store, old);
        var next = await client.UploadTextAsync(
            "The price is twelve.",
            "p.txt",
            ("document_id", "p")
        );
        await client.AddAsync(store, next);

        var results = await client.FindAsync(store, "price");
        results.Select(result => result!["file_id"]!.ToString()).ShouldBe([next]);
    }

    [Theory, OnEachDatabase]
    public async Task A_store_of_many_files_is_listed_in_parts_and_deleted_whole(Dialect dialect)
    {
        await using var server = await TestServer.StartAsync(
            dialect,
            settings: ("Limits:Classes:default:file-writes:PerMinute", "1000")
        );
        using var client = server.Client();
        var store = await client.NewStoreAsync();
        var files = new List<string>();
        for (var i = 0; i < 103; i++)
            files.Add(
                await client.UploadTextAsync($"Berth {i} is free.", "n.txt", ("vector_store_id", store))
            );

        using var part = await client.GetAsync(
            $"/files/vector-stores/{store}/files?limit=2&offset=1"
        );
        (await part.SucceedAsync())
            .AsArray()
            .Select(entry => entry!["file_id"]!.ToString())
            .ShouldBe([files[^2], files[^3]]);
        (
            await client.GetAsync($"/files/vector-stores/{store}/files?limit=0").StatusAsync()
        ).ShouldBe(422);

        (await client.DeleteAsync($"/files/vector-stores/{store}").StatusAsync()).ShouldBe(200);
        (await client.GetAsync($"/files/vector-stores/{store}").StatusAsync()).ShouldBe(404);
        (await client.GetAsync($"/files/{files[0]}").StatusAsync()).ShouldBe(200);
    }

    [Theory]
    [InlineData("", "{}")]
    [InlineData("", """{"name":""}""")]
    [InlineData("", """{"name":5}""")]
    [InlineData("", """{"name":"a","metadata":"x"}""")]
    [InlineData("", "[]")]
    [InlineData("/ID/files", "{}")]
    [InlineData("/ID/search", """{"query":""}""")]
    [InlineData("/ID/search", """{"query":"a","top_k":0}""")]
    [InlineData("/ID/search", """{"query":"a","min_score":2}""")]
    [InlineData("/ID/search", """{"query":"a","filters":[]}""")]
    public async Task A_body_that_does_not_fit_is_unprocessable(string path, string body)
    {
        await using var server = await TestServer.StartAsync();
        using var client = server.Client();
        var store = await client.NewStoreAsync();
        (
            await PostAsync(client, path.Replace("/ID", store, StringComparison.Ordinal), body)
        ).ShouldBe(422);
    }

    [Fact]
    public async Task A_body_of_more_than_two_mebibytes_is_too_large()
    {
        await using var server = await TestServer.StartAsync();
        using var client = server.Client();
        var body = $$"""{"name":"a","description":"{{new string('x', 2 * 1024 * 1024)}}"}""";
        (await PostAsync(client, "", body)).ShouldBe(413);
    }

    private static Task<int> PostAsync(HttpClient client, string path, string body) =>
        client
            .PostAsync($"/files/vector-stores/{path.TrimStart('/')}".TrimEnd('/'), Wire.Json(body))
            .StatusAsync();
}
