using System.Text.Json.Nodes;
using Millrace.Core.Identity;
using Millrace.Core.Storage;
using Millrace.Testing;

namespace Millrace.Tests.Api.TBackend.Files;

/// <summary>The same document again. (t-backend §12.7)</summary>
public sealed class DedupeTests
{
    [Theory, OnEachDatabase]
    public async Task A_key_settles_whether_its_files_are_deduplicated(Dialect dialect)
    {
        foreach (var installation in (bool[])[false, true])
        {
            await using var server = await TestServer.StartAsync(
                dialect,
                settings: ("Files:Dedupe", installation ? "true" : "false")
            );
            foreach (var key in (bool?[])[null, true, false])
            {
                using var client = server.Client(
                    await server.NewKeyAsync(new NewApiKey { Dedupe = key })
                );
                var first = await SendAsync(client, "The price is ten.");
                var again = await SendAsync(client, "The price is ten.");
                var plain = await SendAsync(client, "The price is ten.", ("dedupe", "false"));
                var asked = await SendAsync(client, "The price is ten.", ("dedupe", "true"));
                var forced = await SendAsync(
                    client,
                    "The price is ten.",
                    ("dedupe", "true"),
                    ("force", "true")
                );

                first.Deduplicated.ShouldBeFalse();
                again.Deduplicated.ShouldBe(key ?? installation);
                (again.Id == first.Id).ShouldBe(key ?? installation);
                (plain.Deduplicated, asked.Deduplicated, forced.Deduplicated).ShouldBe(
                    (false, true, false)
                );
                asked.Id.ShouldBe(plain.Id);
                ((string[])[first.Id, plain.Id, forced.Id]).ShouldBeUnique();
            }
        }
    }

    [Theory, OnEachDatabase]
    public async Task A_store_that_has_a_content_already_does_not_take_it_twice(Dialect dialect)
    {
        await using var server = await TestServer.StartAsync(dialect);
        using var client = server.Client();
        var deduping = await StoreAsync(client, """{"name":"a","dedupe":true}""");
        var plain = await StoreAsync(client, """{"name":"b"}""");
        var first = (await SendAsync(client, "Herons nest in the reeds.")).Id;
        var second = (await SendAsync(client, "Herons nest in the reeds.")).Id;
        var other = (await SendAsync(client, "Egrets nest in the trees.")).Id;

        var added = await AddAsync(client, deduping, first);
        var again = await AddAsync(client, deduping, second);
        (await AddAsync(client, deduping, first)).Deduplicated.ShouldBeFalse();
        (await AddAsync(client, deduping, other)).Deduplicated.ShouldBeFalse();

        (added.Id, added.Deduplicated).ShouldBe((first, false));
        (again.Id, again.Deduplicated).ShouldBe((first, true));
        again.AddedAt.ShouldBe(added.AddedAt);
        (await FilesOfAsync(client, deduping)).ShouldBe([other, first]);
        (await client.FindAsync(deduping, "herons")).Count.ShouldBe(1);

        // A store that says nothing takes both, unless the request does.
        await AddAsync(client, plain, first);
        (await AddAsync(client, plain, second, ",\"dedupe\":true")).Id.ShouldBe(first);
        (await AddAsync(client, plain, second)).Id.ShouldBe(second);
        (await FilesOfAsync(client, plain)).ShouldBe([second, first], ignoreOrder: true);

        // And where it is to be processed again, the store takes it too.
        (await AddAsync(client, deduping, second, ",\"dedupe\":false")).Id.ShouldBe(second);
        (
            await client
                .DeleteAsync($"/files/vector-stores/{deduping}/files/{second}")
                .StatusAsync()
        ).ShouldBe(200);
        (await AddAsync(client, deduping, second, ",\"force\":true")).Id.ShouldBe(second);
    }

    [Theory, OnEachDatabase]
    public async Task A_key_that_deduplicates_does_so_when_files_are_added(Dialect dialect)
    {
        await using var server = await TestServer.StartAsync(dialect);
        using var client = server.Client(await server.NewKeyAsync(new NewApiKey { Dedupe = true }));
        var store = await client.NewStoreAsync();
        var ids = new List<string>();
        for (var at = 0; at < 4; at++)
            ids.Add((await SendAsync(client, "Herons nest.", ("dedupe", "false"))).Id);

        var added = await Task.WhenAll(ids.Select(id => AddAsync(client, store, id)));

        added.Select(entry => entry.Id).Distinct().ShouldHaveSingleItem();
        added.Count(entry => !entry.Deduplicated).ShouldBe(1);
        (await FilesOfAsync(client, store)).Count.ShouldBe(1);
    }

