using Millrace.Core.Storage;
using Millrace.Testing;
using Millrace.Tests.Api.Fluxra.Chat;
using Millrace.Tests.Api.Fluxra.Contracts;

namespace Millrace.Tests.Api.Fluxra;

/// <summary>
/// Lists that change while somebody pages through them: nothing is shown twice, and nothing that was there throughout
/// is left out. (fluxra §5)
/// </summary>
public sealed class PagingTests
{
    private const int Items = 9;

    public static MatrixTheoryData<Dialect, string> Lists { get; } =
        new(
            [Dialect.Sqlite, Dialect.Postgres],
            [
                "conversations",
                "messages",
                "messages asc",
                "search",
                "members",
                "invitations of a group",
                "invitations",
                "blocks",
                "directory",
                "keys",
                "audit log",
                "ledger",
                "holds",
                "contracts",
                "webhooks",
            ]
        );

    [Theory, MemberData(nameof(Lists))]
    public async Task A_list_that_changes_shows_once_what_is_there_throughout(
        Dialect dialect,
        string name
    )
    {
        await using var server = await Talk.StartAsync(
            dialect,
            ("Outbound:Allow:0", "127.0.0.0/8"),
            ("Messaging:Credits:SignUpGrant", "100")
        );
        using var ada = await AgentClient.LogInAsync(server, keyBody: Deals.AllScopes);
        var list = await ListAsync(name, server, ada);
        for (var i = 0; i < Items; i++)
            await list.AddAsync();
        var all = await IdsAsync(ada, list, "limit=100");
        // On PostgreSQL search follows in a moment.
        while (name == "search" && all.Ids.Count < Items)
            all = await IdsAsync(ada, list, "limit=100");
        all.Ids.Count.ShouldBeGreaterThanOrEqualTo(Items);
        var there = all.Ids.ToList();

        var seen = new List<string>();
        var page = await IdsAsync(ada, list, "limit=2");
        for (var pages = 1; ; pages++)
        {
            page.Ids.Count.ShouldBeInRange(0, 2);
            seen.AddRange(page.Ids);
            if (page.Cursor is null || page.Ids.Count == 0)
                break;
            if (pages <= 3)
                await ChangeAsync(page.Ids[^1]);
            page = await IdsAsync(ada, list, $"limit=2&cursor={page.Cursor}");
        }

        seen.ShouldBeUnique();
        seen.Where(there.Contains).ShouldBe(there);

        // Away with the item that the cursor stands at and with the one behind it; and there is a new one.
        async Task ChangeAsync(string last)
        {
            var at = there.IndexOf(last);
            await list.AddAsync();
            if (list.RemoveAsync is not { } remove)
                return;
            await remove(last);
            if (at < 0 || at == there.Count - 1)
                return;
            await remove(there[at + 1]);
            there.RemoveAt(at + 1);
        }
    }

    private static async Task<(List<string> Ids, string? Cursor)> IdsAsync(
        AgentClient agent,
        Paged list,
        string query
    )
    {
        var mark = list.Path.Contains('?') ? '&' : '?';
        var page = await agent.GetAsync($"{list.Path}{mark}{query}");
        page.Status.ShouldBe(200, page.Text);
        return (
            [.. page.Json[list.Items]!.AsArray().Select(item => item![list.Id]!.ToString())],
            page.Member("next_cursor")?.ToString()
        );
    }

