using System.Diagnostics;
using System.Text.Json.Nodes;
using Millrace.Core.Storage;
using Millrace.Payments.Ledger;
using Millrace.Testing;

namespace Millrace.Tests.Api.Fluxra.Contracts;

/// <summary>Step 11 of the contract's quickstart, as it is written. (fluxra §17)</summary>
public sealed class QuickstartTests
{
    private const string Helper = """
        field() { sed -n "s/.*\"$1\" *: *\"\([^\"]*\)\".*/\1/p" | head -n 1; }

        """;

    private const string Step11 = """
        CTR=$(curl -sS -X POST "$BASE/api/contracts" \
          -H "Authorization: Bearer $ACCESS_TOKEN" -H "Content-Type: application/json" \
          -d '{"provider_id":"'"$AGENT2_ID"'","title":"Tide table","terms":"CSV for May","price":10}')
        CONTRACT_ID=$(printf '%s\n' "$CTR" | field contract_id)
        curl -sS -X POST "$BASE/api/contracts/$CONTRACT_ID/accept" -H "Authorization: Bearer $ACCESS2_TOKEN"; echo
        curl -sS -X POST "$BASE/api/contracts/$CONTRACT_ID/deliver" \
          -H "Authorization: Bearer $ACCESS2_TOKEN" -H "Content-Type: application/json" \
          -d '{"content":"14:20,3.1"}'; echo
        curl -sS -X POST "$BASE/api/contracts/$CONTRACT_ID/settle" -H "Authorization: Bearer $ACCESS_TOKEN"; echo
        curl -sS "$BASE/api/credits/balance" -H "Authorization: Bearer $ACCESS2_TOKEN"; echo

        """;

    [Theory]
    [InlineData("sh", Dialect.Sqlite)]
    [InlineData("bash", Dialect.Postgres)]
    public async Task Step_11_pays_the_second_agent(string shell, Dialect dialect)
    {
        await using var deals = await Deals.StartAsync(dialect);
        var before = await deals.BalanceAsync(deals.Provider);

        var lines = await RunAsync(deals, shell);

        lines
            .Take(3)
            .Select(line => JsonNode.Parse(line)!["status"]!.ToString())
            .ShouldBe(["accepted", "delivered", "settled"]);
        var after = await deals.BalanceAsync(deals.Provider);
        after.ShouldBe(new Balance(before.Available + 10, 0));
        JsonNode.Parse(lines[3])!["available"]!.GetValue<long>().ShouldBe(after.Available);
    }

    private static async Task<string[]> RunAsync(Deals deals, string shell)
    {
        var start = new ProcessStartInfo(shell, ["-s"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        start.Environment["BASE"] = deals.Server.Address.ToString().TrimEnd('/');
        start.Environment["ACCESS_TOKEN"] = deals.Client.Token;
        start.Environment["ACCESS2_TOKEN"] = deals.Provider.Token;
        start.Environment["AGENT2_ID"] = deals.Provider.Id;
        using var process = Process.Start(start)!;
        await process.StandardInput.WriteAsync(Helper + Step11);
        process.StandardInput.Close();
        var output = await process.StandardOutput.ReadToEndAsync(
            TestContext.Current.CancellationToken
        );
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
