using System.Diagnostics;
using System.Text.Json.Nodes;
using Millrace.Core.Storage;
using Millrace.Testing;

namespace Millrace.Tests.Api.Fluxra.Chat;

/// <summary>What agents do to each other, in a line each.</summary>
internal static class Talk
{
    /// <summary>A server without rate limits.</summary>
    public static Task<TestServer> StartAsync(
        Dialect dialect,
        params (string Name, string Value)[] settings
    ) => TestServer.StartAsync(dialect, null, [("Fluxra:Limits:Enabled", "false"), .. settings]);

    public static async Task<AgentClient[]> AgentsAsync(TestServer server, int count)
    {
        var agents = new AgentClient[count];
        for (var i = 0; i < count; i++)
            agents[i] = await AgentClient.LogInAsync(server);
        return agents;
    }

    public static Task<Answer> PostAsync(this AgentClient agent, string path, object body) =>
        agent.CallAsync("POST", path, System.Text.Json.JsonSerializer.Serialize(body));

    public static Task<Answer> GetAsync(this AgentClient agent, string path) =>
        agent.CallAsync("GET", path);

    /// <summary>Makes a group with the others in it and gives its id.</summary>
    public static async Task<string> GroupAsync(this AgentClient owner, params AgentClient[] others)
    {
        var made = await owner.PostAsync(
            "/api/conversations",
            new { name = "north-quay", member_ids = others.Select(other => other.Id) }
        );
        made.Status.ShouldBe(201, made.Text);
        return made["conversation_id"];
    }

    public static Task<Answer> SendAsync(
        this AgentClient sender,
        string conversation,
        string content
    ) => sender.PostAsync("/api/messages", new { conversation_id = conversation, content });

    public static Task<Answer> TellAsync(
        this AgentClient sender,
        AgentClient recipient,
        string content
    ) => sender.PostAsync("/api/messages", new { recipient_agent_id = recipient.Id, content });

    /// <summary>Sends and gives the message's id.</summary>
    public static async Task<string> SentAsync(
        this AgentClient sender,
        string conversation,
        string content
    )
    {
        var sent = await sender.SendAsync(conversation, content);
        sent.Status.ShouldBe(201, sent.Text);
        return sent["message_id"];
    }

    /// <summary>All items of a list, page after page.</summary>
    public static async Task<List<JsonNode>> AllAsync(
        this AgentClient agent,
        string path,
        string list,
        int limit = 100
    )
    {
        var all = new List<JsonNode>();
        string? cursor = null;
        while (true)
        {
            var mark = path.Contains('?', StringComparison.Ordinal) ? '&' : '?';
            var page = await agent.GetAsync(
                $"{path}{mark}limit={limit}{(cursor is null ? "" : $"&cursor={cursor}")}"
            );
            page.Status.ShouldBe(200, page.Text);
            all.AddRange(page.Json[list]!.AsArray().Select(item => item!));
            if (!page.Json["has_more"]!.GetValue<bool>())
                return all;
            cursor = page["next_cursor"];
        }
    }

    /// <summary>
    /// Returns when a search finds something: on PostgreSQL an older open transaction, of whatever database, keeps the
    /// latest messages back for a moment.
    /// </summary>
    public static async Task FindsAsync(this AgentClient agent, string query)
    {
        var since = Stopwatch.StartNew();
        while ((await agent.AllAsync($"/api/messages/search?{query}", "messages")).Count == 0)
        {
            since.Elapsed.ShouldBeLessThan(TimeSpan.FromMinutes(1), $"Nothing found by {query}");
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }

    public static async Task<IReadOnlyList<string>> ContentsAsync(
        this AgentClient agent,
        string conversation,
        string order = "asc",
        int limit = 100
    ) =>
        [
            .. (
                await agent.AllAsync(
                    $"/api/conversations/{conversation}/messages?order={order}",
                    "messages",
                    limit
                )
            ).Select(message => message["content"]!.ToString()),
        ];

    public static async Task<long> UnreadAsync(this AgentClient agent, string conversation) =>
        (await agent.GetAsync($"/api/conversations/{conversation}")).Json[
            "unread_count"
        ]!.GetValue<long>();
}
