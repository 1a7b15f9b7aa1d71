using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using Millrace.Core.Storage;
using Millrace.Testing;

namespace Millrace.Tests.Api.Fluxra.Live;

/// <summary>What agents are told of what happened. (fluxra §10.3)</summary>
public sealed class FeedTests
{
    [Theory, OnEachDatabase]
    public async Task An_agent_reads_what_happened_in_order_its_own_actions_too(Dialect dialect)
    {
        await using var scene = await LiveScene.StartAsync(dialect);
        var from = await scene.Ada.CursorAsync();
        var group = await scene.GroupAsync();
        await scene.Ada.SendAsync(group, "one");
        await scene.Bob.SendAsync(group, "two");
        await scene.Ada.SeenAsync(from, 2);

        var first = await scene.Ada.ReadAsync(from, "limit=2");
        var rest = await scene.Ada.ReadAsync(first["cursor"]!.ToString());

        first["has_more"]!.GetValue<bool>().ShouldBeTrue();
        rest["has_more"]!.GetValue<bool>().ShouldBeFalse();
        rest["gap"]!.GetValue<bool>().ShouldBeFalse();
        rest["cursor"]!.ToString().ShouldBe(rest["next_cursor"]!.ToString());
        var events = first["events"]!.AsArray().Concat(rest["events"]!.AsArray()).ToList();
        events
            .Select(found => found!["type"]!.ToString())
            .Where(type => type.StartsWith("message", StringComparison.Ordinal))
            .ShouldBe(["message.created", "message.created"]);
        var last = events[^1]!;
        last["event_id"]!.ToString().ShouldMatch("^evt_[0-9a-f-]{36}$");
        last["created_at"]!.ToString().ShouldEndWith("Z");
        last["data"]!["message"]!["content"]!.ToString().ShouldBe("two");
        last["data"]!["message"]!["sender_id"]!.ToString().ShouldBe(scene.Bob.Id);
        var again = await scene.Ada.ReadAsync(from, "limit=100");
        again["events"]!
            .AsArray()
            .Select(found => found!["event_id"]!.ToString())
            .ShouldBe(events.Select(found => found!["event_id"]!.ToString()));
    }

    [Theory, OnEachDatabase]
    public async Task Only_members_at_the_time_are_told(Dialect dialect)
    {
        await using var scene = await LiveScene.StartAsync(dialect);
        var from = await scene.Ada.CursorAsync();
        var fromBob = await scene.Bob.CursorAsync();
        var fromCy = await scene.Cy.CursorAsync();
        var group = await scene.GroupAsync();
        await scene.Ada.SendAsync(group, "while Bob is there");
        (
            await scene.Bob.CallAsync(
                "DELETE",
                $"/api/conversations/{group}/members/{scene.Bob.Id}"
            )
        ).Status.ShouldBe(200);
        await scene.Ada.SendAsync(group, "after Bob left");
        await scene.Ada.SeenAsync(from, 2);

        (await scene.Bob.ContentsAsync(fromBob)).ShouldBe(["while Bob is there"]);
        (await scene.Cy.ContentsAsync(fromCy)).ShouldBeEmpty();
        var bobs = await scene.Bob.ReadAsync(fromBob, "limit=100");
        bobs["events"]!.AsArray()[^1]!["type"]!.ToString().ShouldBe("member.removed");
        var stolen = await scene.Cy.CallAsync(
            "GET",
            $"/api/events?cursor={Uri.EscapeDataString(fromBob)}"
        );
        stolen.ShouldFail(400, "INVALID_REQUEST");
    }

    [Theory, OnEachDatabase]
    public async Task Metadata_is_no_deeper_than_the_feed_can_show(Dialect dialect)
    {
        await using var scene = await LiveScene.StartAsync(dialect);
        var group = await scene.GroupAsync();
        var from = await scene.Bob.CursorAsync();
        static string Nested(int levels) =>
            string.Concat(Enumerable.Repeat("""{"a":""", levels)) + "1" + new string('}', levels);
        Task<Answer> SendAsync(int levels) =>
            scene.Ada.CallAsync(
                "POST",
                "/api/messages",
                $$"""{"conversation_id":"{{group}}","content":"x","metadata":{{Nested(levels)}}}"""
            );

        (await SendAsync(33)).ShouldFail(400, "INVALID_REQUEST");
        (await SendAsync(32)).Status.ShouldBe(201);

        await scene.Bob.SeenAsync(from, 1);
        (await scene.Bob.ContentsAsync(from)).ShouldBe(["x"]);
    }

