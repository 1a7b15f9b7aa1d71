using Millrace.Core.Storage;
using Millrace.Testing;

namespace Millrace.Tests.Api.Fluxra.Chat;

public sealed class BlockTests
{
    [Theory, OnEachDatabase]
    public async Task A_blocked_agent_sends_nowhere_where_the_blocker_is_until_it_is_unblocked(
        Dialect dialect
    )
    {
        await using var server = await Talk.StartAsync(dialect);
        var agents = await Talk.AgentsAsync(server, 3);
        var (ada, bob, eve) = (agents[0], agents[1], agents[2]);
        var group = await ada.GroupAsync(bob, eve);
        await bob.TellAsync(ada, "before");

        var block = await ada.BlockAsync("agent", bob.Id);

        block.Status.ShouldBe(201, block.Text);
        block["target_type"].ShouldBe("agent");
        var direct = await bob.TellAsync(ada, "still there?");
        direct.ShouldFail(403, "FORBIDDEN");
        var inGroup = await bob.SendAsync(group, "x");
        inGroup.ShouldFail(403, "FORBIDDEN");
        // No answer says who blocked whom.
        var own = await ada.TellAsync(bob, "x");
        own.Json["error"]!["message"]!
            .ToString()
            .ShouldBe(direct.Json["error"]!["message"]!.ToString());
        inGroup.Json["error"]!["message"]!
            .ToString()
            .ShouldBe(direct.Json["error"]!["message"]!.ToString());
        // The blocker still posts in shared groups, and what was said stays.
        (await ada.SendAsync(group, "y")).Status.ShouldBe(201);
        (await bob.ContentsAsync(group)).ShouldBe(["y"]);
        (
            await bob.PostAsync("/api/conversations", new { member_ids = (string[])[ada.Id] })
        ).ShouldFail(403, "FORBIDDEN");
        (await bob.AllAsync("/api/blocks", "blocks")).ShouldBeEmpty();
        (await bob.CallAsync("DELETE", $"/api/blocks/{block["block_id"]}")).ShouldFail(
            404,
            "NOT_FOUND"
        );

        (await ada.CallAsync("DELETE", $"/api/blocks/{block["block_id"]}")).Json["deleted"]!
            .GetValue<bool>()
            .ShouldBeTrue();
        (await ada.CallAsync("DELETE", $"/api/blocks/{block["block_id"]}")).ShouldFail(
            404,
            "NOT_FOUND"
        );
        (await bob.TellAsync(ada, "hello again")).Status.ShouldBe(201);
        (await bob.SendAsync(group, "x")).Status.ShouldBe(201);
    }

    [Theory, OnEachDatabase]
    public async Task A_block_of_any_member_counts_while_it_is_a_member(Dialect dialect)
    {
        await using var server = await Talk.StartAsync(dialect);
        var agents = await Talk.AgentsAsync(server, 4);
        var (ada, bob, eve, cy) = (agents[0], agents[1], agents[2], agents[3]);
        var group = await eve.GroupAsync(ada, bob);
        var direct = (await bob.TellAsync(ada, "before"))["conversation_id"];
        await ada.BlockAsync("agent", bob.Id);
        await cy.BlockAsync(null, bob.Id);

        (await bob.SendAsync(group, "x")).ShouldFail(403, "FORBIDDEN");
        (await bob.SendAsync(direct, "x")).ShouldFail(403, "FORBIDDEN");
        // Before they ever talked: and nothing is left of the attempt.
        (await bob.TellAsync(cy, "x")).ShouldFail(403, "FORBIDDEN");
        (
            await cy.AllAsync("/api/conversations?include_blocked=true", "conversations")
        ).ShouldBeEmpty();

        await eve.CallAsync("DELETE", $"/api/conversations/{group}/members/{ada.Id}");
        (await bob.SendAsync(group, "while she is away")).Status.ShouldBe(201);
        await eve.PostAsync(
            $"/api/conversations/{group}/members",
            new { agent_ids = (string[])[ada.Id] }
        );
        (await bob.SendAsync(group, "x")).ShouldFail(403, "FORBIDDEN");
        (await eve.ContentsAsync(group)).ShouldBe(["while she is away"]);
        (await ada.ContentsAsync(direct)).ShouldBe(["before"]);
    }

