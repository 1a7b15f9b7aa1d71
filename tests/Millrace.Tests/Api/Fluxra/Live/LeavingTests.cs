using System.Text.Json.Nodes;
using Millrace.Core.Storage;
using Millrace.Testing;

namespace Millrace.Tests.Api.Fluxra.Live;

/// <summary>What an agent that left a group is told and shown of it. (fluxra §10.3, 11.1)</summary>
public sealed class LeavingTests
{
    // On PostgreSQL an older open transaction may keep the grant's event back until after a cursor was taken.
    private static readonly (string, string) NoGrant = ("Messaging:Credits:SignUpGrant", "0");

    [Theory, OnEachDatabase]
    public async Task Who_left_is_told_all_up_to_it_and_shown_nothing_that_came_after(
        Dialect dialect
    )
    {
        await using var scene = await LiveScene.StartAsync(dialect, NoGrant);
        var (from, fromAda) = (await scene.Bob.CursorAsync(), await scene.Ada.CursorAsync());
        var group = await scene.GroupAsync();
        var changed = await scene.Ada.SendAsync(group, "berth 4");
        var edited = await scene.Ada.SendAsync(group, "tide at 14:20");
        var deleted = await scene.Ada.SendAsync(group, "said once");
        await scene.Ada.DoAsync("PATCH", $"/api/messages/{edited}", """{"content":"at 14:25"}""");
        await scene.Ada.DoAsync(
            "PATCH",
            $"/api/conversations/{group}",
            """{"name":"pier","metadata":{"berths":4}}"""
        );
        await scene.Ada.DoAsync("DELETE", $"/api/conversations/{group}/members/{scene.Bob.Id}");
        await scene.Ada.DoAsync("PATCH", $"/api/messages/{changed}", """{"content":"a secret"}""");
        await scene.Ada.DoAsync("DELETE", $"/api/messages/{deleted}");
        await scene.Ada.DoAsync(
            "PATCH",
            $"/api/conversations/{group}",
            """{"name":"private","description":"of Ada","metadata":{"berths":9}}"""
        );
        await scene.Ada.SendAsync(group, "afterwards");
        await scene.Ada.SeenAsync(fromAda, 4);

        ShouldBeAsLeft(await EventsAsync(scene.Bob, from));
        // What is not in memory any more is shown alike.
        await scene.Server.RestartAsync();
        using var bob = scene.Again(scene.Bob);
        ShouldBeAsLeft(await EventsAsync(bob, from));
        var streamed = await scene.StreamAsync(bob, from, events: 7);
        ShouldBeAsLeft([.. streamed.Select(sent => JsonNode.Parse(sent.Data)!)]);
        foreach (
            var path in (string[])
                [
                    $"/api/conversations/{group}",
                    $"/api/conversations/{group}/messages",
                    $"/api/messages/{edited}",
                    $"/api/messages/search?q=berth&conversation_id={group}",
                ]
        )
            (await bob.CallAsync("GET", path)).ShouldFail(404, "NOT_FOUND");
    }

    [Theory, OnEachDatabase]
    public async Task Who_is_added_again_is_shown_all_as_it_stands(Dialect dialect)
    {
        await using var scene = await LiveScene.StartAsync(dialect, NoGrant);
        var from = await scene.Bob.CursorAsync();
        var group = await scene.GroupAsync();
        var changed = await scene.Ada.SendAsync(group, "berth 4");
        await scene.Bob.DoAsync("DELETE", $"/api/conversations/{group}/members/{scene.Bob.Id}");
        await scene.Ada.DoAsync("PATCH", $"/api/messages/{changed}", """{"content":"berth 5"}""");
        await scene.Ada.DoAsync(
            "POST",
            $"/api/conversations/{group}/members",
            $$"""{"agent_ids":["{{scene.Bob.Id}}"]}"""
        );
        await scene.Ada.SendAsync(group, "welcome back");
        await scene.Bob.SeenAsync(from, 2);

        (await scene.Bob.ContentsAsync(from)).ShouldBe(["berth 5", "welcome back"]);
    }

    private static async Task<List<JsonNode>> EventsAsync(AgentClient agent, string from) =>
        [.. (await agent.ReadAsync(from, "limit=100"))["events"]!.AsArray().Select(told => told!)];

    private static void ShouldBeAsLeft(List<JsonNode> events)
    {
        events
            .Select(told => told["type"]!.ToString())
            .ShouldBe([
                "conversation.created",
                "message.created",
                "message.created",
                "message.created",
                "message.updated",
                "conversation.updated",
                "member.removed",
            ]);
        events
            .Select(told => told["data"]!["message"])
            .OfType<JsonNode>()
            .Select(message => (message["status"]!.ToString(), message["content"]!.ToString()))
            .ShouldBe([
                ("withheld", ""),
                ("edited", "at 14:25"),
                ("withheld", ""),
                ("edited", "at 14:25"),
            ]);
        foreach (var told in events.Where(told => told["data"]!["conversation"] is not null))
        {
            var conversation = told["data"]!["conversation"]!;
            conversation["name"]!.ToString().ShouldBe("pier");
            conversation.Member("description").ShouldBeNull();
            conversation["metadata"]!["berths"]!.GetValue<int>().ShouldBe(4);
            conversation["member_count"]!.GetValue<int>().ShouldBe(1);
        }
    }
}
