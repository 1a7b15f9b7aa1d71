using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Http;
using Millrace.Testing;
using Millrace.Tests.Core;

namespace Millrace.Tests.Api.TBackend.Files;

/// <summary>A file has at most 25 MB, whatever was said of its length, and comes from where it may. (t-backend §23, 13 and 14)</summary>
public sealed class FileSizeTests
{
    [Theory]
    [InlineData(26_214_400, 200)]
    [InlineData(26_214_401, 413)]
    public async Task Bytes_are_counted_where_no_length_is_announced(int size, int status)
    {
        await using var site = await LocalServer.StartAsync(http =>
            http.Response.Body.WriteAsync(new byte[size]).AsTask()
        );
        await using var server = await FetchingFromAsync(site);
        using var client = server.Client();
        var form = new MultipartFormDataContent();
        // Sent in chunks.
        form.Add(new StreamContent(new Unannounced(new byte[size])), "file", "a.bin");

        (await client.PostAsync("/files/upload", form).StatusAsync()).ShouldBe(status);
        (await FetchAsync(client, site.Address)).ShouldBe(status);

        using var list = await client.GetAsync("/files");
        (await list.SucceedAsync())["files"]!.AsArray().Count.ShouldBe(status == 200 ? 2 : 0);
        if (status != 200)
            Directory
                .EnumerateFiles(
                    Path.Combine(server.Folder, "files"),
                    "*",
                    SearchOption.AllDirectories
                )
                .ShouldBeEmpty();
    }

    [Fact]
    public async Task A_length_that_is_too_small_cuts_the_form_short()
    {
        await using var server = await TestServer.StartAsync();
        const string Form =
            "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\nall of this\r\n--b--\r\n";
        using var socket = new TcpClient(server.Address.Host, server.Address.Port);
        await using var stream = socket.GetStream();
        await stream.WriteAsync(
            Encoding.ASCII.GetBytes(
                $"POST /files/upload HTTP/1.1\r\nHost: a\r\napi-key: {server.Key}\r\nConnection: close\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: {Form.Length - 15}\r\n\r\n{Form}"
            )
        );
        using var reader = new StreamReader(stream);
        (await reader.ReadLineAsync()).ShouldNotBeNull().ShouldStartWith("HTTP/1.1 422");
        using var client = server.Client();
        using var list = await client.GetAsync("/files");
        (await list.SucceedAsync())["files"]!.AsArray().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_redirect_to_this_machine_is_refused()
    {
        await using var secret = await LocalServer.StartAsync(http =>
            http.Response.WriteAsync("for this machine only")
        );
        await using var site = await LocalServer.StartAsync(http =>
        {
            http.Response.Redirect(secret.Address.ToString());
            return Task.CompletedTask;
        });
        await using var server = await FetchingFromAsync(site);
        using var client = server.Client();
        (await FetchAsync(client, site.Address)).ShouldBe(400);
        using var list = await client.GetAsync("/files");
        (await list.SucceedAsync())["files"]!.AsArray().ShouldBeEmpty();
    }

    private static Task<TestServer> FetchingFromAsync(LocalServer site) =>
        TestServer.StartAsync(settings: ("Outbound:Allow:0", $"127.0.0.1:{site.Address.Port}"));

    private static Task<int> FetchAsync(HttpClient client, Uri address) =>
        client.PostAsync("/files/upload-url", Wire.Json(new { url = address })).StatusAsync();

    private sealed class Unannounced(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }
}
