using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Millrace.Core.Metering;
using Millrace.Core.Storage;
using Millrace.Models.Local;
using Millrace.Testing;
using Millrace.Tests.Api.TBackend.Files;
using Millrace.Tests.Api.TBackend.Graph;

namespace Millrace.Tests.Api.TBackend;

/// <summary>Two keys that do the same under the same names. (t-backend §19)</summary>
public sealed class TwoKeysTests
{
    private const string Session = "s";
    private const string Shelf = "docs";
    private const string Document = "Herons nest in the reeds. Otters sleep on the bank.";
    private const string Question = "Where do herons nest?";

    private static readonly string[] Turns =
    [
        "My dentist is Weiss.",
        "Who is my dentist?",
        Question,
    ];

    [Theory, OnEachDatabase]
    public async Task What_one_key_does_shows_in_nothing_that_another_is_told(Dialect dialect)
    {
        await using var server = await TestServer.StartAsync(dialect);
        using var one = server.Client(await server.NewKeyAsync());
        using var other = server.Client(await server.NewKeyAsync());
        var nothing = await ListsAsync(other);

        var ones = await FillAsync(server, one);

        (await ListsAsync(other)).ShouldBe(nothing);
        (await CallsAsync(server, other)).ShouldBe(0);
        (await CallsAsync(server, one)).ShouldBe(Turns.Length);
        var shown = await AllAsync(one, ones);
        var usage = await UsageAsync(server, one);

        var others = await FillAsync(server, other);

        (await UsageAsync(server, one)).ShouldBe(usage);
        (await CallsAsync(server, other)).ShouldBe(Turns.Length);
        (await AllAsync(one, ones)).ShouldBe(shown);
        others.Told.ShouldBe(ones.Told);
        var otherShown = string.Join('\n', (await AllAsync(other, others)).Values);
        foreach (var id in new[] { ones.Store, ones.File, ones.Graph })
            otherShown.ShouldNotContain(id);
        await HoldsOnlyItsOwnAsync(other, others);
        await HoldsOnlyItsOwnAsync(one, ones);
    }

    [Theory, OnEachDatabase]
    public async Task What_one_key_deletes_is_whole_with_another(Dialect dialect)
    {
        await using var server = await TestServer.StartAsync(dialect);
        using var one = server.Client(await server.NewKeyAsync());
        using var other = server.Client(await server.NewKeyAsync());
        var ones = await FillAsync(server, one);
        var others = await FillAsync(server, other);
        var shown = await AllAsync(other, others);

        await one.SendAsync(
            HttpMethod.Delete,
            $"/files/vector-stores/{ones.Store}/files/{ones.File}"
        );
        await one.SendAsync(HttpMethod.Delete, $"/files/vector-stores/{ones.Store}");
        await one.SendAsync(HttpMethod.Delete, $"/files/{ones.File}");
        await one.SendAsync(HttpMethod.Delete, $"/graph/{ones.Graph}");
        await server.WorkDoneAsync();

        (await AllAsync(other, others)).ShouldBe(shown);
        await other.SayAsync(new { message = Question, session_id = Session });
        Recalled(server).ShouldContain(part => part.Kind == RecalledKind.Document);
        await one.SayAsync(new { message = Question, session_id = Session });
        Recalled(server)
            .ShouldNotContain(part => part.Kind == RecalledKind.Document || part.Kind == RecalledKind.Fact);
    }

    /// <summary>What a key made, and what it was told on the way, without ids and times.</summary>
    private sealed record Holding(string Store, string File, string Graph, List<string> Told);

