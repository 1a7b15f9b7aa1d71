using Millrace.Core.Storage;
using Millrace.Testing;

namespace Millrace.Tests.Api.Fluxra.Chat;

public sealed class GroupTests
{
    [Theory, OnEachDatabase]
    public async Task Members_are_added_see_the_history_and_see_nothing_once_removed(
        Dialect dialect
    )
    {
        await using var server = await Talk.StartAsync(dialect);
        var agents = await Talk.AgentsAsync(server, 3);
        var (ada, bob, eve) = (agents[0], agents[1], agents[2]);
        var group = await ada.GroupAsync(bob);
        await ada.SentAsync(group, "before");

        (
            await bob.PostAsync(
                $"/api/conversations/{group}/members",
                new { agent_ids = (string[])[eve.Id] }
            )
        ).ShouldFail(403, "FORBIDDEN");
        var added = await ada.PostAsync(
            $"/api/conversations/{group}/members",
            new { members = (string[])[eve.Id, bob.Id] }
        );

        added.Status.ShouldBe(200, added.Text);
        added.Json["added"]!.AsArray().ShouldHaveSingleItem()!["agent_id"]!
            .ToString()
            .ShouldBe(eve.Id);
        added.Json["already_members"]!
            .AsArray()
            .ShouldHaveSingleItem()!
            .ToString()
            .ShouldBe(bob.Id);
        added.Json["member_count"]!.GetValue<long>().ShouldBe(3);
        (await eve.ContentsAsync(group)).ShouldBe(["before"]);
        (await eve.UnreadAsync(group)).ShouldBe(1);
        (await ada.AllAsync($"/api/conversations/{group}/members", "members", 2))
            .Select(member => member["role"]!.ToString())
            .ShouldBe(["owner", "member", "member"]);

        (await bob.CallAsync("DELETE", $"/api/conversations/{group}/members/{eve.Id}")).ShouldFail(
            403,
            "FORBIDDEN"
        );
        var removed = await ada.CallAsync("DELETE", $"/api/conversations/{group}/members/{eve.Id}");
        removed.Json["member_count"]!.GetValue<long>().ShouldBe(2);
        (await eve.GetAsync($"/api/conversations/{group}")).ShouldFail(404, "NOT_FOUND");
        (await eve.GetAsync($"/api/conversations/{group}/messages")).ShouldFail(404, "NOT_FOUND");
        (await eve.SendAsync(group, "x")).ShouldFail(403, "FORBIDDEN");
        (await ada.CallAsync("DELETE", $"/api/conversations/{group}/members/{eve.Id}")).ShouldFail(
            404,
            "NOT_FOUND"
        );
        (await ada.CallAsync("DELETE", $"/api/conversations/{group}/members/agt_1")).ShouldFail(
            404,
            "NOT_FOUND"
        );
    }

    [Theory, OnEachDatabase]
    public async Task Who_comes_back_has_none_of_its_own_messages_to_read(Dialect dialect)
    {
        await using var server = await Talk.StartAsync(dialect);
        var agents = await Talk.AgentsAsync(server, 2);
        var (owner, member) = (agents[0], agents[1]);
        var group = await owner.GroupAsync(member);
        await owner.SentAsync(group, "before");
        var own = await member.SentAsync(group, "mine");
        var gone = await owner.SentAsync(group, "taken back");
        (
            await member.CallAsync("DELETE", $"/api/conversations/{group}/members/{member.Id}")
        ).Status.ShouldBe(200);
        await owner.SentAsync(group, "meanwhile");
        (await owner.CallAsync("DELETE", $"/api/messages/{gone}")).Status.ShouldBe(200);
        (
            await owner.PostAsync(
                $"/api/conversations/{group}/members",
                new { agent_ids = new[] { member.Id } }
            )
        ).Status.ShouldBe(200);

        (await member.UnreadAsync(group)).ShouldBe(1);
        (await member.GetAsync($"/api/conversations/{group}"))["last_read_message_id"]
            .ShouldBe(own);
        (await member.CallAsync("DELETE", $"/api/messages/{own}")).Status.ShouldBe(200);
        (await member.UnreadAsync(group)).ShouldBe(1);
        (await member.PostAsync($"/api/conversations/{group}/read", new { })).Json["unread_count"]!
            .GetValue<long>()
            .ShouldBe(0);

        // Who leaves again without a word has read as far as before.
        (
            await member.CallAsync("DELETE", $"/api/conversations/{group}/members/{member.Id}")
        ).Status.ShouldBe(200);
        await owner.PostAsync(
            $"/api/conversations/{group}/members",
            new { agent_ids = new[] { member.Id } }
        );
        (await member.UnreadAsync(group)).ShouldBe(1);
        (await member.GetAsync($"/api/conversations/{group}"))["last_read_message_id"]
            .ShouldBe(own);
    }

