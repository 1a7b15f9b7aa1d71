using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Millrace.BlackBox.Processes;
using Millrace.Core.Storage;
using Millrace.Testing;

namespace Millrace.BlackBox.Durability;

/// <summary>Documents of a server that is killed while it reads them, with the embedded models. (t-backend §12.7, A.6)</summary>
public sealed class KilledIngestTests
{
    private const int Items = 400;

    private static readonly string Catalogue = string.Join(
        "\n\n",
        Enumerable
            .Range(0, Items)
            .Select(at =>
                $"Article item{at} costs {at + 100} crowns. {string.Concat(Enumerable.Repeat("It is kept in the large hall behind the mill. ", 8))}"
            )
    );

    [Theory, OnEachDatabase]
    public async Task A_document_is_whole_after_a_kill_and_answers_a_chat(Dialect dialect)
    {
        await using var server = await ServerProcess.StartAsync(
            await new Settings().Unlimited().OnAsync(dialect)
        );
        var store = (await PostAsync(server, "", new { name = "my-documents" }))["id"]!.ToString();
        var file = await UploadAsync(server);
        var adding = PostAsync(server, $"/{store}/files", new { file_id = file });
        await UntilAsync(server, store, entry => entry["progress"]!.GetValue<int>() > 0);
        await server.KillAsync();
        await ((Task)adding).ConfigureAwait(
            ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext
        );
        await server.RestartAsync();

        var entry = await UntilAsync(
            server,
            store,
            entry => entry["status"]!.ToString() != "in_progress"
        );

        entry["status"]!.ToString().ShouldBe("completed");
        var seen = new HashSet<int>();
        foreach (var item in (int[])[0, 17, 200, Items - 1])
        {
            var found = await PostAsync(
                server,
                $"/{store}/search",
                new { query = $"item{item}", top_k = 50 }
            );
            var results = found["results"]!.AsArray();
            results[0]!["text"]!.ToString().ShouldContain($"item{item} costs {item + 100} crowns");
            var places = results.Select(result => result!["chunk_index"]!.GetValue<int>()).ToList();
            places.ShouldBeUnique();
            seen.Add(places[0]);
        }
        seen.Count.ShouldBe(4);
        var answer = await server.ChatAsync(new { message = "What does item17 cost?" });
        answer["reply"]!.ToString().ShouldContain("catalogue.txt");
    }

    private static async Task<JsonObject> PostAsync(ServerProcess server, string path, object body)
    {
        using var answer = await server.Client.PostAsJsonAsync($"/files/vector-stores{path}", body);
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<JsonObject>())!;
    }

    private static async Task<string> UploadAsync(ServerProcess server)
    {
        using var form = new MultipartFormDataContent
        {
            { new ByteArrayContent(Encoding.UTF8.GetBytes(Catalogue)), "file", "catalogue.txt" },
        };
        using var answer = await server.Client.PostAsync("/files/upload", form);
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<JsonObject>())!["file_id"]!.ToString();
    }

    /// <summary>Asks for the store's only file until it is as wanted.</summary>
    private static async Task<JsonNode> UntilAsync(
        ServerProcess server,
        string store,
        Func<JsonNode, bool> isMeant
    )
    {
        while (true)
        {
            var entries = await server.Client.GetFromJsonAsync<JsonArray>(
                $"/files/vector-stores/{store}/files"
            );
            if (entries is [{ } entry] && isMeant(entry))
                return entry;
        }
    }
}
