using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Millrace.BlackBox.Processes;
using Millrace.Core.Storage;
using Millrace.Testing;
using Millrace.Testing.Doubles;

namespace Millrace.BlackBox.Durability;

/// <summary>Facts of a server that is killed while it reads them out of a document or a turn. (t-backend §14, §19)</summary>
public sealed class KilledGraphTests
{
    private const string Told = "Henrik has led us since 2019.";

    private static readonly string[] First =
    [
        "Maria", "John", "Anna", "Peter", "Laura", "Thomas", "Julia", "Martin", "Sarah", "David",
        "Emma", "Robert", "Helen", "Daniel", "Sofia", "Michael", "Clara", "Paul", "Alice", "George",
    ];

    private static readonly string[] Last =
    [
        "Gonzalez", "Smith", "Johnson", "Fischer", "Martinez", "Taylor", "Wagner", "Anderson", "Clark", "Lewis",
        "Walker", "Schmidt", "Robinson", "Harris", "Young", "Wright", "Lopez", "Baker", "Carter", "Mitchell",
    ];

    [Theory, OnEachDatabase]
    public async Task Each_fact_of_a_document_is_there_once_after_a_kill(Dialect dialect)
    {
        await using var server = await ServerProcess.StartAsync(
            await new Settings().Unlimited().OnAsync(dialect)
        );
        var graph = await DefaultGraphAsync(server);
        var store = await PostAsync(server, "/files/vector-stores", new { name = "people" });
        await PostAsync(
            server,
            $"/files/vector-stores/{store["id"]}/files",
            new { file_id = await UploadAsync(server) }
        );
        await UntilAsync(server, graph, facts => facts.Count > 0);
        await server.KillAsync();
        await server.RestartAsync();

        var people = First.Length * Last.Length;
        var facts = await UntilAsync(server, graph, facts => facts.Count >= people);
        await UntilNothingWaitsAsync(server);

        facts = await FactsAsync(server, graph);
        facts.Select(fact => fact!["subject"]!.ToString()).ShouldBeUnique();
        facts.Count.ShouldBe(people);
    }

    [Theory, OnEachDatabase]
    public async Task A_turn_whose_reading_was_killed_is_read_again_and_kept_once(Dialect dialect)
    {
        await using var model = await OpenAiDouble.StartAsync();
        var isReading = new TaskCompletionSource();
        var isKilled = false;
        model.Answer = request =>
        {
            if (!request.Text.Contains("\\u003Cknown", StringComparison.OrdinalIgnoreCase)
                && !request.Text.Contains("<known", StringComparison.Ordinal))
                return Behaviour.Plain;
            isReading.TrySetResult();
            return Volatile.Read(ref isKilled)
                ? Behaviour.Says(
                    $$"""{"facts":[{"subject":"user","predicate":"has_manager","object":"Henrik","single":true,"evidence":"{{Told}}"}]}"""
                )
                : Behaviour.Hangs;
        };
        await using var server = await ServerProcess.StartAsync(
            await new Settings().Unlimited().Serve("reader", model).OnAsync(dialect)
        );
        var graph = await DefaultGraphAsync(server);
        await server.ChatAsync(new { message = Told, session_id = "s" });
        await isReading.Task.WaitAsync(TimeSpan.FromSeconds(30));
        await server.KillAsync();
        Volatile.Write(ref isKilled, true);
        await server.RestartAsync();

        await UntilAsync(server, graph, facts => facts.Count > 0);
        await UntilNothingWaitsAsync(server);

        var fact = (await FactsAsync(server, graph)).ShouldHaveSingleItem()!;
        fact["object"]!.ToString().ShouldBe("Henrik");
        fact["session_id"]!.ToString().ShouldBe("s");
    }

    private static async Task<string> DefaultGraphAsync(ServerProcess server) =>
        (await server.Client.GetFromJsonAsync<JsonObject>("/graph/accessible"))!["graphs"]![0]![
            "id"
        ]!.ToString();

    private static async Task<JsonObject> PostAsync(ServerProcess server, string path, object body)
    {
        using var answer = await server.Client.PostAsJsonAsync(path, body);
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<JsonObject>())!;
    }

    private static async Task<string> UploadAsync(ServerProcess server)
    {
        var text = string.Join(
            "\n\n",
            First.SelectMany(first =>
                Last.Select(last => $"{first} {last} joined Iberdrola in May 2021.")
            )
        );
        using var form = new MultipartFormDataContent
        {
            { new ByteArrayContent(Encoding.UTF8.GetBytes(text)), "file", "people.txt" },
        };
        using var answer = await server.Client.PostAsync("/files/upload", form);
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<JsonObject>())!["file_id"]!.ToString();
    }

    private static async Task<JsonArray> FactsAsync(ServerProcess server, string graph) =>
        (await server.Client.GetFromJsonAsync<JsonArray>($"/graph/{graph}/facts?limit=1000"))!;

    /// <summary>Asks for the graph's facts until they are as wanted.</summary>
    private static async Task<JsonArray> UntilAsync(
        ServerProcess server,
        string graph,
        Func<JsonArray, bool> isMeant
    )
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        while (true)
        {
            var facts = await FactsAsync(server, graph);
            if (isMeant(facts))
                return facts;
            limit.Token.ThrowIfCancellationRequested();
        }
    }

    private static async Task UntilNothingWaitsAsync(ServerProcess server)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        while (
            (await server.Client.GetFromJsonAsync<JsonObject>("/graph/debug", limit.Token))![
                "tasks_waiting"
            ]!.GetValue<long>() > 0
        ) { }
    }
}