    [Theory, OnEachDatabase]
    public async Task Equal_blocks_at_once_are_one(Dialect dialect)
    {
        await using var server = await Talk.StartAsync(dialect);
        var agents = await Talk.AgentsAsync(server, 2);
        var (ada, bob) = (agents[0], agents[1]);

        var answers = await Task.WhenAll(
            Enumerable.Range(0, 4).Select(_ => ada.BlockAsync("", bob.Id))
        );

        answers.Count(answer => answer.Status == 201).ShouldBe(1);
        foreach (var answer in answers.Where(answer => answer.Status != 201))
            answer.ShouldFail(409, "CONFLICT");
        (await ada.AllAsync("/api/blocks", "blocks")).Count.ShouldBe(1);
    }

    [Theory, OnEachDatabase]
    public async Task A_blocked_group_is_quiet_and_cannot_be_written_to(Dialect dialect)
    {
        await using var server = await Talk.StartAsync(dialect);
        var agents = await Talk.AgentsAsync(server, 2);
        var (ada, bob) = (agents[0], agents[1]);
        var group = await ada.GroupAsync(bob);

        (await bob.BlockAsync("group", group))["target_type"].ShouldBe("group");
        await ada.SentAsync(group, "x");

        (await bob.SendAsync(group, "x")).ShouldFail(403, "FORBIDDEN");
        (await bob.AllAsync("/api/conversations", "conversations")).ShouldBeEmpty();
        var listed = (
            await bob.AllAsync("/api/conversations?include_blocked=true", "conversations")
        ).ShouldHaveSingleItem();
        listed["blocked"]!.GetValue<bool>().ShouldBeTrue();
        (await bob.UnreadAsync(group)).ShouldBe(0);
        (await bob.ContentsAsync(group)).ShouldBe(["x"]);
    }

    [Theory, OnEachDatabase]
    public async Task Targets_that_cannot_be_blocked_are_refused(Dialect dialect)
    {
        await using var server = await Talk.StartAsync(dialect);
        var agents = await Talk.AgentsAsync(server, 3);
        var (ada, bob, eve) = (agents[0], agents[1], agents[2]);
        var foreign = await bob.GroupAsync(eve);
        var direct = (await ada.TellAsync(bob, "x"))["conversation_id"];

        foreach (
            var (type, target) in ((string?, string)[])
                [
                    ("agent", ada.Id),
                    ("agent", $"agt_{Guid.NewGuid():N}"),
                    ("agent", direct),
                    ("agent", "agt_1"),
                    (null, "nobody"),
                    ("group", bob.Id),
                    ("group", direct),
                    ("group", foreign),
                    ("group", $"conv_{Guid.NewGuid()}"),
                ]
        )
            (await ada.BlockAsync(type, target)).ShouldFail(400, "INVALID_TARGET");

        (await ada.PostAsync("/api/blocks", new { type = "agent" })).ShouldFail(
            400,
            "INVALID_REQUEST"
        );
        // Every type but group, and none, means an agent.
        (await ada.BlockAsync("whatever", bob.Id))["target_type"]
            .ShouldBe("agent");
        (await ada.BlockAsync(null, bob.Id)).ShouldFail(409, "CONFLICT");
        (await ada.BlockAsync(null, eve.Id)).Status.ShouldBe(201);
        var page = await ada.GetAsync("/api/blocks?limit=1");
        page.Json.AsObject()
            .Select(field => field.Key)
            .ShouldBe(["blocks", "next_cursor", "has_more"]);
        page.Json["blocks"]![0]!["target_id"]!.ToString().ShouldBe(eve.Id);
        (await ada.AllAsync("/api/blocks", "blocks", 1)).Count.ShouldBe(2);
        (await ada.AllAsync("/api/blocks?type=group", "blocks")).ShouldBeEmpty();
    }