    [Fact]
    public async Task An_agent_that_does_not_exist_is_named_by_its_field()
    {
        await using var server = await Talk.StartAsync(Dialect.Sqlite);
        using var ada = await AgentClient.LogInAsync(server);
        var group = await ada.GroupAsync();
        string[] nobody = [$"agt_{Guid.NewGuid():N}"];

        foreach (
            var (path, body, field) in new (string, object, string)[]
            {
                ("/api/conversations", new { member_ids = nobody }, "member_ids"),
                ("/api/conversations", new { type = "direct", member_ids = nobody }, "member_ids"),
                ($"/api/conversations/{group}/members", new { agent_ids = nobody }, "agent_ids"),
                (
                    "/api/messages",
                    new { recipient_agent_id = nobody[0], content = "x" },
                    "recipient_agent_id"
                ),
            }
        )
        {
            var refused = await ada.PostAsync(path, body);
            refused.ShouldFail(404, "NOT_FOUND");
            var detail = refused.Json["error"]!["details"]!.AsArray().ShouldHaveSingleItem()!;
            detail["field"]!.ToString().ShouldBe(field);
            detail["reason"]!.ToString().ShouldBe("agent_not_found");
        }
    }

    [Fact]
    public async Task A_name_has_up_to_a_hundred_characters_without_what_stands_around_it()
    {
        await using var server = await Talk.StartAsync(Dialect.Sqlite);
        using var ada = await AgentClient.LogInAsync(server);
        Task<Answer> NameAsync(string name) => ada.PostAsync("/api/conversations", new { name });
        var longest = new string('q', 100);

        (await NameAsync($"{new string(' ', 300)}{longest}{new string(' ', 300)}"))["name"]
            .ShouldBe(longest);
        (await NameAsync(longest + "q")).ShouldFail(400, "INVALID_REQUEST");
        (await NameAsync(new string(' ', 300))).ShouldFail(400, "INVALID_REQUEST");
    }

    [Theory, OnEachDatabase]
    public async Task An_owner_who_leaves_passes_the_group_to_the_longest_standing_admin(
        Dialect dialect
    )
    {
        await using var server = await Talk.StartAsync(dialect);
        var agents = await Talk.AgentsAsync(server, 4);
        var (ada, bob, eve, joe) = (agents[0], agents[1], agents[2], agents[3]);
        var group = await ada.GroupAsync(bob, eve, joe);
        var role = await ada.CallAsync(
            "PATCH",
            $"/api/conversations/{group}/members/{eve.Id}",
            """{"role":"admin"}"""
        );
        role["role"].ShouldBe("admin");
        (
            await ada.CallAsync(
                "PATCH",
                $"/api/conversations/{group}/members/{ada.Id}",
                """{"role":"member"}"""
            )
        ).ShouldFail(409, "CONFLICT");

        (
            await ada.CallAsync("DELETE", $"/api/conversations/{group}/members/{ada.Id}")
        ).Status.ShouldBe(200);

        (await eve.GetAsync($"/api/conversations/{group}"))["role"].ShouldBe("owner");
        var handed = await eve.CallAsync(
            "PATCH",
            $"/api/conversations/{group}/members/{joe.Id}",
            """{"role":"owner"}"""
        );
        handed["role"].ShouldBe("owner");
        (await eve.GetAsync($"/api/conversations/{group}"))["role"].ShouldBe("admin");
        foreach (var agent in (AgentClient[])[joe, eve, bob])
            (
                await agent.CallAsync("DELETE", $"/api/conversations/{group}/members/{agent.Id}")
            ).Status.ShouldBe(200);
        (await bob.GetAsync($"/api/conversations/{group}")).ShouldFail(404, "NOT_FOUND");
    }

    [Theory, OnEachDatabase]
    public async Task Policies_say_who_posts_and_who_adds(Dialect dialect)
    {
        await using var server = await Talk.StartAsync(dialect);
        var agents = await Talk.AgentsAsync(server, 3);
        var (ada, bob, eve) = (agents[0], agents[1], agents[2]);
        var group = await ada.GroupAsync(bob);
        (
            await bob.CallAsync("PATCH", $"/api/conversations/{group}", """{"name":"x"}""")
        ).ShouldFail(403, "FORBIDDEN");

        var changed = await ada.CallAsync(
            "PATCH",
            $"/api/conversations/{group}",
            """{"title":" south-quay ","description":"Berths","metadata":{"a":[1]},"settings":{"post_policy":"admins","invite_policy":"members"}}"""
        );

        changed.Status.ShouldBe(200, changed.Text);
        changed["name"].ShouldBe("south-quay");
        changed.Json["metadata"]!["a"]![0]!.GetValue<int>().ShouldBe(1);
        (await bob.SendAsync(group, "x")).ShouldFail(403, "FORBIDDEN");
        (
            await bob.PostAsync($"/api/conversations/{group}/members", new { agent_id = eve.Id })
        ).Status.ShouldBe(200);
        var cleared = await ada.CallAsync(
            "PUT",
            $"/api/conversations/{group}",
            """{"description":null}"""
        );
        cleared.Member("description").ShouldBeNull();
        cleared["name"].ShouldBe("south-quay");
        (await ada.CallAsync("PATCH", $"/api/conversations/{group}", "{}")).ShouldFail(
            400,
            "INVALID_REQUEST"
        );
        var direct = (await ada.TellAsync(bob, "x"))["conversation_id"];
        (
            await ada.CallAsync("PATCH", $"/api/conversations/{direct}", """{"name":"x"}""")
        ).ShouldFail(403, "FORBIDDEN");
        (await ada.CallAsync("DELETE", $"/api/conversations/{direct}/members/{ada.Id}")).ShouldFail(
            403,
            "FORBIDDEN"
        );
    }

