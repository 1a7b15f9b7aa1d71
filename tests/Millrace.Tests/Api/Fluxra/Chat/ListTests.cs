using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Messaging;
using Millrace.Messaging.Accounts;
using Millrace.Messaging.Conversations;
using Millrace.Testing;

namespace Millrace.Tests.Api.Fluxra.Chat;

public sealed class ListTests
{
    [Theory, OnEachDatabase]
    public async Task Paging_shows_each_message_once_while_others_write(Dialect dialect)
    {
        await using var server = await Talk.StartAsync(dialect);
        using var ada = await AgentClient.LogInAsync(server);
        var group = await ada.GroupAsync();
        for (var i = 0; i < 20; i++)
            await ada.SentAsync(group, $"{i}");
        var seen = new List<string>();
        string? cursor = null;
        do
        {
            var page = await ada.GetAsync(
                $"/api/conversations/{group}/messages?limit=3{(cursor is null ? "" : $"&cursor={cursor}")}"
            );
            seen.AddRange(
                page.Json["messages"]!.AsArray().Select(message => message!["content"]!.ToString())
            );
            cursor = page.Member("cursor")?.ToString();
            await ada.SentAsync(group, "new");
        } while (cursor is not null);

        seen.ShouldBe(Enumerable.Range(0, 20).Reverse().Select(i => $"{i}"));
    }

    [Theory, OnEachDatabase]
    public async Task A_reader_follows_a_conversation_by_polling_forward(Dialect dialect)
    {
        await using var server = await Talk.StartAsync(dialect);
        using var ada = await AgentClient.LogInAsync(server);
        var group = await ada.GroupAsync();
        var first = await ada.SentAsync(group, "1");
        await ada.SentAsync(group, "2");
        var path = $"/api/conversations/{group}/messages";

        var page = await ada.GetAsync($"{path}?order=asc&after={first}");
        page.Json["messages"]!.AsArray().ShouldHaveSingleItem()!["content"]!
            .ToString()
            .ShouldBe("2");
        page.Json["has_more"]!.GetValue<bool>().ShouldBeFalse();
        await ada.SentAsync(group, "3");
        var next = await ada.GetAsync($"{path}?order=asc&cursor={page["cursor"]}");
        next.Json["messages"]!.AsArray().ShouldHaveSingleItem()!["content"]!
            .ToString()
            .ShouldBe("3");
        var alias = await ada.GetAsync($"/api/messages?conversation_id={group}");
        alias.Json["messages"]!.AsArray().Count.ShouldBe(3);

        (await ada.GetAsync($"{path}?order=asc&cursor={page["cursor"]}&after={first}")).ShouldFail(
            400,
            "INVALID_REQUEST"
        );
        (await ada.GetAsync($"{path}?cursor={page["cursor"]}")).ShouldFail(400, "INVALID_REQUEST");
        (await ada.GetAsync($"{path}?order=up")).ShouldFail(400, "INVALID_REQUEST");
        (await ada.GetAsync($"{path}?limit=0")).ShouldFail(400, "INVALID_REQUEST");
        (await ada.GetAsync("/api/messages")).ShouldFail(400, "INVALID_REQUEST");
        (await ada.GetAsync("/api/conversations/conv_1/messages")).ShouldFail(404, "NOT_FOUND");
    }

