using Microsoft.Extensions.DependencyInjection;
using Millrace.Core.Events;
using Millrace.Core.Storage;
using Millrace.Messaging;
using Millrace.Payments.Ledger;
using Millrace.Testing;
using Millrace.Tests.Api.Fluxra.Chat;

namespace Millrace.Tests.Api.Fluxra.Contracts;

/// <summary>What is left of each change: the contract's own events, the parties' events, the audit log, the conversation.</summary>
public sealed class RecordTests
{
    [Theory, OnEachDatabase]
    public async Task A_contract_tells_its_history_oldest_first_and_page_by_page(Dialect dialect)
    {
        await using var deals = await Deals.StartAsync(dialect);
        var id = await deals.InAsync("accepted");
        await deals.ActAsync("provider", id, "cancel", """{"reason":"The quay is closed."}""");

        var events = await deals.Client.AllAsync($"/api/contracts/{id}/events", "events", limit: 1);

        events
            .Select(entry => $"{entry["from"]} {entry["action"]} {entry["to"]} {entry["reason"]}")
            .ShouldBe([
                " offer offered ",
                "offered accept accepted ",
                "accepted cancel cancelled The quay is closed.",
            ]);
        events
            .Select(entry => entry["by"]!.ToString())
            .ShouldBe([deals.Client.Id, deals.Provider.Id, deals.Provider.Id]);
        var page = await deals.Provider.GetAsync($"/api/contracts/{id}/events?limit=2");
        page["cursor"].ShouldBe(page["next_cursor"]);
        var other = await deals.OfferedAsync();
        (
            await deals.Provider.GetAsync($"/api/contracts/{other}/events?cursor={page["cursor"]}")
        ).ShouldFail(400, "INVALID_REQUEST");
    }

    [Theory, OnEachDatabase]
    public async Task Lists_are_newest_first_and_filtered(Dialect dialect)
    {
        await using var deals = await Deals.StartAsync(dialect);
        var ids = new List<string>();
        foreach (var status in (string[])["offered", "accepted", "rejected", "offered", "settled"])
            ids.Insert(0, await deals.InAsync(status));
        var back = await deals.OfferAsync(1, new { provider_id = deals.Client.Id }, deals.Provider);

        async Task<IEnumerable<string>> List(string query) =>
            (await deals.Client.AllAsync($"/api/contracts?{query}", "contracts", limit: 2)).Select(
                contract => contract["contract_id"]!.ToString()
            );

        // Ids of one millisecond have an order of their own.
        (await List(""))
            .Order()
            .ShouldBe(ids.Append(back["contract_id"]).Order());
        (await List("role=client")).Order().ShouldBe(ids.Order());
        (await List("role=provider")).ShouldBe([back["contract_id"]]);
        (await List("role=client&status=offered")).Count().ShouldBe(2);
        (await List("status=settled")).ShouldBe([ids[0]]);
        (await deals.Client.GetAsync("/api/contracts?status=lost")).ShouldFail(
            400,
            "INVALID_REQUEST"
        );
        (await deals.Client.GetAsync("/api/contracts?role=judge")).ShouldFail(
            400,
            "INVALID_REQUEST"
        );
    }

    [Theory, OnEachDatabase]
    public async Task Both_parties_get_an_event_and_whoever_acted_an_audit_entry(Dialect dialect)
    {
        await using var deals = await Deals.StartAsync(dialect);
        await deals.InAsync("settled");

        (await EventsAsync(deals, deals.Client)).ShouldBe(4);
        (await EventsAsync(deals, deals.Provider)).ShouldBe(4);
        (await AuditAsync(deals.Client)).ShouldBe(["contract.settle", "contract.offer"]);
        (await AuditAsync(deals.Provider)).ShouldBe(["contract.deliver", "contract.accept"]);
    }

    [Theory, OnEachDatabase]
    public async Task A_conversation_is_told_by_the_party_that_acted(Dialect dialect)
    {
        await using var deals = await Deals.StartAsync(dialect);
        var group = await deals.Client.GroupAsync(deals.Provider);
        var id = await deals.OfferedAsync(10, new { conversation_id = group });
        await deals.ActAsync("provider", id, "accept");
        await deals.ActAsync("provider", id, "accept");

        var messages = await deals.Client.AllAsync(
            $"/api/conversations/{group}/messages?order=asc",
            "messages"
        );

        messages.Select(message => message["type"]!.ToString()).ShouldBe(["system", "system"]);
        messages
            .Select(message => message["sender_id"]!.ToString())
            .ShouldBe([deals.Client.Id, deals.Provider.Id]);
        messages
            .Select(message => message["content"]!.ToString())
            .ShouldBe([$"Contract {id} is offered.", $"Contract {id} is accepted."]);
        messages[1]["metadata"]!.ToJsonString()
            .ShouldBe($$"""{"contract_id":"{{id}}","status":"accepted"}""");

        // What the parties propose to each other is not said.
        await deals.ActAsync("client", id, "dispute");
        await deals.ActAsync("client", id, "resolve");
        (await deals.Client.ContentsAsync(group))[^1].ShouldBe($"Contract {id} is disputed.");
    }

