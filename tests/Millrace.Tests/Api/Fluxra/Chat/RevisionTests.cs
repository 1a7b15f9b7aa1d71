using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Millrace.Core.Storage;
using Millrace.Testing;

namespace Millrace.Tests.Api.Fluxra.Chat;

public sealed class RevisionTests
{
    [Theory, OnEachDatabase]
    public async Task Its_sender_edits_a_message_and_nobody_else(Dialect dialect)
    {
        await using var server = await Talk.StartAsync(dialect);
        var agents = await Talk.AgentsAsync(server, 3);
        var (ada, bob, eve) = (agents[0], agents[1], agents[2]);
        var group = await ada.GroupAsync(bob);
        var message = await bob.SentAsync(group, "Berth 4");

        (await ada.EditAsync(message, "x")).ShouldFail(403, "FORBIDDEN");
        (await eve.EditAsync(message, "x")).ShouldFail(404, "NOT_FOUND");
        var same = await bob.EditAsync(message, "Berth 4");
        same["status"].ShouldBe("sent");
        var edited = await bob.EditAsync(message, "Berth 5");

        edited.Status.ShouldBe(200, edited.Text);
        edited["status"].ShouldBe("edited");
        edited["edited_at"].ShouldEndWith("Z");
        (await ada.ContentsAsync(group)).ShouldBe(["Berth 5"]);
        (
            await bob.CallAsync("PUT", $"/api/messages/{message}", """{"content":"Berth 6"}""")
        ).Status.ShouldBe(200);
    }

    [Theory, OnEachDatabase]
    public async Task A_deleted_message_keeps_its_place_and_nothing_of_its_text(Dialect dialect)
    {
        await using var server = await Talk.StartAsync(dialect);
        var agents = await Talk.AgentsAsync(server, 2);
        var (ada, bob) = (agents[0], agents[1]);
        var group = await ada.GroupAsync(bob);
        await ada.SentAsync(group, "one");
        var secret = await ada.SentAsync(group, "secret");
        await ada.SentAsync(group, "three");
        (await bob.UnreadAsync(group)).ShouldBe(3);

        var deleted = await ada.CallAsync("DELETE", $"/api/messages/{secret}");
        var again = await ada.CallAsync("DELETE", $"/api/messages/{secret}");

        deleted.Status.ShouldBe(200, deleted.Text);
        again["deleted_at"].ShouldBe(deleted["deleted_at"]);
        (await bob.ContentsAsync(group)).ShouldBe(["one", "", "three"]);
        var tombstone = await bob.GetAsync($"/api/messages/{secret}");
        tombstone["status"].ShouldBe("deleted");
        tombstone.Text.ShouldNotContain("secret");
        (await bob.UnreadAsync(group)).ShouldBe(2);
        (await ada.EditAsync(secret, "back")).ShouldFail(409, "CONFLICT");
        (await bob.GetAsync("/api/messages/search?q=secret")).Json["messages"]!
            .AsArray()
            .ShouldBeEmpty();
        // It may be answered all the same.
        (
            await bob.PostAsync(
                "/api/messages",
                new
                {
                    conversation_id = group,
                    content = "why?",
                    in_reply_to = secret,
                }
            )
        ).Status.ShouldBe(201);
    }

    [Theory, OnEachDatabase]
    public async Task Who_leads_a_group_deletes_what_others_said_and_members_do_not(Dialect dialect)
    {
        await using var server = await Talk.StartAsync(dialect);
        var agents = await Talk.AgentsAsync(server, 3);
        var (ada, bob, eve) = (agents[0], agents[1], agents[2]);
        var group = await ada.GroupAsync(bob, eve);
        var message = await bob.SentAsync(group, "x");

        (await eve.CallAsync("DELETE", $"/api/messages/{message}")).ShouldFail(403, "FORBIDDEN");
        (await ada.CallAsync("DELETE", $"/api/messages/{message}")).Status.ShouldBe(200);
        // In a direct conversation nobody leads.
        var direct = await bob.TellAsync(ada, "x");
        (await ada.CallAsync("DELETE", $"/api/messages/{direct["message_id"]}")).ShouldFail(
            403,
            "FORBIDDEN"
        );
    }

