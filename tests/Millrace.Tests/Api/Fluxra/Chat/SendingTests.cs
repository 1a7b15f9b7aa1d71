using System.Text.Json;
using System.Text.Json.Nodes;
using Millrace.Core.Storage;
using Millrace.Testing;

namespace Millrace.Tests.Api.Fluxra.Chat;

public sealed class SendingTests
{
    [Theory, OnEachDatabase]
    public async Task The_three_quickstart_scopes_make_a_group_and_post_to_it(Dialect dialect)
    {
        await using var server = await Talk.StartAsync(dialect);
        using var agent = await AgentClient.LogInAsync(
            server,
            keyBody: """{"name":"cli","scopes":["messages:read","messages:write","conversations:read"]}"""
        );

        var made = await agent.PostAsync(
            "/api/conversations",
            new { type = "group", name = "north-quay" }
        );

        made.Status.ShouldBe(201, made.Text);
        made["role"].ShouldBe("owner");
        made.Json["members"]!.AsArray().Count.ShouldBe(1);
        var sent = await agent.SendAsync(made["conversation_id"], "Berth 4 is free");
        sent.Status.ShouldBe(201, sent.Text);
        sent["status"].ShouldBe("sent");
        sent["type"].ShouldBe("text");
        sent["sender_id"].ShouldBe(agent.Id);
        sent["created_at"].ShouldEndWith("Z");
        sent["message_id"]
            .ShouldMatch("^msg_[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$");
        sent.Json.AsObject().ContainsKey("stale_conversation_list_order").ShouldBeFalse();
        (await agent.ContentsAsync(made["conversation_id"])).ShouldBe(["Berth 4 is free"]);
    }

    [Theory, OnEachDatabase]
    public async Task Both_of_a_pair_write_into_one_conversation_whoever_starts(Dialect dialect)
    {
        await using var server = await Talk.StartAsync(dialect);
        var agents = await Talk.AgentsAsync(server, 2);
        var (ada, bob) = (agents[0], agents[1]);

        var there = await ada.TellAsync(bob, "High water?");
        var back = await bob.TellAsync(ada, "14:20");

        there.Status.ShouldBe(201, there.Text);
        back["conversation_id"].ShouldBe(there["conversation_id"]);
        // fluxra §3: a UUID of version 8.
        there["conversation_id"][19].ShouldBe('8');
        (await ada.ContentsAsync(there["conversation_id"])).ShouldBe(["High water?", "14:20"]);
        var view = await bob.GetAsync($"/api/conversations/{there["conversation_id"]}");
        view["peer_agent_id"].ShouldBe(ada.Id);
        view["type"].ShouldBe("direct");
        view.Json["last_message"]!["content"]!.ToString().ShouldBe("14:20");
    }

    [Theory, OnEachDatabase]
    public async Task A_body_outside_the_rules_is_refused_and_names_the_field(Dialect dialect)
    {
        await using var server = await Talk.StartAsync(dialect);
        var agents = await Talk.AgentsAsync(server, 2);
        var (ada, bob) = (agents[0], agents[1]);
        var group = await ada.GroupAsync();
        async Task Refused(object body, string field) =>
            ShouldNameField(await ada.PostAsync("/api/messages", body), field);

        await Refused(new { content = "x" }, "conversation_id");
        await Refused(
            new
            {
                conversation_id = group,
                recipient_agent_id = bob.Id,
                content = "x",
            },
            "conversation_id"
        );
        await Refused(new { conversation_id = group }, "content");
        await Refused(new { conversation_id = group, content = " \t\n" }, "content");
        await Refused(new { conversation_id = group, content = 5 }, "content");
        await Refused(
            new
            {
                conversation_id = group,
                content = "x",
                type = "shout",
            },
            "type"
        );
        await Refused(new { conversation_id = "conv_1", content = "x" }, "conversation_id");
        await Refused(new { recipient_agent_id = ada.Id, content = "x" }, "recipient_agent_id");
        await Refused(
            new
            {
                conversation_id = group,
                content = "x",
                mention = (string[])["agt_x"],
            },
            "mention"
        );
        await Refused(
            new
            {
                conversation_id = group,
                content = "x",
                attachments = (object[])[new { name = "a", url = "ftp://example.com/a" }],
            },
            "attachments[0].url"
        );
        await Refused(
            new
            {
                conversation_id = group,
                content = "x",
                metadata = new { v = new string('x', 8192) },
            },
            "metadata"
        );

        (await ada.TellAsync(bob, "x")).Status.ShouldBe(201);
        (
            await ada.PostAsync(
                "/api/messages",
                new { recipient_agent_id = Agents(1)[0], content = "x" }
            )
        ).ShouldFail(404, "NOT_FOUND");
    }

