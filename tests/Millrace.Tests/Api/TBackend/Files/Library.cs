using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace Millrace.Tests.Api.TBackend.Files;

/// <summary>What clients do with files and vector stores.</summary>
internal static class Library
{
    public static Task<HttpResponseMessage> UploadAsync(
        this HttpClient client,
        byte[] bytes,
        string name,
        string query = "",
        params (string Name, string Value)[] fields
    )
    {
        var form = new MultipartFormDataContent();
        var file = new ByteArrayContent(bytes);
        file.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        form.Add(file, "file", name);
        foreach (var (field, value) in fields)
            form.Add(new StringContent(value), field);
        return client.PostAsync($"/files/upload{query}", form);
    }

    /// <summary>Uploads a text that has to be taken, and gives the file's id.</summary>
    public static async Task<string> UploadTextAsync(
        this HttpClient client,
        string text,
        string name = "notes.txt",
        params (string Name, string Value)[] fields
    )
    {
        using var answer = await client.UploadAsync(Encoding.UTF8.GetBytes(text), name, "", fields);
        return (await answer.SucceedAsync())["file_id"]!.ToString();
    }

    public static async Task<string> NewStoreAsync(this HttpClient client, string name = "docs")
    {
        using var answer = await client.PostAsync("/files/vector-stores", Wire.Json(new { name }));
        return (await answer.SucceedAsync())["id"]!.ToString();
    }

    /// <summary>Adds a file to a store; it has to be read within the ten seconds that the server waits.</summary>
    public static async Task<JsonNode> AddAsync(this HttpClient client, string store, string file)
    {
        using var answer = await client.PostAsync(
            $"/files/vector-stores/{store}/files",
            Wire.Json(new { file_id = file })
        );
        return await answer.SucceedAsync();
    }

    public static async Task<JsonArray> FindAsync(
        this HttpClient client,
        string store,
        string query,
        object? filters = null
    )
    {
        using var answer = await client.PostAsync(
            $"/files/vector-stores/{store}/search",
            Wire.Json(new { query, filters })
        );
        return (await answer.SucceedAsync())["results"]!.AsArray();
    }

    public static async Task<JsonNode> SucceedAsync(this HttpResponseMessage answer)
    {
        var text = await answer.Content.ReadAsStringAsync();
        ((int)answer.StatusCode).ShouldBe(200, text);
        return JsonNode.Parse(text)!;
    }

    public static async Task<int> StatusAsync(this Task<HttpResponseMessage> asked)
    {
        using var answer = await asked;
        return (int)answer.StatusCode;
    }
}
