using System.Text.Json.Nodes;
using Millrace.Core.Storage;
using Millrace.Models.Local;
using Millrace.Testing;
using Millrace.Tests.Api.TBackend.Graph;

namespace Millrace.Tests.Api.TBackend.Memory;

/// <summary>A session keeps to the graph that it was last mapped to. (t-backend §14.7)</summary>
public sealed class MappedSessionTests
{
    [Theory, OnEachDatabase]
    public async Task Mapping_again_moves_only_turns_to_come(Dialect dialect)
    {
        await using var server = await TestServer.StartAsync(dialect);
        using var client = server.Client();
        var unmapped = await client.DefaultGraphAsync();
        var first = await NewGraphAsync(client, "first");
        var second = await NewGraphAsync(client, "second");

        // What is said before a mapping is kept where the session was then, also when it is read after.
        await TellAsync(client, "My dentist is Weiss.");
        await MapAsync(client, first);
        await TellAsync(client, "My manager is Henrik.");
        await TellAsync(server, client, "My plumber is Ruiz.", () => MapAsync(client, second));
        await TellAsync(client, "My vendor is Nortek.");
        await server.WorkDoneAsync();

        (await FactsAsync(client, unmapped)).ShouldBe(["My dentist is Weiss."]);
        (await FactsAsync(client, first)).ShouldBe(
            ["My plumber is Ruiz.", "My manager is Henrik."],
            ignoreOrder: true
        );
        (await FactsAsync(client, second)).ShouldBe(["My vendor is Nortek."]);
        (await SessionsAsync(client, first)).ShouldBe(0);
        (await SessionsAsync(client, second)).ShouldBe(1);
        await TellAsync(client, "Who are my dentist, my manager and my vendor?");
        Recalled(server).ShouldHaveSingleItem().ShouldContain("Nortek");
        // The conversation is the session's, whatever graph it is mapped to.
        string.Join('\n', server.Model.Asked[^1].Select(message => message.Text))
            .ShouldContain("My dentist is Weiss.");

        await MapAsync(client, first);
        await server.WorkDoneAsync();
        (await FactsAsync(client, first)).Count.ShouldBe(2);
        (await FactsAsync(client, second)).ShouldBe(["My vendor is Nortek."]);
        await TellAsync(client, "Who are my dentist, my manager and my vendor?");
        Recalled(server).Count.ShouldBe(2);
        Recalled(server).ShouldContain(fact => fact.Contains("Henrik"));
    }

    [Theory, OnEachDatabase]
    public async Task A_session_whose_graph_is_deleted_is_unmapped_and_what_was_said_goes_with_the_graph(
        Dialect dialect
    )
    {
        await using var server = await TestServer.StartAsync(dialect);
        using var client = server.Client();
        var unmapped = await client.DefaultGraphAsync();
        var graph = await NewGraphAsync(client, "team");
        await MapAsync(client, graph);
        await TellAsync(client, "My dentist is Weiss.");

        await TellAsync(
            server,
            client,
            "My manager is Henrik.",
            () => client.SendAsync(HttpMethod.Delete, $"/graph/{graph}")
        );
        await server.WorkDoneAsync();
        (await FactsAsync(client, unmapped)).ShouldBeEmpty();

        await TellAsync(client, "My vendor is Nortek.");
        await server.WorkDoneAsync();
        (await FactsAsync(client, unmapped)).ShouldBe(["My vendor is Nortek."]);
        await TellAsync(client, "Who are my dentist, my manager and my vendor?");
        Recalled(server).ShouldHaveSingleItem().ShouldContain("Nortek");
    }

    [Theory]
    [InlineData("none", Dialect.Sqlite)]
    [InlineData("none", Dialect.Postgres)]
    [InlineData("reader", Dialect.Sqlite)]
    [InlineData("reader", Dialect.Postgres)]
    public async Task A_session_whose_graph_may_not_be_written_to_is_unmapped_until_it_may(
        string role,
        Dialect dialect
    )
    {
        await using var server = await TestServer.StartAsync(dialect);
        using var owner = server.Client();
        using var guest = server.Client(await server.NewKeyAsync(new() { Owner = "guest" }));
        var unmapped = await guest.DefaultGraphAsync();
        var graph = await NewGraphAsync(owner, "team");
        await ShareAsync("writer");
        await MapAsync(guest, graph);
        await TellAsync(guest, "My dentist is Weiss.");
        await server.WorkDoneAsync();

        await TellAsync(server, guest, "My manager is Henrik.", () => ShareAsync(role));
        await TellAsync(guest, "My vendor is Nortek.");
        await server.WorkDoneAsync();

        (await FactsAsync(owner, graph)).ShouldBe(["My dentist is Weiss."]);
        (await FactsAsync(guest, unmapped)).ShouldBe(["My vendor is Nortek."]);
        await TellAsync(guest, "Who are my dentist, my manager and my vendor?");
        Recalled(server).ShouldHaveSingleItem().ShouldContain("Nortek");

        await ShareAsync("writer");
        (await SessionsAsync(guest, graph)).ShouldBe(1);
        await TellAsync(guest, "My plumber is Ruiz.");
        await server.WorkDoneAsync();
        (await FactsAsync(owner, graph)).ShouldBe(["My plumber is Ruiz.", "My dentist is Weiss."]);
        (await FactsAsync(guest, unmapped)).ShouldBe(["My vendor is Nortek."]);

        Task ShareAsync(string given) =>
            owner.SendAsync(
                HttpMethod.Post,
                $"/graph/{graph}/share",
                $$"""{"owner":"guest","role":"{{given}}"}"""
            );
    }

    private static async Task<string> NewGraphAsync(HttpClient client, string name) =>
        (await client.SendAsync(HttpMethod.Post, "/graph", $$"""{"name":"{{name}}"}"""))[
            "id"
        ]!.ToString();

    private static Task<JsonNode> TellAsync(HttpClient client, string message) =>
        client.SayAsync(new { message, session_id = "s" });

    /// <summary>Says something, and does something else before it is answered.</summary>
    private static async Task TellAsync(
        TestServer server,
        HttpClient client,
        string message,
        Func<Task> meanwhile
    )
    {
        var isSaid = new TaskCompletionSource();
        var isDone = new TaskCompletionSource();
        server.Model.Wait = cancellation =>
        {
            isSaid.TrySetResult();
            return isDone.Task.WaitAsync(cancellation);
        };
        var telling = TellAsync(client, message);
        await isSaid.Task.WaitAsync(TimeSpan.FromSeconds(30));
        await meanwhile();
        isDone.SetResult();
        await telling;
    }

    private static Task<JsonNode> MapAsync(HttpClient client, string graph) =>
        client.SendAsync(
            HttpMethod.Post,
            "/graph/sessions/map",
            $$"""{"session_id":"s","graph_id":"{{graph}}"}"""
        );

    private static async Task<List<string>> FactsAsync(HttpClient client, string graph) =>
        [
            .. (await client.ReadAsync($"/graph/{graph}/facts?include_invalid=true"))
                .AsArray()
                .Select(fact => fact!["fact"]!.ToString()),
        ];

    private static async Task<int> SessionsAsync(HttpClient client, string graph) =>
        (await client.ReadAsync($"/graph/{graph}/sessions"))["sessions"]!.AsArray().Count;

    private static List<string> Recalled(TestServer server) =>
        [
            .. server
                .Model.Asked[^1]
                .SelectMany(RecalledContext.Read)
                .Where(part => part.Kind == RecalledKind.Fact)
                .Select(part => part.Text),
        ];
}
