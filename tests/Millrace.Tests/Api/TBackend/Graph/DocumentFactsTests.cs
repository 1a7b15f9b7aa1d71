using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Millrace.Core.Storage;
using Millrace.Core.Work;
using Millrace.Testing;
using Millrace.Testing.Doubles;
using Millrace.Tests.Api.TBackend.Files;

namespace Millrace.Tests.Api.TBackend.Graph;

public sealed class DocumentFactsTests
{
    private const string Text =
        "Maria Gonzalez joined Iberdrola in May 2021. She likes it there. Might Section Four join Acme? "
        + "Iberdrola is based in Bilbao.";

    [Theory, OnEachDatabase]
    public async Task Facts_of_a_document_are_in_the_default_graph_until_it_is_deleted(
        Dialect dialect
    )
    {
        await using var server = await TestServer.StartAsync(dialect);
        using var client = server.Client();

        var file = await AddAsync(server, client, Text);

        var graph = await client.DefaultGraphAsync();
        var facts = await client.ReadAsync($"/graph/{graph}/facts");
        facts
            .AsArray()
            .Select(fact => $"{fact!["subject"]} {fact["predicate"]} {fact["object"]}")
            .ShouldBe(
                ["Maria Gonzalez works_at Iberdrola", "Iberdrola located_in Bilbao"],
                ignoreOrder: true
            );
        facts[0]!["source"]!.ToString().ShouldBe("notes.txt");
        var memory = await client.ReadAsync($"/graph/memory/{facts[0]!["memory_id"]}");
        memory["kind"]!.ToString().ShouldBe("document");
        Text.ShouldContain(memory["text"]!.ToString());
        var nodes = (await client.ReadAsync($"/graph/{graph}/nodes")).AsArray();
        nodes
            .ToDictionary(node => node!["name"]!.ToString(), node => node!["type"]!.ToString())
            .ShouldBe(
                new Dictionary<string, string>
                {
                    ["Maria Gonzalez"] = "person",
                    ["Iberdrola"] = "organization",
                    ["Bilbao"] = "place",
                },
                ignoreOrder: true
            );

        await client.SendAsync(HttpMethod.Delete, $"/files/{file}");
        await server.WorkDoneAsync();

        (await client.ReadAsync($"/graph/{graph}/facts")).AsArray().ShouldBeEmpty();
        (await client.ReadAsync($"/graph/{graph}/facts?include_invalid=true"))
            .AsArray()
            .Count.ShouldBe(2);
    }

    [Theory, OnEachDatabase]
    public async Task What_a_chunk_repeats_of_the_one_before_is_read_once(Dialect dialect)
    {
        string[] first = ["Maria", "John", "Anna", "Peter", "Laura", "Thomas", "Julia", "Martin"];
        string[] last = ["Gonzalez", "Smith", "Fischer", "Taylor", "Wagner", "Clark", "Lopez"];
        await using var server = await TestServer.StartAsync(dialect);
        using var client = server.Client();
        var sentences = first.SelectMany(one =>
            last.Select(other => $"{one} {other} joined Iberdrola in May 2021.")
        );

        await AddAsync(server, client, string.Join("\n\n", sentences));

        var graph = await client.DefaultGraphAsync();
        var facts = (await client.ReadAsync($"/graph/{graph}/facts")).AsArray();
        facts.Select(fact => fact!["subject"]!.ToString()).ShouldBeUnique();
        facts.Count.ShouldBe(first.Length * last.Length);
    }

