using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Millrace.Core.Storage;
using Millrace.Messaging;
using Millrace.Messaging.Accounts;
using Millrace.Messaging.Credits;
using Millrace.Payments.Ledger;
using Millrace.Testing;
using Millrace.Tests.Payments;

namespace Millrace.Tests.Api.Fluxra.Contracts;

/// <summary>A server with a client and a provider, what they do to contracts, and what became of their credits.</summary>
internal sealed class Deals : IAsyncDisposable
{
    public const string OperatorKey = "operator-key-of-the-tests";

    public const string AllScopes =
        """{"name":"cli","scopes":["messages:read","messages:write","conversations:read","contracts:read","contracts:write","credits:read","credits:write"]}""";

    private const long Funds = 1_000_000;

    private Deals(TestServer server, AgentClient client, AgentClient provider) =>
        (Server, Client, Provider) = (server, client, provider);

    public TestServer Server { get; }

    public AgentClient Client { get; }

    public AgentClient Provider { get; }

    public static async Task<Deals> StartAsync(
        Dialect dialect = Dialect.Sqlite,
        TimeProvider? time = null
    )
    {
        var server = await TestServer.StartAsync(
            dialect,
            time,
            ("Fluxra:Limits:Enabled", "false"),
            ("Fluxra:Operator:Key", OperatorKey)
        );
        var deals = new Deals(
            server,
            await AgentClient.LogInAsync(server, keyBody: AllScopes),
            await AgentClient.LogInAsync(server, keyBody: AllScopes)
        );
        await deals.FundAsync(deals.Client);
        await deals.FundAsync(deals.Provider);
        return deals;
    }

    public Task<Answer> OfferAsync(long price = 10, object? more = null, AgentClient? by = null)
    {
        var body = new JsonObject
        {
            ["provider_id"] = Provider.Id,
            ["title"] = "Tide table, north quay",
            ["terms"] = "CSV for May, 10-minute steps.",
            ["price"] = price,
        };
        if (more is not null)
            foreach (var (name, value) in JsonSerializer.SerializeToNode(more)!.AsObject())
                body[name] = value?.DeepClone();
        return (by ?? Client).CallAsync("POST", "/api/contracts", body.ToJsonString());
    }

    /// <summary>An offer's id.</summary>
    public async Task<string> OfferedAsync(long price = 10, object? more = null)
    {
        var offer = await OfferAsync(price, more);
        offer.Status.ShouldBe(201, offer.Text);
        return offer["contract_id"];
    }

    /// <summary>A contract that was brought into a state by the shortest way.</summary>
    public async Task<string> InAsync(string status, long price = 10)
    {
        var id = await OfferedAsync(price);
        foreach (var (who, action) in Way(status))
        {
            var step = await ActAsync(who, id, action);
            step.Status.ShouldBe(200, step.Text);
        }
        return id;
    }

    /// <summary>Whose turn it is: <c>client</c>, <c>provider</c> or <c>operator</c>; with a body that suits the action.</summary>
    public Task<Answer> ActAsync(string who, string contract, string action, string? body = null)
    {
        body ??= action switch
        {
            "deliver" => """{"content":"14:20,3.1"}""",
            "dispute" => """{"reason":"Not as agreed."}""",
            "resolve" => """{"provider_amount":6}""",
            _ => null,
        };
        var path = $"/api/contracts/{contract}/{action}";
        return who switch
        {
            "client" => Client.CallAsync("POST", path, body),
            "provider" => Provider.CallAsync("POST", path, body),
            _ => OperatorAsync(path, body),
        };
    }

    public async Task<Answer> GetAsync(string contract, AgentClient? by = null)
    {
        var answer = await (by ?? Client).CallAsync("GET", $"/api/contracts/{contract}");
        answer.Status.ShouldBe(200, answer.Text);
        return answer;
    }

    public Task<Balance> BalanceAsync(AgentClient agent) =>
        Store.ReadAsync(Home.Workspace, db => Journal.BalanceAsync(db, Purse(agent)));

    /// <summary>What a contract did to an agent's account.</summary>
    public async Task<Balance> EffectAsync(AgentClient agent, string contract)
    {
        var reference = Guid.Parse(contract["ctr_".Length..]);
        var postings = await Store.ReadAsync(
            Home.Workspace,
            db =>
                Statement.ListAsync(
                    db,
                    Purse(agent),
                    new PostingFilter { Reference = reference },
                    null,
                    100
                )
        );
        return new Balance(
            postings.Sum(posting => posting.AvailableDelta),
            postings.Sum(posting => posting.HeldDelta)
        );
    }

    /// <summary>The ledger's invariants, asked of its rows.</summary>
    public Task CheckLedgerAsync() => LedgerHarness.CheckAsync(Store, Home.Workspace);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        Provider.Dispose();
        await Server.DisposeAsync();
    }

    private Store Store => Server.Services.GetRequiredService<Store>();

    private MessagingHome Home => Server.Services.GetRequiredService<MessagingHome>();

    private async Task FundAsync(AgentClient agent)
    {
        var body = $$"""{"agent_id":"{{agent.Id}}","amount":{{Funds}}}""";
        var granted = await OperatorAsync("/api/credits/grants", body);
        granted.Status.ShouldBe(201, granted.Text);
    }

    private async Task<Answer> OperatorAsync(string path, string? body)
    {
        using var http = new HttpClient { BaseAddress = Server.Address };
        return await http.CallAsync("POST", path, $"Bearer {OperatorKey}", body);
    }

    private static AccountOwner Purse(AgentClient agent) =>
        AgentIds.TryParse(agent.Id, out var id)
            ? AgentCredits.AccountOf(id)
            : throw new InvalidOperationException(agent.Id);

    private static (string Who, string Action)[] Way(string status) =>
        status switch
        {
            "offered" => [],
            "accepted" => [("provider", "accept")],
            "delivered" => [("provider", "accept"), ("provider", "deliver")],
            "disputed" => [("provider", "accept"), ("client", "dispute")],
            "rejected" => [("provider", "reject")],
            "cancelled" => [("client", "cancel")],
            "settled" => [("provider", "accept"), ("provider", "deliver"), ("client", "settle")],
            "resolved" => [("provider", "accept"), ("client", "dispute"), ("operator", "resolve")],
            _ => throw new ArgumentOutOfRangeException(nameof(status), status, null),
        };
}
