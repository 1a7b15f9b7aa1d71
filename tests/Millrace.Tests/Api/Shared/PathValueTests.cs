using System.Text.Json;
using Millrace.Core.Storage;
using Millrace.Testing;
using Millrace.Tests.Api.TBackend.Files;
using Millrace.Tests.Api.TBackend.Graph;

namespace Millrace.Tests.Api.Shared;

/// <summary>A value in a path is what the client encoded, slashes too.</summary>
public sealed class PathValueTests
{
    private static readonly string[] Values =
    [
        "plain",
        "plain/",
        "a/b",
        "a%2Fb",
        "a%252Fb",
        "/",
        "100%",
        "a+b ü?#&;",
        "..a\\b",
        "facts/search",
    ];

    [Theory, OnEachDatabase]
    public async Task A_store_is_found_by_any_name(Dialect dialect)
    {
        await using var server = await TestServer.StartAsync(dialect);
        using var client = server.Client();
        var made = new Dictionary<string, string>();
        foreach (var name in Values)
            made.Add(name, await client.NewStoreAsync(name));

        foreach (var (name, id) in made)
            (await ByNameAsync(Uri.EscapeDataString(name))).ShouldBe(id, name);
        // A slash at a path's end says nothing; within a name it need not be encoded.
        (await ByNameAsync("plain/")).ShouldBe(made["plain"]);
        (await ByNameAsync("plain%2F/")).ShouldBe(made["plain/"]);
        (await ByNameAsync("a/b")).ShouldBe(made["a/b"]);
        foreach (var none in (string[])["", "/", "plain%2Fa"])
            (await client.GetAsync($"/files/vector-stores/by-name{none}").StatusAsync()).ShouldBe(
                404
            );

        async Task<string> ByNameAsync(string encoded)
        {
            using var answer = await client.GetAsync($"/files/vector-stores/by-name/{encoded}");
            return (await answer.SucceedAsync())["id"]!.ToString();
        }
    }

    [Theory, OnEachDatabase]
    public async Task A_session_is_read_anew_whatever_its_id(Dialect dialect)
    {
        await using var server = await TestServer.StartAsync(dialect);
        using var client = server.Client();
        var graph = await client.DefaultGraphAsync();
        foreach (var session in Values)
            await client.SendAsync(
                HttpMethod.Post,
                $"/graph/{graph}/facts",
                JsonSerializer.Serialize(new { fact = "It rains", session_id = session })
            );

        foreach (var session in Values)
        {
            var path = $"/graph/reprocess/session/{Uri.EscapeDataString(session)}";
            foreach (var sent in (string[])[path, $"{path}/"])
            {
                var done = await client.SendAsync(HttpMethod.Post, sent);
                done["result"]!["episodes"]!.GetValue<int>().ShouldBe(1, sent);
            }
        }
    }

    [Fact]
    public async Task An_id_with_an_encoded_slash_is_no_way_to_another_route()
    {
        await using var server = await TestServer.StartAsync();
        using var client = server.Client();
        var file = await client.UploadTextAsync("Herons nest in the reeds.");

        (await client.GetAsync($"/files/{file}").StatusAsync()).ShouldBe(200);
        (await client.GetAsync($"/files/{file}%2Fcontent").StatusAsync()).ShouldBe(404);
        (await client.GetAsync($"/files/x%2F..%2F{file}").StatusAsync()).ShouldBe(404);
        (await client.GetAsync("/docs/assets/..%2F..%2Fappsettings.json").StatusAsync()).ShouldBe(
            404
        );
    }
}
