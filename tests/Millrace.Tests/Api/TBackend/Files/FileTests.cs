using System.Net;
using System.Security.Cryptography;
using System.Text;
using Millrace.Core.Storage;
using Millrace.Testing;
using Millrace.Testing.Doubles;

namespace Millrace.Tests.Api.TBackend.Files;

public sealed class FileTests
{
    [Theory, OnEachDatabase]
    public async Task An_uploaded_file_is_shown_given_back_and_deleted(Dialect dialect)
    {
        await using var server = await TestServer.StartAsync(dialect);
        using var client = server.Client();
        var bytes = Encoding.UTF8.GetBytes("# Title\n\nSome words.\n");
        using var answer = await client.UploadAsync(
            bytes,
            "../secret/ä notes.md",
            "?purpose=test",
            ("metadata", """{"lang":"en"}""")
        );
        var uploaded = await answer.SucceedAsync();
        uploaded
            .AsObject()
            .Select(member => member.Key)
            .ShouldBe([
                "file_id",
                "filename",
                "size",
                "content_type",
                "created_at",
                "sha256",
                "deduplicated",
                "status",
            ]);
        var id = uploaded["file_id"]!.ToString();
        id.ShouldMatch("^[0-9a-f]{16}$");
        uploaded["filename"]!.ToString().ShouldBe("ä notes.md");
        uploaded["size"]!.GetValue<long>().ShouldBe(bytes.Length);
        uploaded["content_type"]!.ToString().ShouldBe("text/markdown");
        uploaded["sha256"]!.ToString().ShouldBe(Convert.ToHexStringLower(SHA256.HashData(bytes)));

        await server.RestartAsync();
        using var again = server.Client();
        using var shown = await again.GetAsync($"/files/{id}");
        (await shown.SucceedAsync())["metadata"]!["lang"]!.ToString().ShouldBe("en");
        using var content = await again.GetAsync($"/files/{id}/content");
        (await content.Content.ReadAsByteArrayAsync()).ShouldBe(bytes);
        content.Header("X-Content-Type-Options").ShouldBe("nosniff");
        content.Content.Headers.ContentDisposition!.DispositionType.ShouldBe("attachment");
        using var list = await again.GetAsync("/files");
        (await list.SucceedAsync())["files"]!.AsArray().Count.ShouldBe(1);

        using var deleted = await again.DeleteAsync($"/files/{id}");
        (await deleted.SucceedAsync())["deleted"]!.GetValue<bool>().ShouldBeTrue();
        (await again.GetAsync($"/files/{id}").StatusAsync()).ShouldBe(404);
        (await again.GetAsync($"/files/{id}/content").StatusAsync()).ShouldBe(404);
        (await again.DeleteAsync($"/files/{id}").StatusAsync()).ShouldBe(404);
    }

    [Theory, OnEachDatabase]
    public async Task The_same_content_is_a_new_file_unless_deduplication_is_asked_for(
        Dialect dialect
    )
    {
        await using var server = await TestServer.StartAsync(dialect);
        using var client = server.Client();
        var bytes = "same"u8.ToArray();
        var first = await UploadAsync("");
        (await UploadAsync("")).Id.ShouldNotBe(first.Id);
        var newest = await UploadAsync("");
        (await UploadAsync("?dedupe=true")).ShouldBe((newest.Id, true));
        var forced = await UploadAsync("?dedupe=true&force=1");
        forced.Deduplicated.ShouldBeFalse();
        client.DefaultRequestHeaders.Add("x-bypass-cache", "1");
        (await UploadAsync("?dedupe=true")).Deduplicated.ShouldBeFalse();

        // Another key's copy is none of this one's.
        using var other = server.Client(await server.NewKeyAsync());
        using var theirs = await other.UploadAsync(bytes, "a.txt", "?dedupe=true");
        (await theirs.SucceedAsync())["deduplicated"]!.GetValue<bool>().ShouldBeFalse();

        async Task<(string Id, bool Deduplicated)> UploadAsync(string query)
        {
            using var answer = await client.UploadAsync(bytes, "a.txt", query);
            var file = await answer.SucceedAsync();
            return (file["file_id"]!.ToString(), file["deduplicated"]!.GetValue<bool>());
        }
    }

    [Theory]
    [InlineData(26_214_400, 200)]
    [InlineData(26_214_401, 413)]
    public async Task A_file_may_have_25_megabytes(int size, int status)
    {
        await using var server = await TestServer.StartAsync();
        using var client = server.Client();
        (await client.UploadAsync(new byte[size], "a.bin").StatusAsync()).ShouldBe(status);
        using var list = await client.GetAsync("/files");
        (await list.SucceedAsync())["files"]!.AsArray().Count.ShouldBe(status == 200 ? 1 : 0);
    }