    [Theory, OnEachDatabase]
    public async Task The_latest_message_moves_a_conversation_up(Dialect dialect)
    {
        await using var server = await Talk.StartAsync(dialect);
        var agents = await Talk.AgentsAsync(server, 2);
        var (ada, bob) = (agents[0], agents[1]);
        var groups = new List<string>();
        for (var i = 0; i < 5; i++)
            groups.Add(await ada.GroupAsync());
        // What happens within one millisecond has no order between conversations.
        await Task.Delay(5);
        await ada.SentAsync(groups[1], "x");
        await Task.Delay(5);
        var edited = await ada.SentAsync(groups[3], "x");
        await Task.Delay(5);
        await ada.SentAsync(groups[0], "x");
        await ada.EditAsync(edited, "y");
        // A direct conversation that nobody wrote in is shown to whoever opened it.
        var opened = await ada.PostAsync(
            "/api/conversations",
            new { type = "direct", participants = (string[])[bob.Id] }
        );
        opened.Status.ShouldBe(201, opened.Text);
        (
            await ada.PostAsync(
                "/api/conversations",
                new { type = "direct", member_ids = (string[])[bob.Id, ada.Id] }
            )
        ).Status.ShouldBe(200);

        var list = await ada.AllAsync("/api/conversations?type=group", "conversations", 2);

        list.Select(item => item["conversation_id"]!.ToString())
            .Take(3)
            .ShouldBe([groups[0], groups[3], groups[1]]);
        list.Count.ShouldBe(5);
        list[0].AsObject().ContainsKey("members").ShouldBeFalse();
        (await ada.AllAsync("/api/conversations?type=direct", "conversations")).Count.ShouldBe(1);
        (await bob.AllAsync("/api/conversations", "conversations")).ShouldBeEmpty();
        await ada.TellAsync(bob, "now");
        (await bob.AllAsync("/api/conversations", "conversations")).Count.ShouldBe(1);
        foreach (
            var body in (string[])["""{"type":"direct"}""", """{"type":"direct","member_ids":[]}"""]
        )
            (await ada.CallAsync("POST", "/api/conversations", body)).ShouldFail(
                400,
                "INVALID_REQUEST"
            );
    }

    [Theory, OnEachDatabase]
    public async Task Two_accounts_never_see_anything_of_each_other(Dialect dialect)
    {
        await using var server = await Talk.StartAsync(dialect);
        var agents = await Talk.AgentsAsync(server, 3);
        var (ada, bob, eve) = (agents[0], agents[1], agents[2]);
        var group = await ada.GroupAsync(bob);
        var message = await ada.SentAsync(group, "tide of secrets");
        var cursor = (await ada.GetAsync($"/api/conversations/{group}/messages?order=asc"))[
            "cursor"
        ];

        foreach (
            var (method, path, body) in ((string, string, string?)[])
                [
                    ("GET", $"/api/conversations/{group}", null),
                    ("GET", $"/api/conversations/{group}/messages", null),
                    ("GET", $"/api/messages?conversation_id={group}", null),
                    ("GET", $"/api/messages/search?q=tide&conversation_id={group}", null),
                    ("GET", $"/api/conversations/{group}/members", null),
                    ("GET", $"/api/conversations/{group}/invitations", null),
                    ("GET", $"/api/messages/{message}", null),
                    ("PATCH", $"/api/messages/{message}", """{"content":"x"}"""),
                    ("DELETE", $"/api/messages/{message}", null),
                    ("PATCH", $"/api/conversations/{group}", """{"name":"x"}"""),
                    ("POST", $"/api/conversations/{group}/read", "{}"),
                    ("POST", $"/api/messages/{message}/read", "{}"),
                    (
                        "POST",
                        $"/api/conversations/{group}/members",
                        $$"""{"agent_ids":["{{eve.Id}}"]}"""
                    ),
                    (
                        "POST",
                        $"/api/conversations/{group}/invitations",
                        $$"""{"agent_ids":["{{eve.Id}}"]}"""
                    ),
                    ("DELETE", $"/api/conversations/{group}/members/{bob.Id}", null),
                    (
                        "PATCH",
                        $"/api/conversations/{group}/members/{bob.Id}",
                        """{"role":"admin"}"""
                    ),
                ]
        )
        {
            var answer = await eve.CallAsync(method, path, body);
            answer.Status.ShouldBe(404, $"{method} {path}: {answer.Text}");
            answer.Text.ShouldNotContain("secrets");
        }
        (await eve.AllAsync("/api/messages/search?q=tide", "messages")).ShouldBeEmpty();
        (await eve.AllAsync("/api/conversations", "conversations")).ShouldBeEmpty();
        // A cursor is its agent's own.
        (
            await bob.GetAsync($"/api/conversations/{group}/messages?order=asc&cursor={cursor}")
        ).ShouldFail(400, "INVALID_REQUEST");
        // An invitation alone lets nobody write, nor does an id that was overheard.
        var invited = await ada.PostAsync(
            $"/api/conversations/{group}/invitations",
            new { agent_ids = (string[])[eve.Id] }
        );
        invited.Status.ShouldBe(200, invited.Text);
        (await eve.SendAsync(group, "x")).ShouldFail(403, "FORBIDDEN");
        var direct = (await ada.TellAsync(bob, "between us"))["conversation_id"];
        (await eve.SendAsync(direct, "x")).ShouldFail(403, "FORBIDDEN");
        (await ada.ContentsAsync(group)).ShouldBe(["tide of secrets"]);
        (await ada.ContentsAsync(direct)).ShouldBe(["between us"]);
    }