    [Theory, OnEachDatabase]
    public async Task A_file_that_is_sent_to_a_store_is_the_one_that_it_has(Dialect dialect)
    {
        await using var server = await TestServer.StartAsync(dialect);
        using var client = server.Client();
        var store = await StoreAsync(client, """{"name":"a","dedupe":true}""");
        var first = (await SendAsync(client, "Herons nest.", ("vector_store_id", store))).Id;
        var newer = (await SendAsync(client, "Herons nest.")).Id;

        var again = await SendAsync(client, "Herons nest.", ("vector_store_id", store));

        newer.ShouldNotBe(first);
        (again.Id, again.Deduplicated).ShouldBe((first, true));
        (await FilesOfAsync(client, store)).ShouldBe([first]);
        var forced = await SendAsync(
            client,
            "Herons nest.",
            ("vector_store_id", store),
            ("force", "true")
        );
        forced.Deduplicated.ShouldBeFalse();
        (await FilesOfAsync(client, store)).ShouldBe([forced.Id, first], ignoreOrder: true);
    }

    [Theory, OnEachDatabase]
    public async Task A_document_with_the_same_content_is_the_same_and_with_other_content_a_version(
        Dialect dialect
    )
    {
        const string Ten = "The price is ten.";
        const string Twelve = "The price is twelve.";
        await using var server = await TestServer.StartAsync(dialect);
        using var client = server.Client();
        var (here, there) = (
            await client.NewStoreAsync("here"),
            await client.NewStoreAsync("there")
        );
        (string, string)[] document = [("document_id", "price"), ("dedupe", "true")];

        var first = await SendAsync(client, Ten, document);
        var same = await SendAsync(client, Ten, document);
        await AddAsync(client, here, first.Id);
        await AddAsync(client, there, first.Id);
        var next = await SendAsync(client, Twelve, document);
        (await FilesOfAsync(client, here)).ShouldBe([first.Id]);
        await AddAsync(client, here, next.Id);

        (same.Id, same.Deduplicated).ShouldBe((first.Id, true));
        (next.Id == first.Id, next.Deduplicated).ShouldBe((false, false));
        (await FilesOfAsync(client, here)).ShouldBe([next.Id]);
        (await FilesOfAsync(client, there)).ShouldBe([first.Id]);
        (await client.FindAsync(here, "price"))[0]!["text"]!.ToString().ShouldContain("twelve");

        // The old content again is a version again, and takes the place of the one before.
        var back = await SendAsync(client, Ten, [.. document, ("vector_store_id", here)]);
        back.Deduplicated.ShouldBeFalse();
        ((string[])[first.Id, next.Id, back.Id]).ShouldBeUnique();
        (await FilesOfAsync(client, here)).ShouldBe([back.Id]);
        // Another document may have the same content, and is then the file that is there.
        var other = await SendAsync(client, Ten, ("document_id", "other"), ("dedupe", "true"));
        (other.Id, other.Deduplicated).ShouldBe((back.Id, true));
        // By default all is kept anew.
        var plain = await SendAsync(client, Ten, ("document_id", "price"));
        plain.Deduplicated.ShouldBeFalse();
        plain.Id.ShouldNotBe(back.Id);
    }

    [Theory, OnEachDatabase]
    public async Task A_new_version_is_added_to_a_store_that_holds_its_content_elsewhere(
        Dialect dialect
    )
    {
        await using var server = await TestServer.StartAsync(dialect);
        using var client = server.Client();
        var store = await StoreAsync(client, """{"name":"a","dedupe":true}""");
        var copy = (await SendAsync(client, "The price is twelve.")).Id;
        var old = (await SendAsync(client, "The price is ten.", ("document_id", "p"))).Id;
        var next = (await SendAsync(client, "The price is twelve.", ("document_id", "p"))).Id;
        await AddAsync(client, store, copy);
        await AddAsync(client, store, old);

        (await AddAsync(client, store, next)).Id.ShouldBe(next);

        (await FilesOfAsync(client, store)).ShouldBe([next, copy]);
    }

    private static async Task<Sent> SendAsync(
        HttpClient client,
        string text,
        params (string, string)[] fields
    )
    {
        using var answer = await client.UploadAsync(
            System.Text.Encoding.UTF8.GetBytes(text),
            "notes.txt",
            "",
            fields
        );
        return Sent.Of(await answer.SucceedAsync());
    }

    private static async Task<Sent> AddAsync(
        HttpClient client,
        string store,
        string file,
        string fields = ""
    )
    {
        using var answer = await client.PostAsync(
            $"/files/vector-stores/{store}/files",
            Wire.Json($$"""{"file_id":"{{file}}"{{fields}}}""")
        );
        return Sent.Of(await answer.SucceedAsync());
    }

    private static async Task<string> StoreAsync(HttpClient client, string body)
    {
        using var answer = await client.PostAsync("/files/vector-stores", Wire.Json(body));
        return (await answer.SucceedAsync())["id"]!.ToString();
    }

    /// <summary>The newest first.</summary>
    private static async Task<List<string>> FilesOfAsync(HttpClient client, string store)
    {
        using var answer = await client.GetAsync($"/files/vector-stores/{store}/files");
        return
        [
            .. (await answer.SucceedAsync())
                .AsArray()
                .Select(entry => entry!["file_id"]!.ToString()),
        ];
    }

    private sealed record Sent(string Id, bool Deduplicated, string? AddedAt)
    {
        public static Sent Of(JsonNode answer) =>
            new(
                answer["file_id"]!.ToString(),
                answer["deduplicated"]!.GetValue<bool>(),
                answer["added_at"]?.ToString()
            );
    }
}