    private static async Task<Holding> FillAsync(TestServer server, HttpClient client)
    {
        client.DefaultRequestHeaders.Add("X-Idempotency-Key", "k1");
        using var sent = await client.UploadAsync(
            Encoding.UTF8.GetBytes(Document),
            "notes.txt",
            "",
            ("document_id", "d"),
            ("dedupe", "true")
        );
        client.DefaultRequestHeaders.Remove("X-Idempotency-Key");
        var uploaded = await sent.SucceedAsync();
        uploaded["deduplicated"]!.GetValue<bool>().ShouldBeFalse();
        var file = uploaded["file_id"]!.ToString();
        var store = await client.NewStoreAsync(Shelf);
        (await client.AddAsync(store, file))["status"]!.ToString().ShouldBe("completed");
        var graph = await client.DefaultGraphAsync();
        await client.SendAsync(
            HttpMethod.Post,
            $"/graph/{graph}/facts",
            $$"""{"fact":"Bob moved to Oslo in 2021","session_id":"{{Session}}"}"""
        );
        await server.WorkDoneAsync();
        var told = new List<string>();
        foreach (var message in Turns)
        {
            using var answer = await client.ChatAsync(new { message, session_id = Session });
            if (told.Count == 0)
                told.Add(answer.Header("X-RateLimit-Remaining"));
            var said = await answer.SucceedAsync();
            told.Add($"{said["reply"]} {said["used_tools"]?.ToJsonString()}");
            told.AddRange(
                server
                    .Model.Asked[^1]
                    .Where(part => part.Role != ChatRole.System)
                    .Select(part => $"{part.Role}: {part.Text}")
            );
            told.AddRange(
                Recalled(server).Select(part => $"{part.Kind} {part.Source}: {part.Text}")
            );
            await server.WorkDoneAsync();
        }
        return new Holding(store, file, graph, told);
    }

    private static async Task HoldsOnlyItsOwnAsync(HttpClient client, Holding own)
    {
        (await client.ReadAsync("/files"))["files"]!.AsArray().ShouldHaveSingleItem()!["file_id"]!
            .ToString()
            .ShouldBe(own.File);
        var store = (await client.ReadAsync("/files/vector-stores"))
            .AsArray()
            .ShouldHaveSingleItem()!;
        store["id"]!.ToString().ShouldBe(own.Store);
        store["file_counts"]!["total"]!.GetValue<int>().ShouldBe(1);
        (await client.FindAsync(own.Store, "herons")).ShouldHaveSingleItem()!["file_id"]!
            .ToString()
            .ShouldBe(own.File);
        var facts = (await client.ReadAsync($"/graph/{own.Graph}/facts?session_id={Session}"))
            .AsArray()
            .Select(fact => fact!["fact"]!.ToString());
        facts.ShouldBe(["Bob moved to Oslo in 2021", "My dentist is Weiss."], ignoreOrder: true);
    }

    /// <summary>What a key is shown that names nothing of its own.</summary>
    private static Task<Dictionary<string, string>> ListsAsync(HttpClient client) =>
        ReadAsync(
            client,
            "/files",
            "/files/vector-stores",
            "/graph/accessible",
            "/graph/data",
            "/graph/search?query=Where+does+Bob+live&at=2030"
        );

    /// <summary>All that a key is shown of what it has.</summary>
    private static async Task<Dictionary<string, string>> AllAsync(HttpClient client, Holding own)
    {
        var all = await ListsAsync(client);
        var more = await ReadAsync(
            client,
            $"/files/{own.File}",
            $"/files/{own.File}/content",
            $"/files/vector-stores/{own.Store}",
            $"/files/vector-stores/{own.Store}/files",
            $"/files/vector-stores/by-name/{Shelf}",
            $"/graph/{own.Graph}",
            $"/graph/{own.Graph}/facts?include_invalid=true",
            $"/graph/{own.Graph}/facts?q=Bob&session_id={Session}",
            $"/graph/{own.Graph}/nodes",
            $"/graph/{own.Graph}/edges?include_invalid=true",
            $"/graph/{own.Graph}/sessions",
            $"/graph/{own.Graph}/query?query=Where+does+Bob+live&at=2030"
        );
        foreach (var (path, text) in more)
            all[path] = text;
        all["search"] = (await client.FindAsync(own.Store, Question)).ToJsonString();
        return all;
    }

    private static async Task<Dictionary<string, string>> ReadAsync(
        HttpClient client,
        params string[] paths
    )
    {
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var path in paths)
            texts[path] = await client.GetStringAsync(path);
        return texts;
    }

    private static async Task<long> CallsAsync(TestServer server, HttpClient client) =>
        JsonNode.Parse(await UsageAsync(server, client))!["usage"]!["by_endpoint"]!["/chat"]![
            "calls"
        ]!.GetValue<long>();

    /// <summary>All that the key is told of its use but the time.</summary>
    private static async Task<string> UsageAsync(TestServer server, HttpClient client)
    {
        await server
            .Services.GetServices<IHostedService>()
            .OfType<UsageFold>()
            .Single()
            .FoldAsync();
        var usage = await client.ReadAsync("/usage");
        usage.AsObject().Remove("as_of");
        return usage.ToJsonString();
    }

    private static List<RecalledPart> Recalled(TestServer server) =>
        [.. server.Model.Asked[^1].SelectMany(RecalledContext.Read)];
}