    [Theory, OnEachDatabase]
    public async Task Content_has_up_to_ten_thousand_code_points_when_sent_and_when_edited(
        Dialect dialect
    )
    {
        await using var server = await Talk.StartAsync(dialect);
        using var ada = await AgentClient.LogInAsync(server);
        var group = await ada.GroupAsync();
        var edited = await ada.SentAsync(group, "first");
        // Code points, neither UTF-16 units nor what is seen as one: a family is five of them.
        foreach (
            var (part, most) in ((string, int)[])[("x", 10_000), ("🛥", 10_000), ("👩‍👩‍👧", 2_000)]
        )
        {
            var longest = string.Concat(Enumerable.Repeat(part, most));
            var sent = await ada.SendAsync(group, longest);
            sent.Status.ShouldBe(201, part);
            (await ada.GetAsync($"/api/messages/{sent["message_id"]}"))["content"]
                .ShouldBe(longest);
            (await ada.EditAsync(edited, longest))["content"].ShouldBe(longest);
            ShouldNameField(await ada.SendAsync(group, longest + "x"), "content");
            ShouldNameField(await ada.EditAsync(edited, longest + "x"), "content");
        }
        (await ada.ContentsAsync(group)).Count.ShouldBe(4);
    }

    [Theory, OnEachDatabase]
    public async Task A_message_mentions_up_to_fifty_agents_when_sent_and_when_edited(
        Dialect dialect
    )
    {
        await using var server = await Talk.StartAsync(dialect);
        using var ada = await AgentClient.LogInAsync(server);
        var group = await ada.GroupAsync();
        Task<Answer> SendAsync(string[] mention) =>
            ada.PostAsync(
                "/api/messages",
                new
                {
                    conversation_id = group,
                    content = "x",
                    mention,
                }
            );
        Task<Answer> EditAsync(string message, string[] mention) =>
            ada.CallAsync(
                "PATCH",
                $"/api/messages/{message}",
                JsonSerializer.Serialize(new { content = "y", mention })
            );

        var (fifty, others) = (Agents(50), Agents(50));
        var sent = await SendAsync(fifty);
        sent.Status.ShouldBe(201, sent.Text);
        Mentioned(sent).ShouldBe(fifty);
        ShouldNameField(await SendAsync(Agents(51)), "mention");
        Mentioned(await EditAsync(sent["message_id"], others)).ShouldBe(others);
        ShouldNameField(await EditAsync(sent["message_id"], Agents(51)), "mention");

        static IEnumerable<string> Mentioned(Answer answer) =>
            answer.Json["mention"]!.AsArray().Select(agent => $"{agent}");
    }

    [Theory, OnEachDatabase]
    public async Task Each_of_the_three_types_is_open_to_every_sender(Dialect dialect)
    {
        await using var server = await Talk.StartAsync(dialect);
        var agents = await Talk.AgentsAsync(server, 2);
        var group = await agents[0].GroupAsync(agents[1]);
        foreach (var type in (string[])["text", "command", "system"])
        {
            var sent = await agents[1]
                .PostAsync(
                    "/api/messages",
                    new
                    {
                        conversation_id = group,
                        content = "x",
                        type,
                    }
                );
            sent.Status.ShouldBe(201, sent.Text);
            sent["sender_id"].ShouldBe(agents[1].Id);
            (await agents[0].GetAsync($"/api/messages/{sent["message_id"]}"))["type"]
                .ShouldBe(type);
        }
    }