    [Theory, OnEachDatabase]
    public async Task All_are_added_or_none_and_no_more_than_a_hundred(Dialect dialect)
    {
        await using var server = await Talk.StartAsync(
            dialect,
            ("Messaging:Chat:LargestGroup", "3")
        );
        var agents = await Talk.AgentsAsync(server, 4);
        var (ada, bob, eve, joe) = (agents[0], agents[1], agents[2], agents[3]);
        var group = await ada.GroupAsync(bob);
        string Members() => $"/api/conversations/{group}/members";

        var unknown = await ada.PostAsync(
            Members(),
            new { agent_ids = (string[])[eve.Id, $"agt_{Guid.NewGuid():N}"] }
        );
        unknown.ShouldFail(404, "NOT_FOUND");
        (await ada.PostAsync(Members(), new { agent_ids = (string[])[eve.Id, joe.Id] })).ShouldFail(
            409,
            "CONFLICT"
        );
        (await ada.GetAsync($"/api/conversations/{group}")).Json["member_count"]!
            .GetValue<long>()
            .ShouldBe(2);
        (
            await ada.PostAsync(
                "/api/conversations",
                new { member_ids = agents.Select(agent => agent.Id) }
            )
        ).ShouldFail(400, "INVALID_REQUEST");
    }

    [Theory, OnEachDatabase]
    public async Task An_invited_agent_joins_or_declines(Dialect dialect)
    {
        await using var server = await Talk.StartAsync(dialect);
        var agents = await Talk.AgentsAsync(server, 4);
        var (ada, bob, eve, joe) = (agents[0], agents[1], agents[2], agents[3]);
        var group = await ada.GroupAsync();

        var invited = await ada.PostAsync(
            $"/api/conversations/{group}/invitations",
            new { agent_ids = (string[])[bob.Id, eve.Id, ada.Id, joe.Id] }
        );

        invited.Status.ShouldBe(200, invited.Text);
        invited.Json["invitations"]!.AsArray().Count.ShouldBe(3);
        invited.Json["already_members"]!.AsArray().Count.ShouldBe(1);
        (await bob.GetAsync($"/api/conversations/{group}")).ShouldFail(404, "NOT_FOUND");
        async Task<string> Own(AgentClient agent) =>
            (await agent.AllAsync("/api/invitations", "invitations")).ShouldHaveSingleItem()[
                "invitation_id"
            ]!.ToString();
        var (ofBob, ofEve, ofJoe) = (await Own(bob), await Own(eve), await Own(joe));

        // Somebody else's does not exist.
        (await eve.PostAsync($"/api/invitations/{ofBob}/accept", new { })).ShouldFail(
            404,
            "NOT_FOUND"
        );
        var joined = await bob.PostAsync($"/api/invitations/{ofBob}/accept", new { });
        joined.Json["member_count"]!.GetValue<long>().ShouldBe(2);
        (await bob.PostAsync($"/api/invitations/{ofBob}/accept", new { })).ShouldFail(
            404,
            "NOT_FOUND"
        );
        (await eve.PostAsync($"/api/invitations/{ofEve}/decline", new { }))["status"]
            .ShouldBe("declined");
        (
            await bob.CallAsync("DELETE", $"/api/conversations/{group}/invitations/{ofJoe}")
        ).ShouldFail(403, "FORBIDDEN");
        (await ada.CallAsync("DELETE", $"/api/conversations/{group}/invitations/{ofJoe}"))["status"]
            .ShouldBe("withdrawn");
        (
            await ada.AllAsync($"/api/conversations/{group}/invitations", "invitations")
        ).ShouldBeEmpty();
        (await eve.GetAsync($"/api/conversations/{group}/invitations")).ShouldFail(
            404,
            "NOT_FOUND"
        );
    }
}
