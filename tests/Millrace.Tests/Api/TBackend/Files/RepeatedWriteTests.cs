using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Knowledge.Ingest;
using Millrace.Testing;

namespace Millrace.Tests.Api.TBackend.Files;

/// <summary>Writes that are sent again under the same <c>X-Idempotency-Key</c>. (t-backend §4)</summary>
public sealed class RepeatedWriteTests
{
    [Theory, OnEachDatabase]
    public async Task An_upload_that_is_sent_again_is_one_file(Dialect dialect)
    {
        await using var server = await TestServer.StartAsync(dialect);
        using var client = server.Client();

        var all = await Task.WhenAll(
            Enumerable.Range(0, 5).Select(_ => UploadAsync(client, "k1", "the same"))
        );

        all.Select(answer => answer.Body["file_id"]!.ToString()).Distinct().Count().ShouldBe(1);
        all.Count(answer => answer.IsReplay).ShouldBe(4);
        (await UploadAsync(client, "k1", "another")).Status.ShouldBe(409);
        (await UploadAsync(client, "k1", "the same", "other.txt")).Status.ShouldBe(409);
        (await UploadAsync(client, "k2", "the same")).IsReplay.ShouldBeFalse();
        (await FilesAsync(client)).Count.ShouldBe(2);
        BlobsOf(server).Count.ShouldBe(2);
    }

    [Fact]
    public async Task Another_key_with_the_same_idempotency_key_makes_a_file_of_its_own()
    {
        await using var server = await TestServer.StartAsync();
        using var mine = server.Client();
        using var theirs = server.Client(await server.NewKeyAsync());
        var first = await UploadAsync(mine, "k1", "the same");
        var second = await UploadAsync(theirs, "k1", "another");
        second.Status.ShouldBe(200);
        second.Body["file_id"]!.ToString().ShouldNotBe(first.Body["file_id"]!.ToString());
    }