    [Theory, OnEachDatabase]
    public async Task Unread_counts_follow_reading_sending_and_deleting(Dialect dialect)
    {
        await using var server = await Talk.StartAsync(dialect);
        var agents = await Talk.AgentsAsync(server, 2);
        var (ada, bob) = (agents[0], agents[1]);
        var group = await ada.GroupAsync(bob);
        var sent = new List<string>();
        for (var i = 0; i < 6; i++)
            sent.Add(await ada.SentAsync(group, $"{i}"));
        (await ada.UnreadAsync(group)).ShouldBe(0);
        await ada.CallAsync("DELETE", $"/api/messages/{sent[1]}");
        await ada.CallAsync("DELETE", $"/api/messages/{sent[4]}");
        (await bob.UnreadAsync(group)).ShouldBe(4);

        var read = await bob.PostAsync(
            $"/api/conversations/{group}/read",
            new { message_id = sent[2] }
        );
        read.Json["unread_count"]!.GetValue<long>().ShouldBe(2);
        // Back is not possible.
        read = await bob.PostAsync(
            $"/api/conversations/{group}/read",
            new { message_id = sent[0] }
        );
        read["last_read_message_id"].ShouldBe(sent[2]);
        await ada.CallAsync("DELETE", $"/api/messages/{sent[0]}");
        (await bob.UnreadAsync(group)).ShouldBe(2);
        await ada.CallAsync("DELETE", $"/api/messages/{sent[5]}");
        (await bob.UnreadAsync(group)).ShouldBe(1);
        (await bob.GetAsync("/api/conversations?unread_only=true")).Json["conversations"]!
            .AsArray()
            .Count.ShouldBe(1);

        // One's own message moves one's position.
        await bob.SentAsync(group, "seen");
        (await bob.UnreadAsync(group)).ShouldBe(0);
        (await ada.UnreadAsync(group)).ShouldBe(1);
        (await ada.PostAsync($"/api/conversations/{group}/read", new { })).Json["unread_count"]!
            .GetValue<long>()
            .ShouldBe(0);
        (await bob.GetAsync("/api/conversations?unread_only=true")).Json["conversations"]!
            .AsArray()
            .ShouldBeEmpty();
        var elsewhere = await ada.SentAsync(await ada.GroupAsync(), "x");
        (
            await ada.PostAsync($"/api/conversations/{group}/read", new { message_id = elsewhere })
        ).ShouldFail(400, "INVALID_REQUEST");
    }

    [Theory, OnEachDatabase]
    public async Task A_repeat_does_not_say_again_what_was_deleted_since(Dialect dialect)
    {
        const string Secret = "the berth code is 4711";
        await using var server = await Talk.StartAsync(dialect);
        var agents = await Talk.AgentsAsync(server, 2);
        var (ada, bob) = (agents[0], agents[1]);
        Task<Answer> OnceAsync(AgentClient agent, string path, string body) =>
            agent.CallAsync("POST", path, body, ("Idempotency-Key", "once"));
        var toBob = $$"""{"recipient_agent_id":"{{bob.Id}}","content":"{{Secret}}"}""";
        var withAda = $$"""{"type":"direct","member_ids":["{{ada.Id}}"]}""";
        var sent = await OnceAsync(ada, "/api/messages", toBob);
        sent.Status.ShouldBe(201, sent.Text);
        var opened = await OnceAsync(bob, "/api/conversations", withAda);
        opened.Status.ShouldBe(200, opened.Text);
        opened.Text.ShouldContain(Secret);
        (await OnceAsync(ada, "/api/messages", toBob)).Text.ShouldBe(sent.Text);

        (
            await ada.CallAsync("DELETE", $"/api/messages/{sent["message_id"]}")
        ).Status.ShouldBe(200);

        var again = await OnceAsync(ada, "/api/messages", toBob);
        again.Status.ShouldBe(201, again.Text);
        again.Header("Idempotency-Replayed").ShouldBe("true");
        again["message_id"].ShouldBe(sent["message_id"]);
        (again["status"], again["content"]).ShouldBe(("deleted", ""));
        var reopened = await OnceAsync(bob, "/api/conversations", withAda);
        reopened.Header("Idempotency-Replayed").ShouldBe("true");
        reopened["conversation_id"].ShouldBe(opened["conversation_id"]);
        reopened.Json["last_message"]!["status"]!.ToString().ShouldBe("deleted");
        reopened.Text.ShouldNotContain(Secret);
        // Nor does the database hold it.
        var kept = await server
            .Services.GetRequiredService<Store>()
            .ReadAsync(
                Reach.Installation,
                db => db.QueryAsync("SELECT body FROM idempotency_keys", row => row.Bytes(0))
            );
        kept.Count.ShouldBe(2);
        kept.ShouldAllBe(body => !Encoding.UTF8.GetString(body).Contains("4711"));
    }
}

internal static class Revising
{
    public static Task<Answer> EditAsync(this AgentClient agent, string message, string content) =>
        agent.CallAsync(
            "PATCH",
            $"/api/messages/{message}",
            System.Text.Json.JsonSerializer.Serialize(new { content })
        );
}