    [Theory, OnEachDatabase]
    public async Task Search_finds_all_words_newest_first_where_the_caller_is_a_member(
        Dialect dialect
    )
    {
        await using var server = await Talk.StartAsync(dialect);
        var agents = await Talk.AgentsAsync(server, 2);
        var (ada, bob) = (agents[0], agents[1]);
        var (shared, own) = (await ada.GroupAsync(bob), await ada.GroupAsync());
        await ada.SentAsync(shared, "The free berth is number 4");
        await ada.SentAsync(own, "No FREE berths today");
        var edited = await ada.SentAsync(shared, "nothing here");
        await ada.SentAsync(shared, "berth only; 東京都に住む");
        await ada.EditAsync(edited, "free again: a berth");
        await ada.FindsAsync("q=again");

        async Task<List<string>> Found(AgentClient agent, string query) =>
            [
                .. (await agent.AllAsync($"/api/messages/search?{query}", "messages", 1)).Select(
                    message => message["content"]!.ToString()
                ),
            ];

        (await Found(ada, "q=berth%20free")).ShouldBe([
            "free again: a berth",
            "No FREE berths today",
            "The free berth is number 4",
        ]);
        (await Found(bob, "q=berth%20free")).ShouldBe([
            "free again: a berth",
            "The free berth is number 4",
        ]);
        (await Found(ada, $"q=free&conversation_id={own}")).ShouldBe(["No FREE berths today"]);
        (await Found(ada, "q=東京")).Count.ShouldBe(1);
        (await Found(ada, "q=nothing")).ShouldBeEmpty();
        (await Found(ada, "q=%22%20OR%20*%27)%20--")).ShouldBeEmpty();
        (await ada.GetAsync("/api/messages/search")).ShouldFail(400, "INVALID_REQUEST");
    }

    [Theory, OnEachDatabase]
    public async Task An_agent_has_five_thousand_conversations_and_pages_through_them(
        Dialect dialect
    )
    {
        const int Many = 5_000;
        await using var server = await Talk.StartAsync(dialect);
        using var ada = await AgentClient.LogInAsync(server);
        AgentIds.TryParse(ada.Id, out var account).ShouldBeTrue();
        var settings = server.Services.GetRequiredService<ConversationSettings>();
        await Parallel.ForEachAsync(
            Enumerable.Range(0, Many),
            new ParallelOptions { MaxDegreeOfParallelism = 32 },
            async (n, cancellation) =>
                await settings.CreateGroupAsync(
                    account,
                    new NewGroup { Name = $"{n}" },
                    cancellation
                )
        );

        var all = await ada.AllAsync("/api/conversations", "conversations");

        all.Select(item => item["conversation_id"]!.ToString()).Distinct().Count().ShouldBe(Many);
        await ada.SentAsync(all[^1]["conversation_id"]!.ToString(), "the last one first");
        var top = await ada.GetAsync("/api/conversations?limit=1");
        top.Json["conversations"]![0]!["conversation_id"]!
            .ToString()
            .ShouldBe(all[^1]["conversation_id"]!.ToString());
        await ada.FindsAsync("q=last");
        // More of them than a question may name.
        await ada.SentAsync(all[0]["conversation_id"]!.ToString(), "the last one second");
        await ada.FindsAsync("q=second");
        (await ada.AllAsync("/api/messages/search?q=last", "messages", limit: 1))
            .Select(message => message["content"]!.ToString())
            .ShouldBe(["the last one second", "the last one first"]);
    }