    [Theory, OnEachDatabase]
    public async Task A_contract_does_not_read_for_the_party_that_acts(Dialect dialect)
    {
        await using var deals = await Deals.StartAsync(dialect);
        var group = await deals.Client.GroupAsync(deals.Provider);
        var first = await deals.Client.SentAsync(group, "one");
        await deals.Client.SentAsync(group, "two");
        await deals.Provider.PostAsync(
            $"/api/conversations/{group}/read",
            new { message_id = first }
        );
        var id = await deals.OfferedAsync(10, new { conversation_id = group });
        (await deals.Provider.UnreadAsync(group)).ShouldBe(2);

        (await deals.ActAsync("provider", id, "accept")).Status.ShouldBe(200);

        (await deals.Provider.GetAsync($"/api/conversations/{group}"))["last_read_message_id"]
            .ShouldBe(first);
        (await deals.Provider.UnreadAsync(group)).ShouldBe(2);
        (await deals.Client.UnreadAsync(group)).ShouldBe(1);
        // Read up to the own notice, all that stands before it is read.
        var said = (
            await deals.Provider.AllAsync($"/api/conversations/{group}/messages", "messages")
        )[0]["message_id"]!.ToString();
        await deals.Client.SentAsync(group, "three");
        (
            await deals.Provider.PostAsync(
                $"/api/conversations/{group}/read",
                new { message_id = said }
            )
        ).Json["unread_count"]!
            .GetValue<long>()
            .ShouldBe(1);
        (await deals.Provider.CallAsync("DELETE", $"/api/messages/{said}")).Status.ShouldBe(200);
        (await deals.Provider.UnreadAsync(group)).ShouldBe(1);
    }

    [Theory, OnEachDatabase]
    public async Task Who_has_left_the_conversation_goes_on_with_the_contract_in_silence(
        Dialect dialect
    )
    {
        await using var deals = await Deals.StartAsync(dialect);
        var group = await deals.Client.GroupAsync(deals.Provider);
        var id = await deals.OfferedAsync(10, new { conversation_id = group });
        await deals.Provider.CallAsync(
            "DELETE",
            $"/api/conversations/{group}/members/{deals.Provider.Id}"
        );

        (await deals.ActAsync("provider", id, "accept"))["status"].ShouldBe("accepted");

        (await deals.Client.ContentsAsync(group)).ShouldBe([$"Contract {id} is offered."]);
        (await deals.OfferAsync(10, new { conversation_id = group })).ShouldFail(
            400,
            "INVALID_REQUEST"
        );
        using var stranger = await AgentClient.LogInAsync(deals.Server);
        var foreign = await stranger.GroupAsync();
        (await deals.OfferAsync(10, new { conversation_id = foreign })).ShouldFail(
            404,
            "NOT_FOUND"
        );
    }

    [Theory, OnEachDatabase]
    public async Task An_agent_with_a_running_contract_is_not_deleted(Dialect dialect)
    {
        await using var deals = await Deals.StartAsync(dialect);
        var id = await deals.InAsync("accepted");
        (
            await deals.Provider.RecoveryAsync("DELETE", $"/api/agents/{deals.Provider.Id}")
        ).ShouldFail(409, "CONFLICT");
        (await deals.Client.RecoveryAsync("DELETE", $"/api/agents/{deals.Client.Id}")).ShouldFail(
            409,
            "CONFLICT"
        );
        (await deals.GetAsync(id))["status"].ShouldBe("accepted");
    }

    [Theory, OnEachDatabase]
    public async Task A_deleted_agent_leaves_no_open_offer(Dialect dialect)
    {
        await using var deals = await Deals.StartAsync(dialect);
        var group = await deals.Client.GroupAsync(deals.Provider);
        var made = await deals.OfferedAsync(10, new { conversation_id = group });
        var back = await deals.OfferAsync(5, new { provider_id = deals.Client.Id }, deals.Provider);

        var deleted = await deals.Client.RecoveryAsync("DELETE", $"/api/agents/{deals.Client.Id}");

        deleted.Status.ShouldBe(200, deleted.Text);
        (await deals.GetAsync(made, deals.Provider))["status"].ShouldBe("cancelled");
        (await deals.GetAsync(back["contract_id"], deals.Provider))["status"].ShouldBe("rejected");
        (await deals.EffectAsync(deals.Provider, back["contract_id"])).ShouldBe(new Balance(0, 0));
        (await deals.EffectAsync(deals.Client, made)).ShouldBe(new Balance(0, 0));
        (await deals.Provider.ContentsAsync(group)).ShouldBe([
            $"Contract {made} is offered.",
            $"Contract {made} is cancelled.",
        ]);
        await deals.CheckLedgerAsync();
    }

    private static async Task<int> EventsAsync(Deals deals, AgentClient agent)
    {
        var home = deals.Server.Services.GetRequiredService<MessagingHome>();
        var events = await deals
            .Server.Services.GetRequiredService<EventLog>()
            .ReadAsync(home.Workspace, $"agent:{agent.Id["agt_".Length..]}", 0);
        return events.Count(happened => happened.Type == "contract.updated");
    }

    private static async Task<IEnumerable<string>> AuditAsync(AgentClient agent) =>
        (await agent.AllAsync($"/api/agents/{agent.Id}/audit-logs", "audit_logs"))
            .Select(entry => entry["action"]!.ToString())
            .Where(action => action.StartsWith("contract.", StringComparison.Ordinal));
}