    [Theory, OnEachDatabase]
    public async Task Who_is_blocked_is_not_seen_typing(Dialect dialect)
    {
        await using var scene = await LiveScene.StartAsync(dialect);
        var sent = await scene.Ada.CallAsync(
            "POST",
            "/api/messages",
            $$"""{"recipient_agent_id":"{{scene.Bob.Id}}","content":"hello"}"""
        );
        var path = $"/api/conversations/{sent["conversation_id"]}/typing";
        (await scene.Ada.CallAsync("POST", path)).Status.ShouldBe(200);
        await scene.Bob.CallAsync("POST", "/api/blocks", $$"""{"target_id":"{{scene.Ada.Id}}"}""");

        (await scene.Ada.CallAsync("POST", path)).Status.ShouldBe(403);
    }

    [Theory, OnEachDatabase]
    public async Task A_blocked_conversation_tells_its_blocker_nothing(Dialect dialect)
    {
        await using var scene = await LiveScene.StartAsync(dialect);
        var group = await scene.GroupAsync();
        var from = await scene.Bob.CursorAsync();
        (
            await scene.Bob.CallAsync(
                "POST",
                "/api/blocks",
                $$"""{"type":"group","target_id":"{{group}}"}"""
            )
        ).Status.ShouldBe(201);
        await scene.Ada.SendAsync(group, "unheard");

        (await scene.Bob.ContentsAsync(from)).ShouldBeEmpty();
    }

    [Theory, OnEachDatabase]
    public async Task What_was_edited_or_deleted_is_not_told_of_any_more(Dialect dialect)
    {
        await using var scene = await LiveScene.StartAsync(dialect);
        var group = await scene.GroupAsync();
        var from = await scene.Bob.CursorAsync();
        var edited = await scene.Ada.SendAsync(group, "berth 4");
        var deleted = await scene.Ada.SendAsync(group, "a secret");
        await scene.Bob.SeenAsync(from, 2);
        (
            await scene.Ada.CallAsync(
                "PATCH",
                $"/api/messages/{edited}",
                """{"content":"berth 5"}"""
            )
        ).Status.ShouldBe(200);
        (await scene.Ada.CallAsync("DELETE", $"/api/messages/{deleted}")).Status.ShouldBe(200);
        await scene.Ada.SendAsync(group, "afterwards");
        await scene.Bob.SeenAsync(from, 3);

        (await scene.Bob.ContentsAsync(from)).ShouldBe(["berth 5", "", "afterwards"]);
    }

    [Theory, OnEachDatabase]
    public async Task A_poll_waits_until_something_happens(Dialect dialect)
    {
        await using var scene = await LiveScene.StartAsync(dialect);
        var group = await scene.GroupAsync();
        var from = (await scene.Bob.ReadAsync(await scene.Bob.CursorAsync()))["cursor"]!.ToString();

        var waiting = ContentAsync(scene.Bob, from);
        await scene.Ada.SendAsync(group, "at last");

        (await waiting).ShouldBe("at last");
        (await scene.Bob.CallAsync("GET", "/api/events?wait=31")).ShouldFail(
            400,
            "INVALID_REQUEST"
        );
    }

    [Theory, OnEachDatabase]
    public async Task A_stream_goes_on_behind_the_last_event_id(Dialect dialect)
    {
        await using var scene = await LiveScene.StartAsync(dialect);
        var group = await scene.GroupAsync();
        var from = await scene.Bob.CursorAsync();
        await scene.Ada.SendAsync(group, "one");
        await scene.Ada.SendAsync(group, "two");

        var first = await scene.StreamAsync(scene.Bob, from, events: 1);
        var second = await scene.StreamAsync(scene.Bob, first[0].Id, events: 1);

        first[0].Name.ShouldBe("message.created");
        JsonNode.Parse(first[0].Data)!["data"]!["message"]!["content"]!.ToString().ShouldBe("one");
        JsonNode.Parse(second[0].Data)!["data"]!["message"]!["content"]!.ToString().ShouldBe("two");
    }