    [Theory]
    [InlineData("?dedupe=perhaps", 422)]
    [InlineData("?metadata=[1]", 422)]
    [InlineData("?metadata={", 422)]
    [InlineData("?vector_store_id=vs_1", 404)]
    public async Task What_is_said_of_a_file_is_checked(string query, int status)
    {
        await using var server = await TestServer.StartAsync();
        using var client = server.Client();
        (await client.UploadAsync("x"u8.ToArray(), "a.txt", query).StatusAsync()).ShouldBe(status);
        using var list = await client.GetAsync("/files");
        (await list.SucceedAsync())["files"]!.AsArray().ShouldBeEmpty();
    }

    [Theory]
    [InlineData("application/json", "{}")]
    [InlineData("multipart/form-data; boundary=x", "--x--\r\n")]
    [InlineData(
        "multipart/form-data; boundary=x",
        "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nb\r\n--x--\r\n"
    )]
    [InlineData(
        "multipart/form-data; boundary=x",
        "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\nhalf"
    )]
    [InlineData("multipart/form-data", "nothing")]
    public async Task A_form_without_a_whole_file_is_unprocessable(string type, string body)
    {
        await using var server = await TestServer.StartAsync();
        using var client = server.Client();
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        content.Headers.TryAddWithoutValidation("Content-Type", type);
        (await client.PostAsync("/files/upload", content).StatusAsync()).ShouldBe(422);
    }

    [Theory]
    [InlineData("GET", "/files")]
    [InlineData("GET", "/files/ae85daf556367699")]
    [InlineData("GET", "/files/ae85daf556367699/content")]
    [InlineData("DELETE", "/files/ae85daf556367699")]
    [InlineData("POST", "/files/upload")]
    [InlineData("POST", "/files/upload-url?url=http://example.com")]
    [InlineData("POST", "/files/vector-stores")]
    [InlineData("GET", "/files/vector-stores")]
    [InlineData("GET", "/files/vector-stores/by-name/x")]
    [InlineData("PATCH", "/files/vector-stores/vs_1")]
    [InlineData("DELETE", "/files/vector-stores/vs_1")]
    [InlineData("POST", "/files/vector-stores/vs_1/files")]
    [InlineData("GET", "/files/vector-stores/vs_1/files")]
    [InlineData("DELETE", "/files/vector-stores/vs_1/files/ae85daf556367699")]
    [InlineData("POST", "/files/vector-stores/vs_1/search")]
    public async Task Nothing_is_served_without_a_key(string method, string path)
    {
        await using var server = await TestServer.StartAsync();
        using var client = server.Client("");
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        (await client.SendAsync(request).StatusAsync()).ShouldBe(401);
    }

    [Theory]
    [InlineData("?url=ftp://example.com/a", "", 422)]
    [InlineData("?url=nonsense", "", 422)]
    [InlineData("", "", 422)]
    [InlineData("", """{"url":5}""", 422)]
    [InlineData("?url=http://a.example", """{"url":"http://b.example"}""", 400)]
    [InlineData("?url=http://127.0.0.1:1/", "", 400)]
    [InlineData("?url=http://169.254.169.254/latest", "", 400)]
    [InlineData("?url=ipfs://abc", "", 501)]
    public async Task Only_public_addresses_are_fetched(string query, string body, int status)
    {
        await using var server = await TestServer.StartAsync();
        using var client = server.Client();
        (
            await client.PostAsync($"/files/upload-url{query}", Wire.Json(body)).StatusAsync()
        ).ShouldBe(status);
    }

    [Fact]
    public async Task Nothing_is_fetched_for_a_store_that_is_not_there()
    {
        await using var site = await SearxngDouble.StartAsync("A page", "of a site");
        await using var server = await TestServer.StartAsync(
            settings: ("Outbound:Allow:0", "127.0.0.0/8")
        );
        using var client = server.Client();

        (
            await client
                .PostAsync(
                    $"/files/upload-url?url={site.Root}/search&vector_store_id=vs_none",
                    content: null
                )
                .StatusAsync()
        ).ShouldBe(404);
        site.Requests.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("""{"a":"\ud800"}""")]
    [InlineData("[]")]
    [InlineData("{")]
    public async Task Metadata_that_is_no_object_of_text_is_unprocessable(string metadata)
    {
        await using var server = await TestServer.StartAsync();
        using var client = server.Client();
        (
            await client.UploadAsync([65], "a.txt", "", ("metadata", metadata)).StatusAsync()
        ).ShouldBe(422);
    }

    [Fact]
    public async Task An_allowed_address_is_fetched_under_the_name_of_its_path()
    {
        await using var site = await TestServer.StartAsync();
        await using var server = await TestServer.StartAsync(
            settings: ("Outbound:Allow:0", $"127.0.0.1:{site.Address.Port}")
        );
        using var client = server.Client();
        using var answer = await client.PostAsync(
            $"/files/upload-url?url={site.Address}openapi.json",
            content: null
        );
        var file = await answer.SucceedAsync();
        file["filename"]!.ToString().ShouldBe("openapi.json");
        file["content_type"]!.ToString().ShouldBe("application/json");
        using var missing = await client.PostAsync(
            "/files/upload-url",
            Wire.Json(new { url = $"{site.Address}nothing-here" })
        );
        missing.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await missing.JsonAsync())["detail"]!.ToString().ShouldBe("Failed to fetch URL: 404");
    }
}