    [Theory, OnEachDatabase]
    public async Task Where_the_operator_filters_a_blocked_agent_sends_and_is_not_seen(
        Dialect dialect
    )
    {
        await using var server = await Talk.StartAsync(
            dialect,
            ("Messaging:Chat:GroupBlockMode", "Filter")
        );
        var agents = await Talk.AgentsAsync(server, 3);
        var (ada, bob, eve) = (agents[0], agents[1], agents[2]);
        var group = await eve.GroupAsync(ada, bob);
        var early = await bob.SentAsync(group, "early berth");
        var block = await ada.BlockAsync("agent", bob.Id);
        (await ada.UnreadAsync(group)).ShouldBe(0);

        var hidden = await bob.SentAsync(group, "hidden berth");
        await eve.SentAsync(group, "shown berth");

        (await ada.ContentsAsync(group)).ShouldBe(["shown berth"]);
        (await ada.UnreadAsync(group)).ShouldBe(1);
        (await eve.ContentsAsync(group)).ShouldBe(["early berth", "hidden berth", "shown berth"]);
        (await ada.GetAsync($"/api/messages/{hidden}")).ShouldFail(404, "NOT_FOUND");
        await eve.FindsAsync("q=shown");
        (await ada.AllAsync("/api/messages/search?q=berth", "messages")).Count.ShouldBe(1);
        await bob.CallAsync("DELETE", $"/api/messages/{early}");
        (await ada.UnreadAsync(group)).ShouldBe(1);
        await bob.SentAsync(group, "last");
        (await ada.GetAsync($"/api/conversations/{group}")).Json["last_message"]!["content"]!
            .ToString()
            .ShouldBe("shown berth");

        await ada.CallAsync("DELETE", $"/api/blocks/{block["block_id"]}");
        (await ada.ContentsAsync(group)).ShouldBe(["", "hidden berth", "shown berth", "last"]);
        (await ada.UnreadAsync(group)).ShouldBe(3);
    }

    [Theory, OnEachDatabase]
    public async Task What_a_deleted_agent_said_is_counted_once_nobody_blocks_it(Dialect dialect)
    {
        await using var server = await Talk.StartAsync(
            dialect,
            ("Messaging:Chat:GroupBlockMode", "Filter")
        );
        var agents = await Talk.AgentsAsync(server, 3);
        var (ada, bob, eve) = (agents[0], agents[1], agents[2]);
        var group = await eve.GroupAsync(ada, bob);
        await ada.BlockAsync("agent", bob.Id);
        await bob.SentAsync(group, "hidden");
        await eve.SentAsync(group, "shown");
        (await ada.UnreadAsync(group)).ShouldBe(1);

        (await bob.RecoveryAsync("DELETE", $"/api/agents/{bob.Id}")).Status.ShouldBe(200);

        (await ada.ContentsAsync(group)).ShouldBe(["hidden", "shown"]);
        (await ada.UnreadAsync(group)).ShouldBe(2);
    }

    [Theory, OnEachDatabase]
    public async Task Every_other_type_blocks_an_agent(Dialect dialect)
    {
        await using var server = await Talk.StartAsync(dialect);
        using var ada = await AgentClient.LogInAsync(server);
        foreach (var type in (string[])["7", "true", "[\"group\"]", "{}", "null", "\"Group\""])
        {
            using var other = await AgentClient.LogInAsync(server);
            var block = await ada.CallAsync(
                "POST",
                "/api/blocks",
                $$"""{"type":{{type}},"target_id":"{{other.Id}}"}"""
            );
            block.Status.ShouldBe(201, block.Text);
            block["target_type"].ShouldBe("agent");
        }
    }
}

internal static class Blocking
{
    public static Task<Answer> BlockAsync(this AgentClient agent, string? type, string target) =>
        type is null
            ? agent.PostAsync("/api/blocks", new { target_id = target })
            : agent.PostAsync("/api/blocks", new { type, target_id = target });
}