    [Theory, OnEachDatabase]
    public async Task A_store_is_made_once_within_a_minute(Dialect dialect)
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(56));
        await using var server = await TestServer.StartAsync(dialect, time);
        using var client = server.Client();
        const string Path = "/files/vector-stores";

        var first = await SendAsync(
            client,
            HttpMethod.Post,
            Path,
            """{"name":"a","dedupe":true}"""
        );
        var again = await SendAsync(
            client,
            HttpMethod.Post,
            Path,
            """{"dedupe": true,"name":"a"}"""
        );
        var other = await SendAsync(client, HttpMethod.Post, Path, """{"name":"b"}""");
        time.Advance(TimeSpan.FromSeconds(61));
        var later = await SendAsync(
            client,
            HttpMethod.Post,
            Path,
            """{"name":"a","dedupe":true}"""
        );

        again.Body["id"]!.ToString().ShouldBe(first.Body["id"]!.ToString());
        (first.IsReplay, again.IsReplay).ShouldBe((false, true));
        other.Status.ShouldBe(409);
        other.Body["code"]!.ToString().ShouldBe("idempotency_key_reused");
        later.Body["id"]!.ToString().ShouldNotBe(first.Body["id"]!.ToString());
    }

    [Fact]
    public async Task What_failed_is_done_again_and_what_is_gone_is_told_alike()
    {
        await using var server = await TestServer.StartAsync();
        using var client = server.Client();
        var store = await client.NewStoreAsync();
        var path = $"/files/vector-stores/{store}";

        (
            await SendAsync(client, HttpMethod.Post, $"{path}/files", """{"file_id":"x"}""")
        ).Status.ShouldBe(404);
        var file = await client.UploadTextAsync("Herons nest in the reeds.");
        var added = await AddAsync();
        (await AddAsync()).Body.ToJsonString().ShouldBe(added.Body.ToJsonString());
        (await AddAsync()).IsReplay.ShouldBeTrue();
        (await SendAsync(client, HttpMethod.Delete, path)).Status.ShouldBe(200);
        (await SendAsync(client, HttpMethod.Delete, path)).IsReplay.ShouldBeTrue();
        (await SendAsync(client, HttpMethod.Delete, path, key: "k2")).Status.ShouldBe(404);

        Task<Answer> AddAsync() =>
            SendAsync(client, HttpMethod.Post, $"{path}/files", $$"""{"file_id":"{{file}}"}""");
    }

    [Theory, OnEachDatabase]
    public async Task What_is_to_be_processed_again_is_not_replayed(Dialect dialect)
    {
        await using var server = await TestServer.StartAsync(dialect);
        using var client = server.Client();
        var ids = new List<string>();
        foreach (var header in (string?[])[null, "1", "true", "yes"])
            ids.Add(FileOf(await UploadAsync(client, "k1", "the same", bypass: header)));
        foreach (var query in (string[])["?force=true", "?force=1"])
            ids.Add(FileOf(await UploadAsync(client, "k1", "the same", query: query)));
        ids.Add(FileOf(await UploadAsync(client, "k1", "the same", force: "true")));

        ids.ShouldBeUnique();
        (await FilesAsync(client)).Count.ShouldBe(ids.Count);
        foreach (var header in (string?[])[null, "0", "false", ""])
        {
            var again = await UploadAsync(client, "k1", "the same", bypass: header);
            (again.IsReplay, FileOf(again)).ShouldBe((true, ids[0]));
        }

        static string FileOf(Answer answer) => answer.Body["file_id"]!.ToString();
    }

    [Theory, OnEachDatabase]
    public async Task A_file_that_is_added_anew_is_read_anew(Dialect dialect)
    {
        await using var server = await TestServer.StartAsync(dialect);
        using var client = server.Client();
        var store = await client.NewStoreAsync();
        var file = await client.UploadTextAsync("Herons nest in the reeds.");
        var path = $"/files/vector-stores/{store}/files";
        var plain = $$"""{"file_id":"{{file}}"}""";
        var forced = $$"""{"file_id":"{{file}}","force":true}""";
        (await SendAsync(client, HttpMethod.Post, path, plain)).IsReplay.ShouldBeFalse();
        var read = await DocumentAsync();

        (await SendAsync(client, HttpMethod.Post, path, plain)).IsReplay.ShouldBeTrue();
        (await SendAsync(client, HttpMethod.Post, path, plain, "k2")).IsReplay.ShouldBeFalse();
        (await DocumentAsync()).ShouldBe(read);
        foreach (
            var (to, body) in ((string, string)[])
                [($"{path}?force=true", plain), (path, forced), (path, forced)]
        )
        {
            var again = await SendAsync(client, HttpMethod.Post, to, body, "k3");
            (again.Status, again.IsReplay).ShouldBe((200, false));
            again.Body["status"]!.ToString().ShouldBe("completed");
            var document = await DocumentAsync();
            document.ShouldNotBe(read);
            read = document;
        }
        (await client.FindAsync(store, "herons")).Count.ShouldBe(1);

        Task<Guid> DocumentAsync() =>
            server
                .Services.GetRequiredService<Store>()
                .ReadAsync(
                    Reach.Installation,
                    db =>
                        db.FirstAsync("SELECT id FROM documents", row => row.Id<Document>(0).Value)
                );
    }

    private static async Task<JsonArray> FilesAsync(HttpClient client)
    {
        using var answer = await client.GetAsync("/files");
        return (await answer.SucceedAsync())["files"]!.AsArray();
    }

    private static List<string> BlobsOf(TestServer server) =>
        [
            .. Directory.EnumerateFiles(
                Path.Combine(server.Folder, "files"),
                "*",
                SearchOption.AllDirectories
            ),
        ];

    private static Task<Answer> UploadAsync(
        HttpClient client,
        string key,
        string text,
        string name = "notes.txt",
        string query = "",
        string? force = null,
        string? bypass = null
    )
    {
        var file = new ByteArrayContent(Encoding.UTF8.GetBytes(text));
        file.Headers.ContentType = new MediaTypeHeaderValue("text/plain");
        // Each form has a boundary of its own.
        var form = new MultipartFormDataContent { { file, "file", name } };
        if (force is not null)
            form.Add(new StringContent(force), "force");
        var request = new HttpRequestMessage(HttpMethod.Post, $"/files/upload{query}")
        {
            Content = form,
        };
        if (bypass is not null)
            request.Headers.Add("x-bypass-cache", bypass);
        return SendAsync(client, request, key);
    }

    private static Task<Answer> SendAsync(
        HttpClient client,
        HttpMethod method,
        string path,
        string? body = null,
        string key = "k1"
    ) =>
        SendAsync(
            client,
            new(method, path) { Content = body is null ? null : Wire.Json(body) },
            key
        );

    private static async Task<Answer> SendAsync(
        HttpClient client,
        HttpRequestMessage request,
        string key
    )
    {
        request.Headers.Add("X-Idempotency-Key", key);
        using var answer = await client.SendAsync(request);
        return new Answer(
            (int)answer.StatusCode,
            await answer.JsonAsync(),
            answer.Header("Idempotency-Replayed") == "true"
        );
    }

    private sealed record Answer(int Status, JsonNode Body, bool IsReplay);
}
