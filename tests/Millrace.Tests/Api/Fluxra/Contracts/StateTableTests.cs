using Millrace.Core.Storage;
using Millrace.Payments.Ledger;
using Millrace.Testing;

namespace Millrace.Tests.Api.Fluxra.Contracts;

/// <summary>Every state, asked for every action by everybody. (fluxra §16.2)</summary>
public sealed class StateTableTests
{
    private const long Price = 10;

    private static readonly string[] States =
    [
        "offered",
        "accepted",
        "delivered",
        "disputed",
        "rejected",
        "cancelled",
        "settled",
        "resolved",
    ];

    private static readonly (string Who, string Action)[] Acts =
    [
        ("client", "accept"),
        ("provider", "accept"),
        ("client", "reject"),
        ("provider", "reject"),
        ("client", "cancel"),
        ("provider", "cancel"),
        ("client", "deliver"),
        ("provider", "deliver"),
        ("client", "settle"),
        ("provider", "settle"),
        ("client", "dispute"),
        ("provider", "dispute"),
        ("client", "resolve"),
        ("provider", "resolve"),
        ("operator", "resolve"),
    ];

    /// <summary>Into which state an act leads; what is not here is refused.</summary>
    private static readonly Dictionary<(string From, string Who, string Action), string> Leads =
        new()
        {
            [("offered", "provider", "accept")] = "accepted",
            [("offered", "provider", "reject")] = "rejected",
            [("offered", "client", "cancel")] = "cancelled",
            [("accepted", "provider", "cancel")] = "cancelled",
            [("accepted", "provider", "deliver")] = "delivered",
            [("accepted", "client", "dispute")] = "disputed",
            [("accepted", "provider", "dispute")] = "disputed",
            [("delivered", "provider", "deliver")] = "delivered",
            [("delivered", "client", "settle")] = "settled",
            [("delivered", "client", "dispute")] = "disputed",
            [("delivered", "provider", "dispute")] = "disputed",
            [("disputed", "client", "settle")] = "settled",
            [("disputed", "provider", "cancel")] = "cancelled",
            // One proposal alone ends nothing.
            [("disputed", "client", "resolve")] = "disputed",
            [("disputed", "provider", "resolve")] = "disputed",
            [("disputed", "operator", "resolve")] = "resolved",
        };

    /// <summary>Repeats of what brought the contract into its state.</summary>
    private static readonly (string In, string Who, string Action)[] Repeats =
    [
        ("accepted", "provider", "accept"),
        ("rejected", "provider", "reject"),
        ("cancelled", "client", "cancel"),
        ("disputed", "client", "dispute"),
        ("settled", "client", "settle"),
        ("resolved", "operator", "resolve"),
    ];

    private static readonly (string Who, string Action)[] NeverTheirs =
    [
        ("client", "accept"),
        ("client", "reject"),
        ("client", "deliver"),
        ("provider", "settle"),
    ];

    [Theory, OnEachDatabase]
    public async Task Every_cell_of_the_table_holds(Dialect dialect)
    {
        await using var deals = await Deals.StartAsync(dialect);
        foreach (var state in States)
        foreach (var (who, action) in Acts)
        {
            var id = await deals.InAsync(state, Price);
            var before = await deals.GetAsync(id);

            var answer = await deals.ActAsync(who, id, action);

            var cell = $"{who} does {action} when {state}: {answer.Text}";
            var after = await deals.GetAsync(id);
            if (Leads.TryGetValue((state, who, action), out var to))
            {
                answer.Status.ShouldBe(200, cell);
                answer["status"].ShouldBe(to, cell);
                Version(answer).ShouldBe(Version(before) + 1, cell);
                after.Text.ShouldBe(answer.Text);
            }
            else if (Repeats.Contains((state, who, action)))
            {
                answer.Status.ShouldBe(200, cell);
                answer.Text.ShouldBe(before.Text, cell);
            }
            else
            {
                if (NeverTheirs.Contains((who, action)))
                    answer.ShouldFail(403, "FORBIDDEN");
                else
                    answer.ShouldFail(409, "INVALID_STATE");
                after.Text.ShouldBe(before.Text, cell);
            }
            await CheckCreditsAsync(deals, id, after["status"], cell);
        }
        await deals.CheckLedgerAsync();
    }

    private static async Task CheckCreditsAsync(
        Deals deals,
        string contract,
        string status,
        string cell
    )
    {
        var paid = status switch
        {
            "settled" => Price,
            "resolved" => 6,
            _ => 0,
        };
        var held = status is "offered" or "accepted" or "delivered" or "disputed" ? Price : 0;
        (await deals.EffectAsync(deals.Client, contract)).ShouldBe(
            new Balance(-paid - held, held),
            cell
        );
        (await deals.EffectAsync(deals.Provider, contract)).ShouldBe(new Balance(paid, 0), cell);
    }

    private static long Version(Answer answer) => answer.Json["version"]!.GetValue<long>();
}