    private static async Task<Paged> ListAsync(string name, TestServer server, AgentClient ada)
    {
        Task<Answer> AddAsync(string path, object body) => DoneAsync(ada.PostAsync(path, body));
        Task<Answer> RemoveAsync(string path) => DoneAsync(ada.CallAsync("DELETE", path));
        Task<AgentClient> NewAsync() => AgentClient.RegisterAsync(server);

        var own = $"/api/agents/{ada.Id}";
        var group = await ada.GroupAsync();
        var members = $"/api/conversations/{group}/members";
        var invitations = $"/api/conversations/{group}/invitations";
        using var bob = await AgentClient.LogInAsync(server, keyBody: Deals.AllScopes);
        return name switch
        {
            "conversations" => new(
                "/api/conversations",
                "conversations",
                "conversation_id",
                () => AddAsync("/api/conversations", new { type = "group" }),
                id => RemoveAsync($"/api/conversations/{id}/members/{ada.Id}")
            ),
            // What is deleted stays in its place.
            "messages" or "messages asc" => new(
                $"/api/conversations/{group}/messages?order={(name == "messages" ? "desc" : "asc")}",
                "messages",
                "message_id",
                () => AddAsync("/api/messages", new { conversation_id = group, content = "tide" })
            ),
            "search" => new(
                "/api/messages/search?q=tide",
                "messages",
                "message_id",
                () => AddAsync("/api/messages", new { conversation_id = group, content = "tide" }),
                id => RemoveAsync($"/api/messages/{id}")
            ),
            "members" => new(
                members,
                "members",
                "agent_id",
                async () => await AddAsync(members, new { agent_ids = await IdAsync() }),
                // The first is the caller itself.
                id => id == ada.Id ? Task.CompletedTask : RemoveAsync($"{members}/{id}")
            ),
            "invitations of a group" => new(
                invitations,
                "invitations",
                "invitation_id",
                async () => await AddAsync(invitations, new { agent_ids = await IdAsync() }),
                id => RemoveAsync($"{invitations}/{id}")
            ),
            "invitations" => new(
                "/api/invitations",
                "invitations",
                "invitation_id",
                async () =>
                {
                    using var host = await AgentClient.LogInAsync(server);
                    var theirs = await host.GroupAsync();
                    await DoneAsync(
                        host.PostAsync(
                            $"/api/conversations/{theirs}/invitations",
                            new { agent_ids = (string[])[ada.Id] }
                        )
                    );
                },
                id => AddAsync($"/api/invitations/{id}/decline", new { })
            ),
            "blocks" => new(
                "/api/blocks",
                "blocks",
                "block_id",
                async () => await AddAsync("/api/blocks", new { target_id = (await IdAsync())[0] }),
                id => RemoveAsync($"/api/blocks/{id}")
            ),
            "directory" => Directory(server),
            "keys" => new(
                own,
                "api_keys",
                "key_id",
                () => DoneAsync(ada.RecoveryAsync("POST", own, """{"name":"cli"}""")),
                // Not the one that the caller's token is of.
                async id =>
                {
                    var me = await ada.GetAsync("/api/auth/me");
                    if (me.Json["token"]!["key_id"]!.ToString() != id)
                        await RemoveAsync($"{own}/keys/{id}");
                }
            ),
            "audit log" => new(
                $"{own}/audit-logs",
                "audit_logs",
                "audit_id",
                () => DoneAsync(ada.CallAsync("PUT", $"{own}/profile", "{}"))
            ),
            "ledger" => new(
                "/api/credits/ledger",
                "entries",
                "entry_id",
                () => DoneAsync(ada.PayAsync(bob, 1))
            ),
            "holds" => new(
                "/api/credits/holds?status=active",
                "holds",
                "hold_id",
                () => DoneAsync(ada.HoldAsync(bob, 1)),
                id => AddAsync($"/api/credits/holds/{id}/capture", new { })
            ),
            "contracts" => new(
                "/api/contracts?status=offered",
                "contracts",
                "contract_id",
                () =>
                    AddAsync(
                        "/api/contracts",
                        new
                        {
                            provider_id = bob.Id,
                            title = "Tides",
                            terms = "All of May",
                            price = 1,
                        }
                    ),
                id => AddAsync($"/api/contracts/{id}/cancel", new { })
            ),
            "webhooks" => new(
                "/api/webhooks",
                "webhooks",
                "webhook_id",
                () => AddAsync("/api/webhooks", new { url = "http://127.0.0.1:9/hook" }),
                id => RemoveAsync($"/api/webhooks/{id}")
            ),
            _ => throw new ArgumentOutOfRangeException(nameof(name), name, null),
        };

        async Task<string[]> IdAsync()
        {
            using var agent = await NewAsync();
            return [agent.Id];
        }
    }

    private static Paged Directory(TestServer server)
    {
        var listed = new Dictionary<string, AgentClient>(StringComparer.Ordinal);
        return new(
            "/api/agents",
            "agents",
            "agent_id",
            async () =>
            {
                var agent = await AgentClient.LogInAsync(server);
                listed[agent.Id] = agent;
                await DoneAsync(agent.CallAsync("PUT", $"/api/agents/{agent.Id}/profile", "{}"));
            },
            id => DoneAsync(listed[id].CallAsync("DELETE", $"/api/agents/{id}/profile"))
        );
    }

    private static async Task<Answer> DoneAsync(Task<Answer> asking)
    {
        var answer = await asking;
        answer.Status.ShouldBeInRange(200, 201, answer.Text);
        return answer;
    }

    /// <summary>A list, and how an item gets into it and out of it; null where none gets out.</summary>
    private sealed record Paged(
        string Path,
        string Items,
        string Id,
        Func<Task> AddAsync,
        Func<string, Task>? RemoveAsync = null
    );
}