    [Theory, OnEachDatabase]
    public async Task A_deleted_agent_leaves_its_groups_and_is_written_to_no_more(Dialect dialect)
    {
        await using var server = await Talk.StartAsync(dialect);
        var agents = await Talk.AgentsAsync(server, 2);
        var (ada, bob) = (agents[0], agents[1]);
        var group = await ada.GroupAsync(bob);
        var direct = (await ada.TellAsync(bob, "kept"))["conversation_id"];
        await bob.BlockAsync("agent", ada.Id);

        (await ada.RecoveryAsync("DELETE", $"/api/agents/{ada.Id}")).Status.ShouldBe(200);

        (await bob.GetAsync($"/api/conversations/{group}"))["role"].ShouldBe("owner");
        (await bob.ContentsAsync(direct)).ShouldBe(["kept"]);
        (await bob.SendAsync(direct, "x")).ShouldFail(403, "FORBIDDEN");
        (await bob.TellAsync(ada, "x")).ShouldFail(403, "FORBIDDEN");
        (await bob.AllAsync("/api/blocks", "blocks")).ShouldBeEmpty();
        // Events tell who was there when: the memberships keep it.
        AgentIds.TryParse(ada.Id, out var account).ShouldBeTrue();
        var audience = server.Services.GetRequiredService<Audience>();
        var conversation = new Id<Conversation>(Guid.Parse(group["conv_".Length..]));
        Task<List<Membership>> HeldAsync(long first, long last) =>
            audience.OfAsync(account, [(conversation, first, last)]);
        var left = (await HeldAsync(1, 100)).ShouldHaveSingleItem();
        var end = left.To!.Value;
        // And it is read no further than events are asked for.
        (await audience.OfAsync(conversation, end)).ShouldContain(left);
        (await audience.OfAsync(conversation, end + 1)).ShouldNotContain(left);
        (await HeldAsync(end, end)).ShouldContain(left);
        (await HeldAsync(end + 1, end + 2)).ShouldBeEmpty();
    }

    [Theory, OnEachDatabase]
    public async Task What_is_later_than_a_message_is_paged_in_both_orders(Dialect dialect)
    {
        await using var server = await Talk.StartAsync(dialect);
        using var ada = await AgentClient.LogInAsync(server);
        var group = await ada.GroupAsync();
        var sent = new List<string>();
        for (var i = 0; i < 8; i++)
            sent.Add(await ada.SentAsync(group, $"{i}"));
        var path = $"/api/conversations/{group}/messages?limit=2";

        foreach (var order in (string[])["desc", "asc"])
        {
            var seen = new List<string>();
            var page = await ada.GetAsync($"{path}&order={order}&after={sent[2]}");
            while (true)
            {
                page.Status.ShouldBe(200, page.Text);
                seen.AddRange(
                    page.Json["messages"]!.AsArray().Select(found => found!["content"]!.ToString())
                );
                if (!page.Json["has_more"]!.GetValue<bool>())
                    break;
                page = await ada.GetAsync($"{path}&order={order}&cursor={page["next_cursor"]}");
            }
            string[] later = ["3", "4", "5", "6", "7"];
            seen.ShouldBe(order == "asc" ? later : later.Reverse());
        }
    }

    [Fact]
    public async Task A_larger_limit_is_lowered_however_large_it_is()
    {
        await using var server = await Talk.StartAsync(Dialect.Sqlite);
        using var ada = await AgentClient.LogInAsync(server);
        foreach (var path in (string[])["/api/conversations", "/api/blocks", "/api/events"])
        {
            foreach (var limit in (string[])["101", "3000000000", "99999999999999999999"])
                (await ada.GetAsync($"{path}?limit={limit}")).Status.ShouldBe(200);
            foreach (var limit in (string[])["0", "-1", "-3000000000", "1.5", "many"])
                (await ada.GetAsync($"{path}?limit={limit}")).ShouldFail(400, "INVALID_REQUEST");
        }
    }

    [Theory, OnEachDatabase]
    public async Task Search_asks_for_every_word_however_many_there_are(Dialect dialect)
    {
        await using var server = await Talk.StartAsync(dialect);
        using var ada = await AgentClient.LogInAsync(server);
        var group = await ada.GroupAsync();
        var words = string.Join(' ', Enumerable.Range(10, 20).Select(i => $"berth{i}"));
        await ada.SentAsync(group, words);

        await ada.FindsAsync($"q={Uri.EscapeDataString(words)}");
        (
            await ada.AllAsync(
                $"/api/messages/search?q={Uri.EscapeDataString($"{words} quay")}",
                "messages"
            )
        ).ShouldBeEmpty();
    }
}