    [Fact]
    public async Task Documents_can_be_kept_out_of_the_graph()
    {
        await using var server = await TestServer.StartAsync(
            settings: ("Knowledge:Graph:ReadDocuments", "false")
        );
        using var client = server.Client();

        await AddAsync(server, client, Text);

        var graph = await client.DefaultGraphAsync();
        (await client.ReadAsync($"/graph/{graph}/facts")).AsArray().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_language_model_reads_facts_and_what_it_invents_is_dropped()
    {
        await using var model = await OpenAiDouble.StartAsync();
        model.Always = Behaviour.Says(
            """
            Here it is: {"facts":[
             {"subject":"Maria","subject_type":"person","predicate":"works at","object":"Iberdrola","object_type":"organization",
              "valid_from":"2021-05","valid_to":null,"evidence":"since May 2021 Maria has her desk at Iberdrola"},
             {"subject":"Maria","predicate":"owns","object":"Iberdrola","evidence":"Maria owns Iberdrola"},
             {"subject":"Zeno","predicate":"likes","object":"Maria","evidence":"since May 2021"}, 7]}
            """
        );
        await using var server = await StartAsync(model);
        using var client = server.Client();

        await AddAsync(
            server,
            client,
            "As you know, since May 2021 Maria has her desk at Iberdrola."
        );

        var graph = await client.DefaultGraphAsync();
        var fact = (await client.ReadAsync($"/graph/{graph}/facts"))
            .AsArray()
            .ShouldHaveSingleItem()!;
        fact["predicate"]!.ToString().ShouldBe("works_at");
        fact["valid_from"]!.ToString().ShouldBe("2021-05-01T00:00:00Z");
        var memory = await client.ReadAsync($"/graph/memory/{fact["memory_id"]}");
        memory["text"]!.ToString().ShouldBe("since May 2021 Maria has her desk at Iberdrola");
    }

    [Theory]
    [InlineData("wrong")]
    [InlineData("slow")]
    [InlineData("failing")]
    public async Task Rules_read_where_the_model_does_not(string how)
    {
        await using var model = await OpenAiDouble.StartAsync();
        model.Always = how switch
        {
            "wrong" => Behaviour.Says("""{"facts":[{"subject":"Maria" """),
            "slow" => Behaviour.Hangs,
            _ => Behaviour.Fails(400),
        };
        await using var server = await StartAsync(model, how is "slow" ? "0.5" : "60");
        using var client = server.Client();

        await AddAsync(server, client, Text);

        var graph = await client.DefaultGraphAsync();
        (await client.ReadAsync($"/graph/{graph}/facts")).AsArray().Count.ShouldBe(2);
        model.Requests.ShouldNotBeEmpty();
    }

    private static Task<TestServer> StartAsync(OpenAiDouble model, string seconds = "60") =>
        TestServer.StartAsync(
            settings:
            [
                ("Models:Providers:0:Name", "double"),
                ("Models:Providers:0:Kind", "OpenAi"),
                ("Models:Providers:0:BaseUrl", model.BaseUrl),
                ("Models:Served:0:Name", "reader"),
                ("Models:Served:0:Provider", "double"),
                ("Models:Served:0:Upstream", "double-large"),
                ("Knowledge:Graph:ExtractionModel", "reader"),
                ("Knowledge:Graph:ExtractionSeconds", seconds),
            ]
        );

    private static async Task<string> AddAsync(TestServer server, HttpClient client, string text)
    {
        var file = await client.UploadTextAsync(text);
        await client.AddAsync(await client.NewStoreAsync(), file);
        await server.WorkDoneAsync();
        return file;
    }
}

internal static class WorkClient
{
    /// <summary>Returns when nothing of the graph, of documents or of what users told is left to be done.</summary>
    public static async Task WorkDoneAsync(this TestServer server)
    {
        var store = server.Services.GetRequiredService<Store>();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (
            await store.ReadAsync(
                Reach.Installation,
                db =>
                    db.FirstAsync(
                        "SELECT 1 FROM work_items WHERE (kind LIKE 'graph.%' OR kind IN ('documents.read', 'documents.remove', 'memory.extract')) AND state IN ('waiting', 'running')",
                        _ => true
                    ),
                patience.Token
            )
        )
            await Task.Yield();
    }
}
