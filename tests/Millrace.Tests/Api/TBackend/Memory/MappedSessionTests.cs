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
        await TellAsync("My dentist is Weiss.");
        await MapAsync(first);
        await TellAsync("My manager is Henrik.");
        await MapAsync(second);
        await TellAsync("My vendor is Nortek.");
        await server.WorkDoneAsync();

        (await FactsAsync(unmapped)).ShouldBe(["My dentist is Weiss."]);
        (await FactsAsync(first)).ShouldBe(["My manager is Henrik."]);
        (await FactsAsync(second)).ShouldBe(["My vendor is Nortek."]);
        (await SessionsAsync(first)).ShouldBe(0);
        (await SessionsAsync(second)).ShouldBe(1);
        await TellAsync("Who are my dentist, my manager and my vendor?");
        Facts(server).ShouldHaveSingleItem().ShouldContain("Nortek");
        // The conversation is the session's, whatever graph it is mapped to.
        string.Join('\n', server.Model.Asked[^1].Select(message => message.Text))
            .ShouldContain("My dentist is Weiss.");

        await MapAsync(first);
        await server.WorkDoneAsync();
        (await FactsAsync(first)).ShouldBe(["My manager is Henrik."]);
        (await FactsAsync(second)).ShouldBe(["My vendor is Nortek."]);
        await TellAsync("Who are my dentist, my manager and my vendor?");
        Facts(server).ShouldHaveSingleItem().ShouldContain("Henrik");

        Task TellAsync(string message) => client.SayAsync(new { message, session_id = "s" });

        Task MapAsync(string graph) =>
            client.SendAsync(
                HttpMethod.Post,
                "/graph/sessions/map",
                $$"""{"session_id":"s","graph_id":"{{graph}}"}"""
            );

        async Task<List<string>> FactsAsync(string graph) =>
            [
                .. (await client.ReadAsync($"/graph/{graph}/facts?include_invalid=true"))
                    .AsArray()
                    .Select(fact => fact!["fact"]!.ToString()),
            ];

        async Task<int> SessionsAsync(string graph) =>
            (await client.ReadAsync($"/graph/{graph}/sessions"))["sessions"]!.AsArray().Count;
    }

    private static async Task<string> NewGraphAsync(HttpClient client, string name) =>
        (await client.SendAsync(HttpMethod.Post, "/graph", $$"""{"name":"{{name}}"}"""))[
            "id"
        ]!.ToString();

    private static List<string> Facts(TestServer server) =>
        [
            .. server
                .Model.Asked[^1]
                .SelectMany(RecalledContext.Read)
                .Where(part => part.Kind == RecalledKind.Fact)
                .Select(part => part.Text),
        ];
}