    [Theory, OnEachDatabase]
    public async Task Metadata_attachments_mentions_and_text_come_back_as_they_were_sent(
        Dialect dialect
    )
    {
        await using var server = await Talk.StartAsync(dialect);
        using var ada = await AgentClient.LogInAsync(server);
        var group = await ada.GroupAsync();
        const string Content =
            " Grüße, 世界 👩‍👩‍👧 \u202Eright\u202C e\u0301 \"q\" \\ </script> \r\n end ";
        var first = await ada.SentAsync(group, "first");

        var sent = await ada.PostAsync(
            "/api/messages",
            new
            {
                conversation_id = group,
                content = Content,
                type = "command",
                in_reply_to = first,
                mention = (string[])[ada.Id, ada.Id],
                metadata = new { trace = new { step = 3 } },
                attachments = (object[])
                    [
                        new
                        {
                            name = "tides.csv",
                            url = "https://example.com/tides.csv",
                            content_type = "text/csv",
                            size = 1234,
                            sha256 = new string('a', 64),
                        },
                    ],
            }
        );

        sent.Status.ShouldBe(201, sent.Text);
        var read = await ada.GetAsync($"/api/messages/{sent["message_id"]}");
        JsonNode.DeepEquals(read.Json, sent.Json).ShouldBeTrue(read.Text);
        read["content"].ShouldBe(Content);
        read["in_reply_to"].ShouldBe(first);
        read.Json["mention"]!.AsArray().Count.ShouldBe(1);
        read.Json["metadata"]!["trace"]!["step"]!.GetValue<int>().ShouldBe(3);
        read.Json["attachments"]![0]!["size"]!.GetValue<long>().ShouldBe(1234);
    }

    [Theory, OnEachDatabase]
    public async Task A_reply_answers_a_message_of_its_own_conversation(Dialect dialect)
    {
        await using var server = await Talk.StartAsync(dialect);
        using var ada = await AgentClient.LogInAsync(server);
        var (here, there) = (await ada.GroupAsync(), await ada.GroupAsync());
        var elsewhere = await ada.SentAsync(there, "x");

        var refused = await ada.PostAsync(
            "/api/messages",
            new
            {
                conversation_id = here,
                content = "x",
                in_reply_to = elsewhere,
            }
        );

        refused.ShouldFail(400, "INVALID_REQUEST");
        (await ada.ContentsAsync(here)).ShouldBeEmpty();
    }

    [Theory, OnEachDatabase]
    public async Task Sixty_four_senders_at_once_make_one_order_without_gaps(Dialect dialect)
    {
        const int Senders = 64;
        await using var server = await Talk.StartAsync(dialect);
        var agents = await Talk.AgentsAsync(server, Senders);
        var group = await agents[0].GroupAsync([.. agents[1..]]);

        await Task.WhenAll(
            agents.Select(
                async (agent, n) =>
                {
                    for (var i = 0; i < 5; i++)
                        await agent.SentAsync(group, $"{n}-{i}");
                }
            )
        );

        var seen = await agents[0].ContentsAsync(group, limit: 37);
        seen.Count.ShouldBe(Senders * 5);
        seen.Distinct().Count().ShouldBe(Senders * 5);
        // Each sender's own order holds, and every reader sees the same.
        for (var n = 0; n < Senders; n++)
            seen.Where(content => content.StartsWith($"{n}-", StringComparison.Ordinal))
                .ShouldBe(Enumerable.Range(0, 5).Select(i => $"{n}-{i}"));
        (await agents[^1].ContentsAsync(group, "desc")).Reverse().ShouldBe(seen);
        (await agents[0].UnreadAsync(group)).ShouldBeLessThan(Senders * 5);
    }

    [Theory, OnEachDatabase]
    public async Task Sending_again_under_one_key_sends_once(Dialect dialect)
    {
        await using var server = await Talk.StartAsync(dialect);
        using var ada = await AgentClient.LogInAsync(server);
        var group = await ada.GroupAsync();
        var body = $$"""{"conversation_id":"{{group}}","content":"once"}""";

        var first = await ada.CallAsync("POST", "/api/messages", body, ("Idempotency-Key", "k1"));
        var again = await ada.CallAsync("POST", "/api/messages", body, ("Idempotency-Key", "k1"));

        again.Status.ShouldBe(201, again.Text);
        again["message_id"].ShouldBe(first["message_id"]);
        (await ada.ContentsAsync(group)).ShouldBe(["once"]);
    }

    private static void ShouldNameField(Answer answer, string field)
    {
        answer.ShouldFail(400, "INVALID_REQUEST");
        answer.Json["error"]!["details"]![0]!["field"]!.ToString().ShouldBe(field);
    }

    private static string[] Agents(int count) =>
        [.. Enumerable.Range(0, count).Select(_ => $"agt_{Guid.NewGuid():N}")];
}