    [Fact]
    public async Task What_happens_is_told_after_nobody_asked_for_a_while()
    {
        var time = new FakeTimeProvider(new(2026, 5, 1, 9, 30, 0, TimeSpan.Zero));
        await using var server = await TestServer.StartAsync(Dialect.Sqlite, time);
        using var ada = await AgentClient.LogInAsync(server);
        var made = await ada.CallAsync("POST", "/api/conversations", """{"name":"quay"}""");
        var group = made["conversation_id"];

        for (var turn = 0; turn < 3; turn++)
        {
            var from = await ada.CursorAsync();
            time.Advance(TimeSpan.FromMinutes(2));
            await ada.SendAsync(group, "meanwhile");
            var page = await ada.ReadAsync(from, "wait=30");
            page["events"]!.AsArray().Count.ShouldBe(1);

            var next = ada.ReadAsync(page["cursor"]!.ToString(), "wait=30");
            await ada.SendAsync(group, "now");
            (await next.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken))[
                "events"
            ]!
                .AsArray()
                .Count.ShouldBe(1);
        }
    }

    [Theory, OnEachDatabase]
    public async Task Contracts_and_credits_are_told_to_whom_they_concern(Dialect dialect)
    {
        await using var scene = await LiveScene.StartAsync(dialect);
        using var client = await AgentClient.LogInAsync(
            scene.Server,
            keyBody: """{"name":"all","scopes":["messages:read","contracts:read","contracts:write","credits:read","credits:write"]}"""
        );
        var narrow = scene.Bob.Token;
        await scene.Bob.TakeTokenAsync(
            """{"name":"contracts","scopes":["messages:read","contracts:read"]}"""
        );
        var (ofClient, ofBob) = (await client.CursorAsync(), await scene.Bob.CursorAsync());
        var offered = await client.CallAsync(
            "POST",
            "/api/contracts",
            $$"""{"provider_id":"{{scene.Bob.Id}}","title":"Tide table","terms":"CSV","price":10}"""
        );
        offered.Status.ShouldBe(201, offered.Text);

        var bobs = await scene.Bob.ReadAsync(ofBob, "wait=30");
        var told = bobs["events"]!
            .AsArray()
            .Single(found => found!["type"]!.ToString() == "contract.updated")!;
        told["data"]!["contract"]!["contract_id"]!.ToString().ShouldBe(offered["contract_id"]);
        told["data"]!["contract"]!["status"]!.ToString().ShouldBe("offered");
        var clients = await client.ReadAsync(ofClient, "wait=30");
        var paid = clients["events"]!
            .AsArray()
            .First(found => found!["data"]!["entry"]?["kind"]?.ToString() == "hold")!;
        paid["type"]!.ToString().ShouldBe("credits.changed");
        paid["data"]!["balance"]!["held"]!.GetValue<long>().ShouldBe(10);

        // Another token of the same agent lacks the scopes: it is told of neither, live or later.
        scene.Bob.Token = narrow;
        (await scene.Bob.ReadAsync(ofBob))["events"]!.AsArray().ShouldBeEmpty();
        await using var socket = await SocketClient.OpenAsync(
            scene.Server,
            scene.Bob.Token,
            ofBob
        );
        await socket.NextAsync("ready");
        (
            await client.CallAsync("POST", $"/api/contracts/{offered["contract_id"]}/cancel")
        ).Status.ShouldBe(200);
        await scene.Ada.SendAsync(await scene.GroupAsync(), "behind it");
        (await socket.NextAsync())!["type"]!.ToString().ShouldBe("conversation.created");
        (await socket.NextAsync())!["data"]!["message"]!["content"]!
            .ToString()
            .ShouldBe("behind it");
    }

    [Theory, OnEachDatabase]
    public async Task Metadata_of_several_lines_is_one_event_of_a_stream(Dialect dialect)
    {
        await using var scene = await LiveScene.StartAsync(dialect);
        var group = await scene.GroupAsync();
        var from = await scene.Bob.CursorAsync();
        const string Pretty = "{\r\n  \"berth\": 4,\n\n  \"event\": \"x\"\r}";
        var sent = await scene.Ada.CallAsync(
            "POST",
            "/api/messages",
            $$"""{"conversation_id":"{{group}}","content":"one","metadata":{{Pretty}}}"""
        );
        sent.Status.ShouldBe(201, sent.Text);
        await scene.Ada.SendAsync(group, "two");

        var told = (await scene.StreamAsync(scene.Bob, from, 2))
            .Select(found => JsonNode.Parse(found.Data)!["data"]!["message"]!)
            .ToList();

        told.Select(message => message["content"]!.ToString()).ShouldBe(["one", "two"]);
        told[0]["metadata"]!["berth"]!.GetValue<int>().ShouldBe(4);
        told[0]["metadata"]!["event"]!.ToString().ShouldBe("x");
    }

    [Theory, OnEachDatabase]
    public async Task A_stream_that_is_cut_before_its_first_event_is_resumed_where_it_began(
        Dialect dialect
    )
    {
        await using var scene = await LiveScene.StartAsync(dialect);
        var group = await scene.GroupAsync();
        string id;
        using (var stream = await scene.OpenStreamAsync(scene.Bob))
            id = (await stream.LineAsync())!;
        id.ShouldStartWith("id: ");
        await scene.Ada.SendAsync(group, "meanwhile");

        var told = (await scene.StreamAsync(scene.Bob, id[4..], 1)).Single();

        told.Name.ShouldBe("message.created");
        told.Data.ShouldContain("meanwhile");
    }

    [Theory, OnEachDatabase]
    public async Task The_first_message_to_an_agent_tells_both_of_the_conversation_once(
        Dialect dialect
    )
    {
        await using var scene = await LiveScene.StartAsync(dialect);
        var (ofAda, ofBob) = (await scene.Ada.CursorAsync(), await scene.Bob.CursorAsync());
        string sent = "";
        foreach (var content in (string[])["one", "two"])
            sent = (
                await scene.Ada.DoAsync(
                    "POST",
                    "/api/messages",
                    $$"""{"recipient_agent_id":"{{scene.Bob.Id}}","content":"{{content}}"}"""
                )
            )["conversation_id"];
        await scene.Ada.SeenAsync(ofAda, 2);

        foreach (var (agent, from) in new[] { (scene.Ada, ofAda), (scene.Bob, ofBob) })
        {
            var told = (await agent.ReadAsync(from))["events"]!.AsArray();
            told.Select(found => found!["type"]!.ToString())
                .ShouldBe(["conversation.created", "message.created", "message.created"]);
            told[0]!["data"]!["conversation"]!["conversation_id"]!.ToString().ShouldBe(sent);
        }
    }

    [Theory, OnEachDatabase]
    public async Task Who_inherits_a_group_is_told(Dialect dialect)
    {
        await using var scene = await LiveScene.StartAsync(dialect);
        var group = await scene.GroupAsync();
        var from = await scene.Bob.CursorAsync();

        await scene.Ada.DoAsync("DELETE", $"/api/conversations/{group}/members/{scene.Ada.Id}");

        var told = await scene.Bob.ReadAsync(from, "wait=30");
        told["events"]!
            .AsArray()
            .Select(found => found!["type"]!.ToString())
            .ShouldBe(["member.removed", "conversation.updated"]);
    }

    [Theory, OnEachDatabase]
    public async Task Presence_lapses_and_is_hidden_by_blocks(Dialect dialect)
    {
        await using var scene = await LiveScene.StartAsync(dialect);
        var path = $"/api/agents/{scene.Ada.Id}/presence";
        (await scene.Bob.CallAsync("GET", path))["status"].ShouldBe("offline");

        var set = await scene.Ada.CallAsync(
            "PUT",
            "/api/presence",
            """{"status":"busy","status_text":"Docking","ttl_seconds":30}"""
        );
        set.Status.ShouldBe(200, set.Text);
        (await scene.Bob.CallAsync("GET", path))["status_text"].ShouldBe("Docking");
        (
            await scene.Ada.CallAsync(
                "PUT",
                "/api/presence",
                """{"status":"away","ttl_seconds":29}"""
            )
        ).ShouldFail(400, "INVALID_REQUEST");
        (
            await scene.Ada.CallAsync(
                "POST",
                "/api/blocks",
                $$"""{"target_id":"{{scene.Bob.Id}}"}"""
            )
        ).Status.ShouldBe(201);

        (await scene.Bob.CallAsync("GET", path))["status"].ShouldBe("offline");
        (await scene.Cy.CallAsync("GET", path))["status"].ShouldBe("busy");
    }

    /// <summary>What the next message says, polled for; on PostgreSQL what was just before may come first.</summary>
    private static async Task<string> ContentAsync(AgentClient agent, string cursor)
    {
        while (true)
        {
            var page = await agent.ReadAsync(cursor, "wait=30");
            var message = page["events"]!
                .AsArray()
                .FirstOrDefault(found => found!["type"]!.ToString() == "message.created");
            if (message is not null)
                return message["data"]!["message"]!["content"]!.ToString();
            cursor = page["cursor"]!.ToString();
        }
    }
}
